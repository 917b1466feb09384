using Yibao.Contracts.Settlements;
using Yibao.Filing.Filings;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.People;

/// <summary>What the home agency records of a person's standing. Every change is in force the moment it is stored (FIL-040).</summary>
public abstract record ChangeStanding(Actor Actor, PersonKey Person, DateTimeOffset At);

/// <param name="From">Start of the enrolment; earlier than now for records taken over.</param>
public sealed record Enrol(Actor Actor, PersonKey Person, AdminDivision Area, InsuranceType Insurance, string PersonType, bool CivilServant, DateTimeOffset From, DateTimeOffset At) : ChangeStanding(Actor, Person, At);

/// <summary>Leaves for another area or for good.</summary>
public sealed record EndEnrolment(Actor Actor, PersonKey Person, EnrolmentEnd Why, DateTimeOffset At) : ChangeStanding(Actor, Person, At);

/// <summary>参保地或险种变更: ends the old enrolment with all its filings and starts the new one, in one step (FIL-022).</summary>
public sealed record MoveEnrolment(Actor Actor, PersonKey Person, AdminDivision Area, InsuranceType Insurance, string PersonType, bool CivilServant, DateTimeOffset At) : ChangeStanding(Actor, Person, At);

public sealed record ChangePersonType(Actor Actor, PersonKey Person, string PersonType, bool CivilServant, DateTimeOffset At) : ChangeStanding(Actor, Person, At);

public sealed record SuspendEntitlement(Actor Actor, PersonKey Person, string Reason, DateTimeOffset At) : ChangeStanding(Actor, Person, At);

public sealed record ResumeEntitlement(Actor Actor, PersonKey Person, DateTimeOffset At) : ChangeStanding(Actor, Person, At);

public sealed record TerminateEntitlement(Actor Actor, PersonKey Person, string Reason, DateTimeOffset At) : ChangeStanding(Actor, Person, At);

public sealed record SetSpecialGroups(Actor Actor, PersonKey Person, IReadOnlyList<string> Groups, DateTimeOffset At) : ChangeStanding(Actor, Person, At);

/// <summary>AUD-010: by the treatment or the home agency, or from above.</summary>
public sealed record SuspendPerson(Actor Actor, PersonKey Person, string Reason, DateTimeOffset At) : ChangeStanding(Actor, Person, At);

public sealed record ReinstatePerson(Actor Actor, PersonKey Person, DateTimeOffset At) : ChangeStanding(Actor, Person, At);

/// <summary>个人信息删除, by a supervisor of the last home agency.</summary>
public sealed record ErasePerson(Actor Actor, PersonKey Person, string Reason, DateTimeOffset At) : ChangeStanding(Actor, Person, At);

public static class PersonDecider
{
    /// <param name="filings">Named and appended to whenever an enrolment ends, so that an approval racing it is decided again.</param>
    public static Decision Decide(ChangeStanding command, InsuredPerson person, PersonFilings filings) => Ruled(command, person, filings).Told(filings, command.Person);

    private static Decision Ruled(ChangeStanding command, InsuredPerson person, PersonFilings filings) => command switch
    {
        Enrol c => Enrolling(c, person),
        MoveEnrolment c => Moving(c, person),
        EndEnrolment c => person.Current is not { } current ? Gone(person)
            : Foreign(c.Actor, current.Area) ?? Ending(c, current, c.Why, []),
        ChangePersonType c => With(c, person, current => current.PersonType == c.PersonType && current.CivilServant == c.CivilServant
            ? Decision.Done
            : Store(c, new PersonTypeChanged(current.Area, current.Insurance, c.PersonType, c.CivilServant, c.At))),
        SuspendEntitlement c => With(c, person, current => current.Current.Status switch
        {
            Entitlement.Active => Store(c, new EntitlementSuspended(current.Area, current.Insurance, c.Reason, c.At)),
            Entitlement.Suspended => Decision.Done,
            Entitlement.Terminated => Decision.Refuse(FilingErrors.EntitlementNotSuspended.With("终止")),
        }),
        ResumeEntitlement c => With(c, person, current => current.Current.Status switch
        {
            Entitlement.Suspended => Store(c, new EntitlementResumed(current.Area, current.Insurance, c.At)),
            Entitlement.Active => Decision.Done,
            Entitlement.Terminated => Decision.Refuse(FilingErrors.EntitlementNotSuspended.With("终止")),
        }),
        TerminateEntitlement c => With(c, person, current => current.Current.Status == Entitlement.Terminated
            ? Decision.Done
            : Decision.Accept(
                new Append(InsuredPerson.Stream(c.Person), [new EntitlementTerminated(current.Area, current.Insurance, c.Reason, c.At)]),
                new Append(PersonFilings.Stream(c.Person), [new FilingsEndedByEnrolment(current.Area, current.Insurance, c.At)]))),
        SetSpecialGroups c => With(c, person, _ => person.SpecialGroups.SequenceEqual(c.Groups) ? Decision.Done : Store(c, new SpecialGroupsSet(c.Groups, c.At))),
        SuspendPerson c => person.SuspensionAt(c.At) is not null ? Decision.Done
            : person.IsKnown ? Store(c, new DirectSettlementSuspended(c.Actor.Node, c.Reason, c.At)) : Decision.Refuse(FilingErrors.PersonUnknown),
        ReinstatePerson c => Reinstating(c, person),
        ErasePerson c => Erasing(c, person, filings),
        _ => throw new InvalidOperationException($"No rule for {command.GetType().Name}."),
    };

    private static Decision Enrolling(Enrol c, InsuredPerson person)
    {
        if (Foreign(c.Actor, c.Area) is { } foreign) return foreign;
        if (person.Current is not { } current) return Store(c, new PersonEnrolled(c.Area, c.Insurance, c.PersonType, c.CivilServant, c.From));
        return current.Is(c.Area, c.Insurance) ? Decision.Done : Decision.Refuse(FilingErrors.AlreadyEnrolled.With(current.Area, (int)current.Insurance));
    }

    private static Decision Moving(MoveEnrolment c, InsuredPerson person)
    {
        if (person.Current is not { } current) return Gone(person);
        if (current.Is(c.Area, c.Insurance)) return Decision.Done;
        // The new home agency acts; within one area it is the same.
        if (Foreign(c.Actor, c.Area) is { } foreign) return foreign;
        var why = current.Area == c.Area ? EnrolmentEnd.InsuranceChanged : EnrolmentEnd.AreaChanged;
        return Ending(c, current, why, [new PersonEnrolled(c.Area, c.Insurance, c.PersonType, c.CivilServant, c.At)]);
    }

    private static Decision Ending(ChangeStanding c, Enrolment current, EnrolmentEnd why, IReadOnlyList<IFact> then) => Decision.Accept(
        new Append(InsuredPerson.Stream(c.Person), [new EnrolmentEnded(current.Area, current.Insurance, why, c.At), .. then]),
        new Append(PersonFilings.Stream(c.Person), [new FilingsEndedByEnrolment(current.Area, current.Insurance, c.At)]));

    // AMB-51: lifted by the agency that suspended, or by a higher one or the home agency.
    private static Decision Reinstating(ReinstatePerson c, InsuredPerson person)
    {
        if (person.Suspensions.Length == 0) return Decision.Refuse(FilingErrors.PersonNotSuspended);
        if (person.Suspensions[^1].Until is not null) return Decision.Done;
        var may = c.Actor.Role is Role.System or Role.NationalOperator || c.Actor.Node == person.Suspensions[^1].By || c.Actor.Node == person.Current?.Area;
        return may ? Store(c, new DirectSettlementReinstated(c.Actor.Node, c.At)) : Decision.Refuse(FilingErrors.NotHomeAgency.With(person.Suspensions[^1].By));
    }

    // Whoever is insured is known by his name; and a commitment letter is kept for its time (FIL-012).
    private static Decision Erasing(ErasePerson c, InsuredPerson person, PersonFilings filings)
    {
        if (!person.IsKnown) return Decision.Refuse(FilingErrors.PersonUnknown);
        if (c.Actor.Role is not (Role.Supervisor or Role.System) || (c.Actor.Role == Role.Supervisor && c.Actor.Node != person.Enrolments[^1].Area)) return Decision.Refuse(FilingErrors.NotHomeAgency.With(person.Enrolments[^1].Area));
        if (person.IsErased) return Decision.Done;
        if (person.Current is { } current) return Decision.Refuse(FilingErrors.PersonStillInsured.With(current.Area));
        return filings.All.Select(filing => filing.Commitment).OfType<CommitmentArchived>().Where(letter => c.At.BusinessDate() < letter.KeepUntil).MaxBy(letter => letter.KeepUntil) is { } kept
            ? Decision.Refuse(FilingErrors.CommitmentMustBeKept.With(ApplyForFilingDecider.Day(kept.KeepUntil)))
            : Store(c, new PersonErased(c.Actor.Node, c.Reason, c.At));
    }

    private static Decision With(ChangeStanding c, InsuredPerson person, Func<Enrolment, Decision> decide) =>
        person.Current is not { } current ? Gone(person) : Foreign(c.Actor, current.Area) ?? decide(current);

    private static Decision Gone(InsuredPerson person) => person.IsKnown
        ? Decision.Refuse(FilingErrors.InsuredNotActive.With(person.Enrolments[^1].Area, (int)person.Enrolments[^1].Insurance, "已结束"))
        : Decision.Refuse(FilingErrors.PersonUnknown);

    private static Decision? Foreign(Actor actor, AdminDivision area) =>
        actor.Role == Role.System || (actor.Role is Role.CityOperator or Role.Reviewer or Role.Supervisor && actor.Node == area) ? null : Decision.Refuse(FilingErrors.NotHomeAgency.With(area));

    private static Decision Store(ChangeStanding c, IFact fact) => Decision.Accept(InsuredPerson.Stream(c.Person), fact);
}
