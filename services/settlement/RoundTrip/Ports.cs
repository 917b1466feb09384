using Yibao.Contracts.Settlements;
using Yibao.Kernel.Places;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.Paths;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.RoundTrip;

/// <summary>A designated institution (定点医药机构) as treatment's local copy has it, kept fresh by filing's messages.</summary>
/// <param name="Code">定点医药机构编号 (fixmedins_code).</param>
/// <param name="Area">Its pooling area: 就医地.</param>
/// <param name="Level">医院等级 (hosp_lv).</param>
public sealed record InstitutionInForce(string Code, AdminDivision Area, string Level);

/// <summary>What treatment's copy says of one institution.</summary>
public interface IKnownInstitution
{
    /// <summary>The institution, open for a visit of this kind that began then: later changes do not touch it.</summary>
    /// <param name="careType">医疗类别 (med_type).</param>
    /// <param name="home">参保地统筹区; null while the patient is not known to be insured.</param>
    /// <exception cref="Kernel.Errors.RefusedException">Unknown, suspended, not open for it.</exception>
    InstitutionInForce InForce(string careType, AdminDivision? home, DateTimeOffset began);

    /// <summary>The institution as the platform knows it that day, open or not.</summary>
    /// <exception cref="Kernel.Errors.RefusedException">Unknown.</exception>
    InstitutionInForce On(DateTimeOffset began);
}

/// <summary>Treatment's copy of institutions.</summary>
public interface IInstitutions
{
    /// <summary>What the copy says of it now. Of one it never heard of it says that with every answer.</summary>
    Task<IKnownInstitution> Of(string institution);

    /// <inheritdoc cref="IKnownInstitution.InForce"/>
    async Task<InstitutionInForce> InForce(string institution, string careType, AdminDivision? home, DateTimeOffset began) => (await Of(institution)).InForce(careType, home, began);

    /// <inheritdoc cref="IKnownInstitution.On"/>
    async Task<InstitutionInForce> Known(string institution, DateTimeOffset began) => (await Of(institution)).On(began);
}

/// <summary>Splits a bill by the treatment place's scope.</summary>
public interface IFeeSplits
{
    /// <exception cref="Kernel.Errors.RefusedException">A line cannot be split: code unknown or expired, amounts that do not multiply.</exception>
    SplitResult Split(Registration visit, Insured insured, IReadOnlyList<FeeLine> lines);

    /// <summary>In which form the fees go to the home place; across provinces unless the treatment place's rules are known.</summary>
    DataPath PathOf(Registration visit, Insured insured, DateTimeOffset now) => DataPaths.Of(VisitClass.CrossProvince, visit.CareType, IntraPath.TreatmentSplit);
}

/// <summary>One row per settlement at treatment that only home can end: what the re-driving worker lives on.</summary>
public interface IOpenSettlements
{
    /// <summary>Ids whose next attempt is due, the oldest first.</summary>
    Task<IReadOnlyList<string>> Due(DateTimeOffset now, int limit);

    /// <summary>An attempt failed: not again before then.</summary>
    Task Postpone(string settlementId, DateTimeOffset until);
}

/// <summary>A granted settlement that the institution does not know of.</summary>
/// <param name="DecidedAt">Home's clock.</param>
public sealed record Undelivered(string SettlementId, string Institution, DateOnly BusinessDate, DateTimeOffset DecidedAt);

/// <summary>One row per undelivered settlement.</summary>
public interface IUndeliveredSettlements
{
    /// <summary>Of one institution, the oldest first.</summary>
    Task<IReadOnlyList<Undelivered>> Of(string institution, int limit);
}

/// <summary>How patient the treatment place is.</summary>
public sealed record RoundTripSettings
{
    /// <summary>After this the institution is told that the outcome is unknown; the work goes on.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a question about a person (跨省用卡鉴权, 1101, 2001 …) may take over all hops: below the ten seconds after which the
    /// institutions' systems hang up, so that they hear why. Null: four fifths of what the host gives a call.
    /// </summary>
    public TimeSpan? AskWithin { get; init; }

    /// <summary>How long an intent may stand without an outcome before it is driven again.</summary>
    public TimeSpan RedriveAfter { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Between attempts.</summary>
    public TimeSpan RedriveEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Undelivered longer than this is escalated to the agency.</summary>
    public TimeSpan EscalateAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Most settlements driven at once by the worker.</summary>
    public int RedriveBatch { get; init; } = 64;
}
