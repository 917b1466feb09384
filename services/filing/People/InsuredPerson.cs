using System.Collections.Immutable;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Filing.People;

/// <summary>参保登记. In force from the instant it is stored, or from an earlier one for records taken over.</summary>
/// <param name="PersonType">人员类别 (psn_type), national code.</param>
/// <param name="CivilServant">公务员标志 (cvlserv_flag).</param>
public sealed record PersonEnrolled(AdminDivision Area, InsuranceType Insurance, string PersonType, bool CivilServant, DateTimeOffset From) : IFact;

/// <summary>参保关系结束: moved to another area, or to the other insurance (FIL-022).</summary>
public sealed record EnrolmentEnded(AdminDivision Area, InsuranceType Insurance, EnrolmentEnd Why, DateTimeOffset At) : IFact;

public sealed record PersonTypeChanged(AdminDivision Area, InsuranceType Insurance, string PersonType, bool CivilServant, DateTimeOffset At) : IFact;

/// <summary>待遇暂停 (FIL-040).</summary>
public sealed record EntitlementSuspended(AdminDivision Area, InsuranceType Insurance, string Reason, DateTimeOffset At) : IFact;

/// <summary>待遇恢复.</summary>
public sealed record EntitlementResumed(AdminDivision Area, InsuranceType Insurance, DateTimeOffset At) : IFact;

/// <summary>待遇终止.</summary>
public sealed record EntitlementTerminated(AdminDivision Area, InsuranceType Insurance, string Reason, DateTimeOffset At) : IFact;

/// <summary>特殊人群: medical-aid groups, persons under differentiated payment (FIL-052), as codes.</summary>
public sealed record SpecialGroupsSet(IReadOnlyList<string> Groups, DateTimeOffset At) : IFact;

/// <summary>暂停个人异地直接结算 after a serious violation (AUD-010).</summary>
public sealed record DirectSettlementSuspended(AdminDivision By, string Reason, DateTimeOffset At) : IFact;

/// <summary>解除暂停 (AMB-51).</summary>
public sealed record DirectSettlementReinstated(AdminDivision By, DateTimeOffset At) : IFact;

/// <summary>个人信息删除: the key stays in what was stored and says nothing any more.</summary>
public sealed record PersonErased(AdminDivision By, string Reason, DateTimeOffset At) : IFact;

/// <summary>Why an enrolment ended.</summary>
public enum EnrolmentEnd
{
    /// <summary>参保地变更.</summary>
    AreaChanged,
    /// <summary>险种变更.</summary>
    InsuranceChanged,
    /// <summary>死亡.</summary>
    Death,
    /// <summary>停保.</summary>
    Left,
}

/// <summary>待遇状态.</summary>
public enum Entitlement
{
    Active,
    Suspended,
    Terminated,
}

/// <summary>One membership of one insurance at one area.</summary>
/// <param name="Until">Exclusive; null while it lasts.</param>
/// <param name="History">Every change of the entitlement, in order; the first is the enrolment itself.</param>
public sealed record Enrolment(
    AdminDivision Area,
    InsuranceType Insurance,
    string PersonType,
    bool CivilServant,
    DateTimeOffset From,
    DateTimeOffset? Until,
    ImmutableArray<EntitlementChange> History)
{
    public bool Is(AdminDivision area, InsuranceType insurance) => Area == area && Insurance == insurance;

    public bool InForceAt(DateTimeOffset instant) => From <= instant && (Until is not { } until || instant < until);

    /// <summary>The last change at or before an instant.</summary>
    public EntitlementChange At(DateTimeOffset instant) => History.LastOrDefault(change => change.At <= instant) ?? History[0];

    public EntitlementChange Current => History[^1];
}

public sealed record EntitlementChange(Entitlement Status, DateTimeOffset At);

/// <summary>A person's direct settlement was suspended from … until (null: still is).</summary>
public sealed record PersonSuspension(AdminDivision By, DateTimeOffset From, DateTimeOffset? Until);

/// <summary>参保人: stream <c>person/{key}</c>. Standing per pooling area and insurance type; no identity (that lives in the encrypted person table).</summary>
public sealed record InsuredPerson : IState<InsuredPerson>
{
    public static InsuredPerson Empty { get; } = new();

    public static StreamKey<InsuredPerson> Stream(PersonKey person) => new($"person/{person}");

    public ImmutableArray<Enrolment> Enrolments { get; private init; } = [];

    public ImmutableArray<string> SpecialGroups { get; private init; } = [];

    public ImmutableArray<PersonSuspension> Suspensions { get; private init; } = [];

    /// <summary>Identity, credentials and forms are gone.</summary>
    public bool IsErased { get; private init; }

    public bool IsKnown => Enrolments.Length > 0;

    /// <summary>The enrolment in force now: a person has at most one basic insurance at a time.</summary>
    public Enrolment? Current => Enrolments.LastOrDefault(enrolment => enrolment.Until is null);

    public Enrolment? Of(AdminDivision area, InsuranceType insurance, DateTimeOffset instant) =>
        Enrolments.LastOrDefault(enrolment => enrolment.Is(area, insurance) && enrolment.InForceAt(instant));

    public PersonSuspension? SuspensionAt(DateTimeOffset instant) =>
        Suspensions.LastOrDefault(suspension => suspension.From <= instant && (suspension.Until is not { } until || instant < until));

    public InsuredPerson Evolve(IFact fact) => fact switch
    {
        PersonEnrolled e => this with
        {
            Enrolments = Enrolments.Add(new Enrolment(e.Area, e.Insurance, e.PersonType, e.CivilServant, e.From, null, [new EntitlementChange(Entitlement.Active, e.From)])),
        },
        EnrolmentEnded e => Change(e.Area, e.Insurance, enrolment => enrolment with { Until = e.At }),
        PersonTypeChanged e => Change(e.Area, e.Insurance, enrolment => enrolment with { PersonType = e.PersonType, CivilServant = e.CivilServant }),
        EntitlementSuspended e => Change(e.Area, e.Insurance, enrolment => Now(enrolment, Entitlement.Suspended, e.At)),
        EntitlementResumed e => Change(e.Area, e.Insurance, enrolment => Now(enrolment, Entitlement.Active, e.At)),
        EntitlementTerminated e => Change(e.Area, e.Insurance, enrolment => Now(enrolment, Entitlement.Terminated, e.At)),
        SpecialGroupsSet e => this with { SpecialGroups = [.. e.Groups] },
        PersonErased => this with { IsErased = true },
        DirectSettlementSuspended e => this with { Suspensions = Suspensions.Add(new PersonSuspension(e.By, e.At, null)) },
        DirectSettlementReinstated e => this with { Suspensions = Suspensions.SetItem(Suspensions.Length - 1, Suspensions[^1] with { Until = e.At }) },
        _ => throw new InvalidOperationException($"A person's stream does not know {fact.GetType().Name}."),
    };

    private InsuredPerson Change(AdminDivision area, InsuranceType insurance, Func<Enrolment, Enrolment> change)
    {
        for (var i = Enrolments.Length - 1; i >= 0; i--)
        {
            if (Enrolments[i].Is(area, insurance) && Enrolments[i].Until is null) return this with { Enrolments = Enrolments.SetItem(i, change(Enrolments[i])) };
        }

        throw new InvalidOperationException($"No enrolment at {area} to change.");
    }

    private static Enrolment Now(Enrolment enrolment, Entitlement status, DateTimeOffset at) =>
        enrolment with { History = enrolment.History.Add(new EntitlementChange(status, at)) };
}
