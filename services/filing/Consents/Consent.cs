using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Consents;

/// <summary>同意授权: a person lets the agency ask a department about him, for one purpose (004 Annex 2, Annex 11).</summary>
/// <param name="Department">Who may be asked, e.g. 公安, 民政.</param>
/// <param name="Document">The signed letter: a filing's commitment or a trauma commitment.</param>
/// <param name="Until">Last day; null: until withdrawn.</param>
public sealed record ConsentGiven(string Id, PersonKey Person, string Department, string Purpose, string Document, DateOnly SignedOn, DateOnly? Until, DateTimeOffset At) : IFact;

/// <summary>撤回授权.</summary>
public sealed record ConsentWithdrawn(DateTimeOffset At) : IFact;

/// <summary>核验查询: a question to a department that names the consent it stands on.</summary>
public sealed record VerificationAsked(string InquiryId, string Department, string Purpose, DateTimeOffset At) : IFact;

/// <summary>The answer shows a false statement; it can be reported to the credit system (信用管理体系).</summary>
public sealed record FalseStatementFound(string InquiryId, string Finding, DateTimeOffset At) : IFact;

/// <summary>One consent and what was asked on its ground: stream <c>consent/{id}</c>.</summary>
public sealed record Consent : IState<Consent>
{
    public static Consent Empty { get; } = new();

    public static StreamKey<Consent> Stream(string id) => new($"consent/{id}");

    public ConsentGiven? Given { get; private init; }

    public bool Withdrawn { get; private init; }

    public System.Collections.Immutable.ImmutableHashSet<string> Inquiries { get; private init; } = [];

    public System.Collections.Immutable.ImmutableHashSet<string> FalseStatements { get; private init; } = [];

    public Consent Evolve(IFact fact) => fact switch
    {
        ConsentGiven e => this with { Given = e },
        ConsentWithdrawn => this with { Withdrawn = true },
        VerificationAsked e => this with { Inquiries = Inquiries.Add(e.InquiryId) },
        FalseStatementFound e => this with { FalseStatements = FalseStatements.Add(e.InquiryId) },
        _ => throw new InvalidOperationException($"A consent does not know {fact.GetType().Name}."),
    };
}

/// <summary>No question about a person without his consent for exactly this purpose (SEC-007).</summary>
public static class ConsentDecider
{
    public static Decision Give(Consent consent, ConsentGiven given)
    {
        if (consent.Given is not { } known) return Decision.Accept(Consent.Stream(given.Id), given);
        return known with { At = given.At } == given ? Decision.Done : Decision.Refuse(PrivacyErrors.ConsentDifferent.With(given.Id));
    }

    public static Decision Withdraw(Consent consent, string id, DateTimeOffset at) =>
        consent.Given is null ? Decision.Refuse(PrivacyErrors.ConsentMissing.With(id))
        : consent.Withdrawn ? Decision.Done
        : Decision.Accept(Consent.Stream(id), new ConsentWithdrawn(at));

    public static Decision Ask(Consent consent, string id, PersonKey person, string inquiryId, string department, string purpose, DateTimeOffset at)
    {
        if (consent.Inquiries.Contains(inquiryId)) return Decision.Done;
        if (consent.Given is not { } given || consent.Withdrawn || given.Person != person || given.Department != department || given.Purpose != purpose
            || given.SignedOn > at.BusinessDate() || given.Until < at.BusinessDate()) return Decision.Refuse(PrivacyErrors.ConsentMissing.With($"{department}，{purpose}"));
        return Decision.Accept(Consent.Stream(id), new VerificationAsked(inquiryId, department, purpose, at));
    }

    public static Decision Found(Consent consent, string id, string inquiryId, string finding, DateTimeOffset at)
    {
        if (!consent.Inquiries.Contains(inquiryId)) return Decision.Refuse(PrivacyErrors.ReadingUnknown.With(inquiryId));
        return consent.FalseStatements.Contains(inquiryId) ? Decision.Done : Decision.Accept(Consent.Stream(id), new FalseStatementFound(inquiryId, finding, at));
    }
}
