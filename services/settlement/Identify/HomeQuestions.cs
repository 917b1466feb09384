using Google.Protobuf.WellKnownTypes;
using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Hosting.Grpc;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Identify;

/// <summary>What an institution wants to know of an identified person's standing before it treats or settles (2001, 5206, 5301).</summary>
public sealed record HomeQuestion(PersonKey Person, AdminDivision HomeArea, InsuranceType Insurance)
{
    /// <summary>待遇享受检查 (2001).</summary>
    public EntitlementAsked? Entitlement { get; init; }

    /// <summary>人员累计信息 (5206) of this year.</summary>
    public int? AccumulationsOf { get; init; }

    /// <summary>慢特病资格 (5301).</summary>
    public bool Chronic { get; init; }
}

/// <param name="CareType">医疗类别 (med_type).</param>
/// <param name="CareFrom">开始时间 (begntime).</param>
/// <param name="Disease">病种编码 (dise_codg).</param>
public sealed record EntitlementAsked(AdminDivision TreatmentArea, string Institution, string CareType, DateTimeOffset CareFrom, string? Disease);

/// <summary>Home's answer; only what was asked for is filled.</summary>
public sealed record HomeKnows
{
    public bool Eligible { get; init; }

    public Refusal? Refusal { get; init; }

    public Accumulators? Accumulators { get; init; }

    public IReadOnlyList<ChronicKnown> Chronic { get; init; } = [];
}

/// <param name="Until">Exclusive, yyyy-MM-dd; empty: open.</param>
public sealed record ChronicKnown(string Disease, string Name, string From, string Until);

/// <summary>Asks the home place about a person by his key, over the same tree as settlements. Nothing is stored anywhere.</summary>
public sealed class HomeQuestions(Routes routes, Sealing sealing, INodeLink link, IPeers peers, IWriteDoor door, AskedInTime inTime, TimeProvider time) : INodeHandler
{
    public const string Question = "person.question.v1";

    public const string Answered = "person.answer.v1";

    /// <exception cref="RefusedException"><c>AREA_UNKNOWN</c>, <c>AREA_NOT_CONNECTED</c>, <c>HOME_NO_ANSWER</c>; what home refuses with.</exception>
    public async Task<HomeKnows> Ask(HomeQuestion question, CancellationToken cancellation)
    {
        if (routes.At(time.GetUtcNow()).NotConnected(question.HomeArea) is { } planned) throw planned.AsException();
        var message = sealing.Make(question.HomeArea, Guid.NewGuid().ToString("N"), Sealing.Truncate(time.GetUtcNow()), Question, question);
        var answer = await inTime.Ask(question.HomeArea, limit => Answer(message, limit), cancellation);
        var host = routes.HostOf(question.HomeArea, message.Instant);
        if (answer.From != host) throw SettlementErrors.WrongSigner.With(answer.From, host).AsException();
        return Sealing.Read<HomeKnows>(answer);
    }

    public async Task<Envelope> Answer(Envelope message, CancellationToken cancellation)
    {
        if (routes.Next(message) is { } next) return await link.Send(next, routes.Passing(message), cancellation);
        var question = Sealing.Read<HomeQuestion>(message);
        var known = new HomeKnows();
        if (question.Entitlement is { } asked) known = await Entitlement(question, asked, known, cancellation);
        if (question.AccumulationsOf is { } year)
        {
            var stream = BenefitYear.Stream(question.HomeArea, question.Person.ToString(), question.Insurance, year);
            known = known with { Accumulators = (await door.Read(stream, cancellation)).Accumulators };
        }

        if (question.Chronic)
        {
            var chronic = await Filing().ListChronicAsync(new ListChronicRequest { PersonKey = question.Person.ToString(), HomeArea = question.HomeArea.Code }, cancellationToken: cancellation);
            known = known with { Chronic = [.. chronic.Chronic.Select(c => new ChronicKnown(c.DiseaseCode, c.DiseaseName, c.From, c.Until))] };
        }

        return sealing.Make(message.From, message.Id + "/answer", Sealing.Truncate(time.GetUtcNow()), Answered, known);
    }

    private async Task<HomeKnows> Entitlement(HomeQuestion question, EntitlementAsked asked, HomeKnows known, CancellationToken cancellation)
    {
        var (care, emergency) = NationalCodes.Care(asked.CareType);
        var now = Sealing.Truncate(time.GetUtcNow());
        var answer = await Filing().CheckAsync(new CheckRequest
        {
            PersonKey = question.Person.ToString(),
            HomeArea = question.HomeArea.Code,
            InsuranceType = ((int)question.Insurance).ToString(System.Globalization.CultureInfo.InvariantCulture),
            TreatmentArea = asked.TreatmentArea.Code,
            InstitutionCode = asked.Institution,
            CareType = care.ToWire(),
            DiseaseCode = asked.Disease ?? "",
            AdmittedAt = Timestamp.FromDateTimeOffset(asked.CareFrom < now ? asked.CareFrom : now),
            AskedAt = Timestamp.FromDateTimeOffset(now),
            OutpatientFlag = emergency && care == Contracts.Filings.CareType.GeneralOutpatient ? OutpatientFlag.Emergency : OutpatientFlag.None,
            InpatientType = emergency && care == Contracts.Filings.CareType.Inpatient ? InpatientType.Emergency : InpatientType.Ordinary,
        }, cancellationToken: cancellation);
        return known with { Eligible = answer.Eligible, Refusal = answer.Eligible ? null : new Refusal(answer.Code, [.. answer.Details]) };
    }

    private Contracts.Filing.V1.Eligibility.EligibilityClient Filing() => new(peers.Invoker("filing", CallRules.Repeatable));
}
