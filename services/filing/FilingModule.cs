using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Institutions;
using Yibao.Contracts.Nodes;
using Yibao.Filing.Archives;
using Yibao.Filing.Consents;
using Yibao.Filing.Chronic;
using Yibao.Filing.Desks;
using Yibao.Filing.Doors;
using Yibao.Filing.Eligibility;
using Yibao.Filing.Filings;
using Yibao.Filing.Institutions;
using Yibao.Filing.Papers;
using Yibao.Filing.People;
using Yibao.Filing.Policy;
using Yibao.Filing.Registry;
using Yibao.Filing.Responsibilities;
using Yibao.Filing.Sharing;
using Yibao.Filing.Uploads;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Filing;

/// <summary>备案服务: insured persons and their standing, filings, chronic-disease qualifications, designated institutions.</summary>
public sealed class FilingModule : IServiceModule
{
    /// <summary>Those who handle filings; whether it is the home agency, the deciders ask.</summary>
    internal static Access Handling { get; } = Access.Change(Role.CityOperator, Role.Reviewer, Role.Supervisor, Role.DelegatedInsurer, Role.Institution).OrInside();

    /// <summary>Those who may look at filings and institutions.</summary>
    internal static Access Looking { get; } = Access.Read(Role.CityOperator, Role.Reviewer, Role.Supervisor, Role.ProvinceOperator, Role.NationalOperator, Role.DelegatedInsurer, Role.Institution).OrInside();

    /// <summary>Agencies only.</summary>
    internal static Access Agencies { get; } = Access.Read(Role.CityOperator, Role.Reviewer, Role.Supervisor, Role.ProvinceOperator, Role.NationalOperator, Role.DelegatedInsurer).OrInside();

    public string Name => "filing";

    public void Configure(ServiceBuilder service)
    {
        ArgumentNullException.ThrowIfNull(service);
        service.Facts(typeof(FilingModule).Assembly);
        FilingLists.Declare(service);
        service.Table(SealedDetails.Ddl);
        service.Table(UploadRun.Ddl);
        service.Table(SealedPapers.Ddl);
        service.Persons<AccessLog>();
        service.Job<ExpiryList>("filing-expiry", "daily 00:10");
        service.Job<DetailsSweep>("filing-details-sweep", "daily 01:10");
        Tell(service);
        Doors(service);
        RestDoors.Map(service);
        service.OpenApi("备案服务 filing");
        IdentityDoor.Map(service);
        ArchiveDoor.Map(service);
        ConsentDoor.Map(service);
        SharingDoor.Map(service);
        ResponsibilityDoor.Map(service);

        var services = service.Services;
        services.AddSingleton(FilingPolicies.Reference);
        services.AddSingleton<PersonRegistry>();
        services.AddSingleton<RecordReading>();
        services.AddSingleton<ArchiveDesk>();
        services.AddSingleton<ConsentDesk>();
        services.AddSingleton<SharingDesk>();
        services.AddSingleton<ResponsibilityDesk>();
        services.AddSingleton<SealedDetails>();
        services.AddSingleton<SealedPapers>();
        services.AddSingleton<EligibilityDesk>();
        services.AddSingleton<PersonDesk>();
        services.AddSingleton<FilingDesk>();
        services.AddSingleton<PrintDesk>();
        services.AddSingleton<InstitutionDesk>();
        services.AddSingleton<FilingLists>();
        services.AddSingleton<UploadRun>();
        services.AddSingleton<UploadKinds>();
        services.AddSingleton<RegistryDesk>();
    }

    /// <summary>Institutions to this node's other services, filings upward to the province and the nation.</summary>
    private static void Tell(ServiceBuilder service)
    {
        var node = service.Settings.Node;
        service.Publishes<InstitutionTold, InstitutionReplicated>(fact => fact.Fact.Replica);
        service.Edges<Replication.Replication>();
        service.SendsOverEdge<FilingTold>((fact, signer) => Replication.Replication.Tell(fact.Fact.Replica, service.Registry, node, signer));
        service.SendsOverEdge<ChronicTold>((fact, signer) => Replication.Replication.Tell(fact.Fact.Replica, service.Registry, node, signer));
        service.Handles<InstitutionReplicated, Replication.InstitutionSpread>();
        service.Publishes<NodeRegistryVersionsStored, NodeRegistryExtended>(fact => fact.Fact.Extension);
        service.SendsOverEdge<NodeRegistryPassedOn>((fact, signer) => RegistryDesk.PassOn(fact.Fact, signer));
    }

    private static void Doors(ServiceBuilder service)
    {
        service.Grpc<EligibilityService>(Access.Inside);
        service.Grpc<PapersService>(Access.Inside);
        var keepers = Access.Change(Role.CityOperator, Role.Reviewer, Role.Supervisor).OrInside();
        service.Grpc<PersonsService>(
            ("Register", keepers.OwnSubtree<RegisterPersonRequest>(request => AreaOf(request.HomeArea))),
            ("Change", keepers.OwnSubtree<ChangeStandingRequest>(request => AreaOf(request.HomeArea))),
            ("Get", Agencies.CheckedInside("按参保地核对")));
        service.Grpc<FilingsService>(
            ("Apply", Handling.CheckedInside("参保地在请求中，由服务核对")),
            ("Handle", Handling.CheckedInside("按备案编号的参保地核对")),
            ("Get", Looking.CheckedInside("按备案编号的参保地核对")),
            ("List", Agencies.OwnSubtree<ListFilingsRequest>(request => AreaOf(request.HomeArea))),
            ("GetReported", Looking.CheckedInside("上报的备案供就医地查询")),
            ("GetReportedChronic", Looking.CheckedInside("上报的慢特病待遇资格供就医地查询")),
            ("ChangeChronic", Handling.CheckedInside("参保地在请求中，由服务核对")));
        service.Grpc<InstitutionsService>(
            ("Do", Access.Change(Role.CityOperator, Role.Reviewer, Role.Supervisor, Role.ProvinceOperator, Role.NationalOperator, Role.Institution).OrInside().CheckedInside("机构的主管经办机构由规则核对")),
            ("Get", Looking.CheckedInside("机构只看自己")),
            ("Look", Looking.CheckedInside("公开信息")));
        service.Grpc<UploadsService>(("Upload", Access.Change(Role.CityOperator, Role.Reviewer, Role.Supervisor, Role.ProvinceOperator, Role.NationalOperator).OrInside().CheckedInside("文件开头的统筹区，由服务核对")));
    }

    private static AdminDivision? AreaOf(string code) => AdminDivision.TryParse(code, out var area) ? area : null;
}
