using Yibao.Contracts.Institutions;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits.Packs;
using Yibao.Settlement.Catalogues;
using Yibao.Settlement.Doors;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.HandOvers;
using Yibao.Settlement.Identify;
using Yibao.Settlement.Local;
using Yibao.Settlement.OutsideServices;
using Yibao.Settlement.Outages;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Statements;
using Yibao.Settlement.Verification;
using Yibao.Settlement.Visits;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.Settlement;

/// <summary>结算服务: visits, fee split, benefits, the real-time round trip, reversal and refund, benefit years, personal accounts.</summary>
public sealed class SettlementModule(RoundTripSettings settings) : IServiceModule
{
    public SettlementModule()
        : this(new RoundTripSettings())
    {
    }

    public string Name => "settlement";

    public void Configure(ServiceBuilder service)
    {
        service.Facts(typeof(SettlementModule).Assembly);
        SettlementTables.Declare(service, settings);
        VerificationItems.Declare(service);
        SettlementMeters.Declare(service);
        Inpatients.Declare(service);
        OutageDoors.Declare(service);
        Messages(service);
        Nodes(service);
        Doors(service);
        AfterSettlement.Declare(service, Regions);
        service.OpenApi("结算服务 settlement");

        var services = service.Services;
        var node = service.Settings.Node;
        services.AddSingleton(settings);
        services.AddSingleton<IFaultPoint>(NoFaults.Instance);
        services.AddSingleton(provider => new Routes(node, provider.GetRequiredService<NodeRegistry>));
        services.AddSingleton<RoundTripMeter>();
        services.AddSingleton<Sealing>();
        services.AddSingleton<HandOverDesk>();
        services.AddSingleton<HomeDesk>();
        services.AddSingleton<Onward>();
        services.AddSingleton<NodeDesk>();
        services.AddSingleton<TreatmentDesk>();
        services.AddSingleton<Deliveries>();
        services.AddSingleton<Adoption>();
        services.AddSingleton<Redrive>();
        services.AddSingleton<AskedInTime>();
        services.AddSingleton<Identification>();
        services.AddSingleton<VisitTelling>();
        services.AddSingleton<Patients>();
        services.AddSingleton<HomeQuestions>();
        services.AddSingleton<Inpatients>();
        services.AddSingleton<IEligibility, FilingEligibility>();
        services.AddSingleton<IInstitutions, InstitutionCopies>();
        services.AddSingleton<SettlementTables>();
        services.AddSingleton<IOpenSettlements>(provider => provider.GetRequiredService<SettlementTables>());
        services.AddSingleton<IUndeliveredSettlements>(provider => provider.GetRequiredService<SettlementTables>());
        services.AddSingleton(provider => PolicyFolder.Load(Regions(), provider.GetRequiredService<NodeRegistry>().Latest));
        services.AddSingleton<IPolicies, PackPolicies>();
        services.AddSingleton(provider => CatalogueLibrary.Load(Regions(), provider.GetRequiredService<NodeRegistry>().Latest));
        services.AddSingleton<IFeeSplits, CatalogueSplits>();
        services.AddSingleton<OutsideDesk>();
        services.AddSingleton<StatementDesk>();
        services.AddSingleton<VerificationItems>();
        services.AddSingleton<CatalogueDesk>();
        services.AddSingleton<LiveCatalogues>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveCatalogues>());
        services.AddHostedService<RedriveWorker>();
    }

    /// <summary>One message per settlement and role; filing keeps the copy of institutions fresh.</summary>
    private static void Messages(ServiceBuilder service)
    {
        var node = service.Settings.Node;
        SettlementRecorded? Recorded<TFact>(Stored<TFact> fact) where TFact : IFact => ToldSettlements.Of(fact.Fact) is var (role, content, number, decided)
            ? Tell(service.Registry.At(content.Instant), node, role, content, number, decided, fact.Context.At)
            : null;

        service.Publishes<SettlementGranted, SettlementRecorded>(Recorded);
        service.Publishes<SettlementReversed, SettlementRecorded>(Recorded);
        service.Publishes<SettlementAdopted, SettlementRecorded>(Recorded);
        service.Publishes<OriginalAdopted, SettlementRecorded>(Recorded);
        service.Publishes<OriginalRelayed, SettlementRecorded>(Recorded);
        service.Publishes<OutcomeRelayed, SettlementRecorded>(Recorded);
        service.Publishes<OriginalReceived, SettlementRecorded>(Recorded);
        service.Publishes<OutcomeReceived, SettlementRecorded>(Recorded);
        service.Handles<InstitutionReplicated, InstitutionCopies>();
    }

    private static void Nodes(ServiceBuilder service)
    {
        service.Answers<NodeDesk>(SettlementKinds.Intent);
        service.Answers<NodeDesk>(SettlementKinds.Trial);
        service.Answers<NodeDesk>(SettlementKinds.Reversal);
        service.Answers<NodeDesk>(SettlementKinds.TakeOver);
        service.Answers<NodeDesk>(SettlementKinds.Restore);
        service.Answers<Identification>(Identification.Question);
        service.Answers<VisitTelling>(VisitTelling.Kind);
        service.Answers<HomeQuestions>(HomeQuestions.Question);
    }

    private static void Doors(ServiceBuilder service)
    {
        static Access Own<TRequest>(Func<TRequest, string?> institution) where TRequest : class => Access.Change(Role.Institution).OwnInstitution(institution).OrInside();
        service.Grpc<SettlementsService>(
            ("RegisterVisit", Own<RegisterVisitRequest>(request => request.InstitutionCode)),
            ("IdentifyPerson", Own<IdentifyPersonRequest>(request => request.InstitutionCode)),
            ("AskHome", Own<AskHomeRequest>(request => request.InstitutionCode)),
            ("ChangeVisit", Own<RegisterVisitRequest>(request => request.InstitutionCode)),
            ("CancelVisit", Own<VisitRequest>(request => request.InstitutionCode)),
            ("EndVisit", Own<EndVisitRequest>(request => request.InstitutionCode)),
            ("ReopenVisit", Own<VisitRequest>(request => request.InstitutionCode)),
            ("GetVisit", Own<VisitRequest>(request => request.InstitutionCode)),
            ("ListFeeLines", Own<ListFeeLinesRequest>(request => request.InstitutionCode)),
            ("ListInpatients", Own<ListInpatientsRequest>(request => request.InstitutionCode)),
            ("UploadFees", Own<UploadFeesRequest>(request => request.InstitutionCode)),
            ("WithdrawFees", Own<WithdrawFeesRequest>(request => request.InstitutionCode)),
            ("PreSettle", Own<SettleRequest>(request => request.InstitutionCode)),
            ("Settle", Own<SettleRequest>(request => request.InstitutionCode)),
            ("Confirm", Own<ConfirmRequest>(request => request.InstitutionCode)),
            ("Reverse", Own<WithdrawRequest>(request => request.InstitutionCode)),
            ("Refund", Own<WithdrawRequest>(request => request.InstitutionCode)),
            ("GetSettlement", Own<GetSettlementRequest>(request => request.InstitutionCode)),
            ("ListUndelivered", Own<ListUndeliveredRequest>(request => request.InstitutionCode)),
            ("AcknowledgeUndelivered", Own<AcknowledgeUndeliveredRequest>(request => request.InstitutionCode)));
        service.Grpc<RegisteredVisitsService>(("Get", Access.Read(Role.CityOperator, Role.ProvinceOperator, Role.NationalOperator, Role.Reviewer, Role.Supervisor).OrInside().CheckedInside("按就诊的就医地核对")));
        service.Grpc<UpkeepService>(Access.Inside);
        service.Grpc<CarePapersService>(
            ("SignTraumaCommitment", Own<TraumaCommitment>(request => request.InstitutionCode)),
            ("IssueOutsideSlip", Own<OutsideSlip>(request => request.InstitutionCode)));
        static AdminDivision? Area(string code) => AdminDivision.TryParse(code, out var area) ? area : null;
        service.Grpc<VerificationService>(
            ("List", Access.Read(Role.CityOperator, Role.Reviewer, Role.Supervisor, Role.ProvinceOperator, Role.DelegatedInsurer).OrInside().OwnSubtree<ListVerificationRequest>(request => Area(request.Area))),
            ("FindLiability", Access.Change(Role.Reviewer, Role.Supervisor).OrInside().OwnSubtree<FindLiabilityRequest>(request => Area(request.Area))));
        PaperDoors.Map(service);
        Role[] agencies = [Role.CityOperator, Role.Reviewer, Role.Supervisor, Role.ProvinceOperator, Role.NationalOperator];
        service.Grpc<CataloguesService>(
            ("Import", Access.Change(agencies).OrInside().CheckedInside("目录所属区划，由服务核对")),
            ("List", Access.Read(agencies).OrInside().CheckedInside("本节点的目录版本")),
            ("Find", Access.Read([.. agencies, Role.Institution]).OrInside().CheckedInside("就医地目录是公开的")));
    }

    private static SettlementRecorded Tell(NodeMap map, AdminDivision node, PartyRole role, SettlementContent content, int number, DateTimeOffset decided, DateTimeOffset at)
    {
        AdminDivision? Towards(AdminDivision area) => map.Route(node, area, [node]).NextHop;
        return new SettlementRecorded(node, role, content, content.Hash(), number, decided, at,
            role == PartyRole.Treatment ? null : Towards(content.TreatmentArea), role == PartyRole.Home ? null : Towards(content.HomeArea));
    }

    private static string Regions() =>
        PolicyFolder.Find(AppContext.BaseDirectory) ?? PolicyFolder.Find(Directory.GetCurrentDirectory()) ?? throw PolicyErrors.PolicyMissing.With("infra/regions", "").AsException();
}
