using Yibao.Contracts.Settlements;
using Yibao.Filing.Filings;
using Yibao.Filing.Papers;
using Yibao.Filing.People;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Persons;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Desks;

/// <summary>A person to take in, as a province's register or an operator gives it.</summary>
public sealed record NewPerson(PersonIdentity Identity, string? ECredential, string? Card, AdminDivision Area, InsuranceType Insurance, string PersonType, bool CivilServant, DateOnly From, IReadOnlyList<string> SpecialGroups);

/// <summary>Registers persons and changes their standing.</summary>
public sealed class PersonDesk(IWriteDoor door, PersonRegistry registry, SealedDetails details, SealedPapers papers, NodeRegistry places, ServiceSettings settings, ICurrentActor current, TimeProvider time)
{
    /// <summary>The same person again changes nothing. The identity is sealed before anything else is stored.</summary>
    public async Task<PersonKey> Register(NewPerson person, CancellationToken cancellation = default) => (await Register(person, dryRun: false, cancellation))!.Value;

    /// <param name="dryRun">Asks every rule and stores nothing.</param>
    /// <returns>The person's key; null in a dry run for somebody who is not known here.</returns>
    public async Task<PersonKey?> Register(NewPerson person, bool dryRun, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        var now = time.Now();
        person.Area.Hosted(places, settings, current, now);
        if (dryRun) return await Check(person, now, cancellation);
        var key = await registry.Register(person.Identity, person.ECredential, person.Card, cancellation);
        await Change(new Enrol(current.Actor, key, person.Area, person.Insurance, person.PersonType, person.CivilServant, person.From.Start(), now), cancellation);
        if (person.SpecialGroups.Count > 0) await Change(new SetSpecialGroups(current.Actor, key, person.SpecialGroups, now), cancellation);
        return key;
    }

    private async Task<PersonKey?> Check(NewPerson person, DateTimeOffset now, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(person.Identity.Name)) throw Kernel.Errors.SystemErrors.FieldMissing.With("psn_name").AsException();
        var known = await registry.Find(person.Identity.Document, cancellation);
        var key = known ?? PersonKey.Create();
        var enrol = new Enrol(current.Actor, key, person.Area, person.Insurance, person.PersonType, person.CivilServant, person.From.Start(), now);
        var state = known is null ? InsuredPerson.Empty : await Get(key, cancellation);
        if (PersonDecider.Decide(enrol, state, PersonFilings.Empty) is Decision.Refused refused) throw refused.Error.AsException();
        return known;
    }

    /// <exception cref="Kernel.Errors.RefusedException">As the decider says.</exception>
    public async Task<InsuredPerson> Change(ChangeStanding command, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        var (person, filings) = (InsuredPerson.Stream(command.Person), PersonFilings.Stream(command.Person));
        var executed = await door.Execute(new Command(command.Actor, current.Correlation, [person, filings], states => PersonDecider.Decide(command, states.Of(person), states.Of(filings))), cancellation);
        return executed.OrThrow().State(person);
    }

    /// <summary>Written down first: should the host die before all of it is gone, the same request goes on.</summary>
    /// <exception cref="Kernel.Errors.RefusedException"><c>PERSON_STILL_INSURED</c>, <c>COMMITMENT_MUST_BE_KEPT</c>, <c>NOT_HOME_AGENCY</c>.</exception>
    public async Task<InsuredPerson> Erase(ErasePerson command, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        var erased = await Change(command, cancellation);
        await details.EraseOf(command.Person);
        await papers.EraseOf(command.Person);
        await registry.Erase(command.Person, cancellation);
        return erased;
    }

    public Task<InsuredPerson> Get(PersonKey key, CancellationToken cancellation = default) => door.Read(InsuredPerson.Stream(key), cancellation);
}
