using System.Globalization;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Filing.Areas;
using Yibao.Filing.Chronic;
using Yibao.Filing.Eligibility;
using Yibao.Filing.Filings;
using Yibao.Filing.People;
using Yibao.Filing.Policy;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Tests;

/// <summary>One home place and its persons, spoken to in the words of the field; the real packs, the write door in memory.</summary>
internal sealed class World(string homeArea, FilingPolicies? policies = null, NodeRegistry? registry = null)
{
    private int _applications;

    public MemoryDoor Door { get; } = new();

    public FilingPolicies Policies { get; } = policies ?? FilingPolicies.Reference;

    public NodeRegistry Registry { get; } = registry ?? NodeRegistry.Reference;

    public AdminDivision Home { get; } = new(homeArea);

    public Actor Operator => new("operator-1", Role.CityOperator, Home);

    public Actor Supervisor => new("supervisor-1", Role.Supervisor, Home, Reason: "家属急需，已核实");

    public NodeMap Places => Registry.Latest;

    public static DateTimeOffset At(string text) =>
        DateTimeOffset.ParseExact(text.Length == 10 ? text + " 00:00:00" : text.Length == 16 ? text + ":00" : text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).AddHours(-8).ToOffset(BusinessTime.Offset);

    public static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A person insured here since 2010.</summary>
    public PersonKey Insured(InsuranceType insurance = InsuranceType.Employee, string personType = "1101", string from = "2010-01-01")
    {
        var person = PersonKey.Create();
        Standing(new Enrol(Operator, person, Home, insurance, personType, false, At(from), At(from))).ShouldBeAccepted();
        return person;
    }

    public Decision Standing(ChangeStanding command)
    {
        var (person, filings) = (InsuredPerson.Stream(command.Person), PersonFilings.Stream(command.Person));
        return Run(command.Actor, [person, filings], states => PersonDecider.Decide(command, states.Of(person), states.Of(filings)));
    }

    /// <summary>An application with everything its category needs by documents; change what the test is about.</summary>
    public ApplyForFiling Application(PersonKey person, FilingCategory category, string place, string at, InsuranceType insurance = InsuranceType.Employee) => new(
        Operator, person, $"app-{++_applications}", Home, insurance, (int)category, new AdminDivision(place), "COUNTER", Papers(category), At(at))
    {
        Details = $"details-{_applications}",
        DetailsDigest = "digest",
        Facts = new CategoryFacts(Retired: true, HukouMoved: true, Day("2015-01-01"), Day("2016-01-01")),
        Referral = category == FilingCategory.Referred ? new ReferralCertificate("H42050000001", "C34") : null,
    };

    public static IReadOnlyList<string> Papers(FilingCategory category) => category switch
    {
        FilingCategory.ResettledRetiree => ["ID_CARD", "FILING_FORM", "HOUSEHOLD_FIRST_PAGE", "RESIDENT_REGISTRATION_CARD"],
        FilingCategory.LongTermResident => ["E_CREDENTIAL", "FILING_FORM", "RESIDENCE_PROOF"],
        FilingCategory.StationedWorker => ["E_CREDENTIAL", "FILING_FORM", "EMPLOYMENT_CONTRACT"],
        FilingCategory.Referred => ["E_CREDENTIAL", "FILING_FORM", "REFERRAL_CERTIFICATE"],
        FilingCategory.OtherTemporary or FilingCategory.Emergency => ["E_CREDENTIAL", "FILING_FORM"],
    };

    public Decision Apply(ApplyForFiling command)
    {
        var (number, filings, person) = (FilingNumber.Stream(command.Number), PersonFilings.Stream(command.Person), InsuredPerson.Stream(command.Person));
        return Run(command.Actor, [number, filings, person], states =>
            ApplyForFilingDecider.Decide(command, states.Of(number), states.Of(filings), states.Of(person), Policies.For(command.HomeArea, command.At.BusinessDate()), Registry.Latest));
    }

    public Decision Handle(HandleFiling command)
    {
        var (filings, person) = (PersonFilings.Stream(command.Person), InsuredPerson.Stream(command.Person));
        return Run(command.Actor, [filings, person], states =>
            HandleFilingDecider.Decide(command, states.Of(filings), states.Of(person), Policies.For(Home, command.At.BusinessDate()), Registry.Latest));
    }

    /// <summary>Applied for and approved at the same instant, by documents.</summary>
    public Filings.Filing Filed(PersonKey person, FilingCategory category, string place, string at, Func<ApplyForFiling, ApplyForFiling>? with = null, string? approvedAt = null)
    {
        var application = Application(person, category, place, at);
        if (with is not null) application = with(application);
        Apply(application).ShouldBeAccepted();
        if (Find(person, application.Number).IsOpen) Handle(new ApproveFiling(Operator, person, application.Number, At(approvedAt ?? at))).ShouldBeAccepted();
        return Find(person, application.Number);
    }

    public Filings.Filing Find(PersonKey person, string number) => State(person).Find(number).ShouldNotBeNull();

    public PersonFilings State(PersonKey person) => Door.Read(PersonFilings.Stream(person)).GetAwaiter().GetResult();

    public Decision Chronic(PersonKey person, Func<ChronicQualifications, FilingPolicy, Decision> decide, string at)
    {
        var chronic = ChronicQualifications.Stream(person);
        return Run(Operator, [chronic], states => decide(states.Of(chronic), Policies.For(Home, At(at).BusinessDate())));
    }

    public Decision Area(Func<PoolingArea, Decision> decide)
    {
        var area = PoolingArea.Stream(Home);
        return Run(new Actor("province-1", Role.ProvinceOperator, Home), [area], states => decide(states.Of(area)));
    }

    public Answer Ask(
        PersonKey person, string treatment, string admitted, string? asked = null, CareType care = CareType.Inpatient, string? disease = null,
        string institution = "H10000000001", bool emergency = false, bool selfPaid = false, InsuranceType insurance = InsuranceType.Employee) =>
        new EligibilityDesk(Door, Policies, Registry).Ask(
            new Question(person, Home, insurance, new AdminDivision(treatment), institution, care, disease, At(admitted), At(asked ?? admitted), emergency, selfPaid),
            Actor.System(Home, "test"), "test").GetAwaiter().GetResult();

    public IReadOnlyList<IFact> Facts(PersonKey person) => [.. Door.Facts($"filings/{person}").Select(stored => stored.Fact)];

    private Decision Run(Actor actor, IReadOnlyList<StreamKey> streams, Func<StreamStates, Decision> decide) =>
        Door.Execute(new Command(actor, "test", streams, decide)).GetAwaiter().GetResult().Decision;
}

internal static class Decisions
{
    public static IReadOnlyList<IFact> ShouldBeAccepted(this Decision decision)
    {
        (decision as Decision.Refused)?.Error.ToString().ShouldBeNull();
        return [.. decision.ShouldBeOfType<Decision.Accepted>().Appends.SelectMany(append => append.Facts)];
    }

    public static Error ShouldBeRefused(this Decision decision, ErrorDefinition error, params object[] details)
    {
        var refused = decision.ShouldBeOfType<Decision.Refused>().Error;
        refused.Code.ShouldBe(error.Code);
        if (details.Length > 0) refused.ShouldBe(error.With(details));
        return refused;
    }

    public static void ShouldBeRepeat(this Decision decision) => decision.ShouldBeOfType<Decision.Repeat>();

    public static Answer ShouldPass(this Answer answer)
    {
        answer.Refusal?.ToString().ShouldBeNull();
        return answer;
    }

    public static Error ShouldFail(this Answer answer, ErrorDefinition error, params object[] details)
    {
        var refusal = answer.Refusal.ShouldNotBeNull($"eligible: {string.Join(" / ", answer.Reasons)}");
        refusal.Code.ShouldBe(error.Code);
        if (details.Length > 0) refusal.ShouldBe(error.With(details));
        return refusal;
    }
}
