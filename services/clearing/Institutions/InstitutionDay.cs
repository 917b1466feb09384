using System.Globalization;
using Yibao.Clearing.Differences;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Clearing.Institutions;

/// <summary>What the institution says of one settlement (3202 detail file).</summary>
/// <param name="FundTotal">基金支付总额; nothing when it was paid in cash (自费结算).</param>
public sealed record InstitutionLine(string SettlementId, Money Total, Money FundTotal, Money Account, bool Refund);

/// <summary>The institution's totals (3201).</summary>
public sealed record InstitutionTotals(int Count, Money Total, Money FundTotal, Money Account);

/// <summary>What does not match between an institution and the platform.</summary>
public enum InstitutionDifferenceKind
{
    /// <summary>Granted here, unknown at the hospital: undelivered, to be repeated or reversed by it.</summary>
    UnknownAtInstitution,
    /// <summary>Granted here, taken in cash at the hospital.</summary>
    PaidInCash,
    /// <summary>The hospital claims what was never granted.</summary>
    UnknownHere,
    /// <summary>The amounts differ.</summary>
    AmountDiff,
}

/// <summary>One line that does not match; amounts as platform and institution have them.</summary>
public sealed record InstitutionDifference(string SettlementId, InstitutionDifferenceKind Kind, Money PlatformTotal, Money PlatformFund, Money InstitutionTotal, Money InstitutionFund)
{
    /// <summary>The first guess at the cause.</summary>
    public CauseCode Cause => Kind switch
    {
        InstitutionDifferenceKind.UnknownAtInstitution or InstitutionDifferenceKind.PaidInCash => CauseCode.Undelivered,
        InstitutionDifferenceKind.UnknownHere => CauseCode.TimeOut,
        InstitutionDifferenceKind.AmountDiff => CauseCode.RecordAltered,
    };
}

/// <summary>The institution's books of the day agree with the platform's.</summary>
public sealed record InstitutionDayMatched(InstitutionTotals Totals, DateTimeOffset At) : IFact;

/// <summary>They do not; to be put right by the due day (REC-006).</summary>
public sealed record InstitutionDayMismatched(InstitutionTotals Platform, InstitutionTotals Institution, IReadOnlyList<InstitutionDifference> Differences, DateOnly FoundOn, DateOnly DueOn, DateTimeOffset At) : IFact;

/// <summary>The last difference was put right.</summary>
public sealed record InstitutionDayFixed(InstitutionTotals Totals, bool Late, DateTimeOffset At) : IFact;

/// <summary>How far an institution's day has come.</summary>
public enum InstitutionDayStatus
{
    Open,
    Matched,
    Mismatched,
    Fixed,
}

/// <summary>定点医药机构与省平台每日对账 (REC-006, 004 Art.55): <c>institution-day/{institution}/{date}</c>, Open → Matched | Mismatched → Fixed within 5 working days.</summary>
public sealed record InstitutionDay(InstitutionDayStatus Status, IReadOnlyList<InstitutionDifference> Differences, DateOnly? FoundOn, DateOnly? DueOn) : IState<InstitutionDay>
{
    public static InstitutionDay Empty { get; } = new(InstitutionDayStatus.Open, [], null, null);

    public static StreamKey<InstitutionDay> Key(string institution, DateOnly day) =>
        new(string.Create(CultureInfo.InvariantCulture, $"institution-day/{institution}/{day:yyyy-MM-dd}"));

    public InstitutionDay Evolve(IFact fact) => fact switch
    {
        InstitutionDayMatched => this with { Status = InstitutionDayStatus.Matched, Differences = [] },
        InstitutionDayMismatched day => new InstitutionDay(InstitutionDayStatus.Mismatched, day.Differences, FoundOn ?? day.FoundOn, DueOn ?? day.DueOn),
        InstitutionDayFixed => this with { Status = InstitutionDayStatus.Fixed, Differences = [] },
        _ => throw new InvalidOperationException($"An institution's day does not know {fact.GetType().Name}."),
    };

    /// <summary>Whether the time for putting it right has passed.</summary>
    public bool IsOverdue(DateOnly today) => Status == InstitutionDayStatus.Mismatched && today > DueOn;

    /// <summary>The institution's file against the platform's settlements of the day. A repeat with the same result changes nothing; the due day is set once.</summary>
    public static Decision Compare(StreamKey<InstitutionDay> key, InstitutionDay day, IReadOnlyList<SettlementContent> platform, IReadOnlyList<InstitutionLine> institution,
        DateTimeOffset at, WorkingCalendar calendar, int fixWorkingDays = 5)
    {
        if (institution.GroupBy(line => line.SettlementId, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            return Decision.Refuse(SystemErrors.FieldInvalid.With("setl_id", $"{twice.Key} 重复"));
        var differences = Differ(platform, institution);
        var today = at.BusinessDate();
        if (differences.Count > 0)
        {
            return day.Status == InstitutionDayStatus.Mismatched && day.Differences.SequenceEqual(differences)
                ? Decision.Done
                : Decision.Accept(key, new InstitutionDayMismatched(TotalsOf(platform), TotalsOf(institution), differences, today, calendar.Add(today, fixWorkingDays), at));
        }

        return day.Status switch
        {
            InstitutionDayStatus.Open => Decision.Accept(key, new InstitutionDayMatched(TotalsOf(platform), at)),
            InstitutionDayStatus.Mismatched => Decision.Accept(key, new InstitutionDayFixed(TotalsOf(platform), today > day.DueOn, at)),
            InstitutionDayStatus.Matched or InstitutionDayStatus.Fixed => Decision.Done,
        };
    }

    /// <summary>Every line that does not match, to the fen, in the order of the numbers.</summary>
    public static IReadOnlyList<InstitutionDifference> Differ(IReadOnlyList<SettlementContent> platform, IReadOnlyList<InstitutionLine> institution)
    {
        var lines = institution.ToDictionary(line => line.SettlementId, StringComparer.Ordinal);
        var differences = new List<InstitutionDifference>();
        foreach (var content in platform)
        {
            if (!lines.Remove(content.SettlementId, out var line))
                differences.Add(new(content.SettlementId, InstitutionDifferenceKind.UnknownAtInstitution, content.Total, content.FundTotal, Money.Zero, Money.Zero));
            else if (line.FundTotal.IsZero && !content.FundTotal.IsZero && line.Total == content.Total)
                differences.Add(new(content.SettlementId, InstitutionDifferenceKind.PaidInCash, content.Total, content.FundTotal, line.Total, line.FundTotal));
            else if (line.Total != content.Total || line.FundTotal != content.FundTotal || line.Account != content.Figures.Of(Fund.PersonalAccount) || line.Refund != content.IsNegative)
                differences.Add(new(content.SettlementId, InstitutionDifferenceKind.AmountDiff, content.Total, content.FundTotal, line.Total, line.FundTotal));
        }

        differences.AddRange(lines.Values.Select(line => new InstitutionDifference(line.SettlementId, InstitutionDifferenceKind.UnknownHere, Money.Zero, Money.Zero, line.Total, line.FundTotal)));
        return [.. differences.OrderBy(d => d.SettlementId, StringComparer.Ordinal)];
    }

    public static InstitutionTotals TotalsOf(IReadOnlyList<SettlementContent> contents) => new(contents.Count,
        Sum(contents, c => c.Total), Sum(contents, c => c.FundTotal), Sum(contents, c => c.Figures.Of(Fund.PersonalAccount)));

    public static InstitutionTotals TotalsOf(IReadOnlyList<InstitutionLine> lines) => new(lines.Count, Sum(lines, l => l.Total), Sum(lines, l => l.FundTotal), Sum(lines, l => l.Account));

    private static Money Sum<T>(IEnumerable<T> items, Func<T, Money> amount) => items.Aggregate(Money.Zero, (sum, item) => sum + amount(item));
}
