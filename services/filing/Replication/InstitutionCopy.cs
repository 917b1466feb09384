using Yibao.Contracts.Institutions;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Replication;

/// <summary>An institution of another node, as its treatment place told it.</summary>
public sealed record InstitutionOfOthersCopied(InstitutionReplicated Institution, AdminDivision From, DateTimeOffset At) : IFact;

/// <summary>
/// The highest version of another node's institution: stream <c>institution-copy/{code}</c>. Home asks it whether the institution is
/// suspended (architecture §4): a treatment place that has not heard of it, or does not want to, grants nothing of home's.
/// </summary>
public sealed record InstitutionCopy : IState<InstitutionCopy>
{
    public static InstitutionCopy Empty { get; } = new();

    public static StreamKey<InstitutionCopy> Stream(string code) => new($"institution-copy/{code}");

    public InstitutionReplicated? Institution { get; private init; }

    public InstitutionCopy Evolve(IFact fact) => fact switch
    {
        InstitutionOfOthersCopied e => new InstitutionCopy { Institution = e.Institution },
        _ => throw new InvalidOperationException($"A copy of an institution does not know {fact.GetType().Name}."),
    };

    /// <summary>A lower version, or the same again, changes nothing.</summary>
    public static Decision Decide(InstitutionReplicated institution, AdminDivision from, DateTimeOffset at, InstitutionCopy copy) =>
        institution.Version <= (copy.Institution?.Version ?? 0) ? Decision.Done : Decision.Accept(Stream(institution.Code), new InstitutionOfOthersCopied(institution, from, at));
}
