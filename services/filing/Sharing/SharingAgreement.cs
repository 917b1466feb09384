using System.Collections.Immutable;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Sharing;

/// <summary>数据共享协议 with another department: which fields, what for, to whom, from when until when (SEC-008).</summary>
/// <param name="Until">Last day.</param>
public sealed record SharingAgreed(string Id, AdminDivision Agency, string Recipient, string Purpose, ImmutableArray<string> Fields, DateOnly From, DateOnly Until, DateTimeOffset At) : IFact;

/// <summary>终止协议.</summary>
public sealed record SharingEnded(DateTimeOffset At) : IFact;

/// <summary>One delivery under the agreement: what was given, never the data themselves.</summary>
public sealed record DataShared(string ExportId, string Purpose, ImmutableArray<string> Fields, DateOnly AppliedFrom, DateOnly AppliedTo, int Rows, DateTimeOffset At) : IFact;

/// <summary>An agreement and its log: stream <c>sharing/{id}</c>.</summary>
public sealed record SharingAgreement : IState<SharingAgreement>
{
    public static SharingAgreement Empty { get; } = new();

    public static StreamKey<SharingAgreement> Stream(string id) => new($"sharing/{id}");

    public SharingAgreed? Agreed { get; private init; }

    public bool Ended { get; private init; }

    public ImmutableArray<DataShared> Log { get; private init; } = [];

    public SharingAgreement Evolve(IFact fact) => fact switch
    {
        SharingAgreed e => this with { Agreed = e },
        SharingEnded => this with { Ended = true },
        DataShared e => this with { Log = Log.Add(e) },
        _ => throw new InvalidOperationException($"A sharing agreement does not know {fact.GetType().Name}."),
    };
}

/// <summary>Nothing leaves beyond an agreement's fields, purpose and time.</summary>
public static class SharingDecider
{
    public static Decision Agree(SharingAgreement agreement, SharingAgreed wanted)
    {
        if (agreement.Agreed is not { } known) return Decision.Accept(SharingAgreement.Stream(wanted.Id), wanted);
        var same = known with { At = wanted.At, Fields = [] } == wanted with { Fields = [] } && known.Fields.SequenceEqual(wanted.Fields, StringComparer.Ordinal);
        return same ? Decision.Done : Decision.Refuse(PrivacyErrors.AgreementDifferent.With(wanted.Id));
    }

    public static Decision End(SharingAgreement agreement, string id, DateTimeOffset at) =>
        agreement.Agreed is null ? Decision.Refuse(PrivacyErrors.AgreementUnknown.With(id))
        : agreement.Ended ? Decision.Done
        : Decision.Accept(SharingAgreement.Stream(id), new SharingEnded(at));

    /// <summary>Whether this may be given; null when it may.</summary>
    public static Error? Fault(SharingAgreement agreement, string id, string purpose, IReadOnlyList<string> fields, DateTimeOffset at)
    {
        if (agreement.Agreed is not { } agreed) return PrivacyErrors.AgreementUnknown.With(id);
        var day = at.BusinessDate();
        if (agreement.Ended || day < agreed.From || day > agreed.Until) return PrivacyErrors.AgreementNotInForce.With(id, day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        if (agreed.Purpose != purpose) return PrivacyErrors.PurposeNotAgreed.With(id, agreed.Purpose);
        return fields.Except(agreed.Fields, StringComparer.Ordinal).ToList() is { Count: > 0 } beyond ? PrivacyErrors.FieldNotAgreed.With(id, string.Join("、", beyond)) : null;
    }

    public static Decision Share(SharingAgreement agreement, string id, DataShared shared)
    {
        // The same delivery asked for again was given already; it stands in the log once.
        if (agreement.Log.Any(entry => entry.ExportId == shared.ExportId)) return Decision.Done;
        return Fault(agreement, id, shared.Purpose, shared.Fields, shared.At) is { } fault ? Decision.Refuse(fault) : Decision.Accept(SharingAgreement.Stream(id), shared);
    }
}
