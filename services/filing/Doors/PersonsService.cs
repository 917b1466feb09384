using Grpc.Core;
using Yibao.Contracts.Filing.V1;
using Yibao.Filing.Desks;
using Yibao.Filing.People;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Persons;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Doors;

/// <summary>参保人员, for the home agency.</summary>
public sealed class PersonsService(PersonDesk desk, NodeRegistry places, ServiceSettings settings, ICurrentActor current, RecordReading reading, TimeProvider time) : Persons.PersonsBase
{
    internal const string StandingRead = "查询参保状态";

    public override async Task<PersonReply> Register(RegisterPersonRequest request, ServerCallContext context)
    {
        var key = await desk.Register(Read(request), context.CancellationToken);
        return Reply(key, await desk.Get(key, context.CancellationToken), time.Now());
    }

    public override async Task<PersonReply> Change(ChangeStandingRequest request, ServerCallContext context)
    {
        var now = time.Now();
        Desk.Area(request.HomeArea, "home_area").Hosted(places, settings, current, now);
        var person = Desk.Person(request.PersonKey);
        var actor = current.Actor;
        ChangeStanding command = request.ChangeCase switch
        {
            ChangeStandingRequest.ChangeOneofCase.Move => new MoveEnrolment(
                actor, person, Desk.Area(request.Move.HomeArea, "move.home_area"), Desk.Insurance(request.Move.InsuranceType), Desk.Need(request.Move.PersonType, "person_type"), request.Move.CivilServant, now),
            ChangeStandingRequest.ChangeOneofCase.PersonType => new ChangePersonType(actor, person, Desk.Need(request.PersonType.PersonType, "person_type"), request.PersonType.CivilServant, now),
            ChangeStandingRequest.ChangeOneofCase.SuspendEntitlement => new SuspendEntitlement(actor, person, Desk.Need(request.SuspendEntitlement, "reason"), now),
            ChangeStandingRequest.ChangeOneofCase.ResumeEntitlement => new ResumeEntitlement(actor, person, now),
            ChangeStandingRequest.ChangeOneofCase.TerminateEntitlement => new TerminateEntitlement(actor, person, Desk.Need(request.TerminateEntitlement, "reason"), now),
            ChangeStandingRequest.ChangeOneofCase.SpecialGroups => new SetSpecialGroups(actor, person, [.. request.SpecialGroups.Codes], now),
            ChangeStandingRequest.ChangeOneofCase.SuspendDirectSettlement => new SuspendPerson(actor, person, Desk.Need(request.SuspendDirectSettlement, "reason"), now),
            ChangeStandingRequest.ChangeOneofCase.ReinstateDirectSettlement => new ReinstatePerson(actor, person, now),
            ChangeStandingRequest.ChangeOneofCase.EndEnrolment => new EndEnrolment(actor, person, Desk.Of<EnrolmentEnd>(request.EndEnrolment, "end_enrolment"), now),
            ChangeStandingRequest.ChangeOneofCase.Erase => new ErasePerson(actor, person, Desk.Need(request.Erase, "reason"), now),
            _ => throw SystemErrors.FieldMissing.With("change").AsException(),
        };
        var changed = command is ErasePerson erase ? await desk.Erase(erase, context.CancellationToken) : await desk.Change(command, context.CancellationToken);
        return Reply(person, changed, now);
    }

    public override async Task<PersonReply> Get(GetPersonRequest request, ServerCallContext context)
    {
        var key = Desk.Person(request.PersonKey);
        var person = await desk.Get(key, context.CancellationToken);
        if (!person.IsKnown) throw FilingErrors.PersonUnknown.With().AsException();
        // The person may have moved on since: who asks must see where he is insured now, or was last.
        current.MustSee((person.Current ?? person.Enrolments[^1]).Area);
        await reading.Noted(key, StandingRead, context.CancellationToken);
        return Reply(key, person, time.Now());
    }

    internal static NewPerson Read(RegisterPersonRequest r) => new(
        new PersonIdentity(new IdentityDocument(r.DocumentType, r.DocumentNumber), r.Name, r.Phone is "" ? null : r.Phone),
        r.ECredential is "" ? null : r.ECredential,
        r.SocialSecurityCard is "" ? null : r.SocialSecurityCard,
        Desk.Area(r.HomeArea, "home_area"),
        Desk.Insurance(r.InsuranceType),
        Desk.Need(r.PersonType, "person_type"),
        r.CivilServant,
        Desk.Day(r.EnrolledFrom, "enrolled_from"),
        [.. r.SpecialGroups]);

    internal static PersonReply Reply(PersonKey key, InsuredPerson person, DateTimeOffset now)
    {
        var reply = new PersonReply
        {
            PersonKey = key.ToString(),
            Entitlement = person.Current is { } current ? Desk.Word(current.Current.Status) : "",
            DirectSettlementSuspended = person.SuspensionAt(now) is not null,
        };
        reply.Standings.AddRange(person.Enrolments.Where(enrolment => enrolment.Until is null).Select(enrolment => EligibilityService.StandingOf(enrolment, person.SpecialGroups)));
        return reply;
    }
}
