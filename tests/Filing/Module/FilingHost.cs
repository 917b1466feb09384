using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Backing;
using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Settlements;
using Yibao.Filing.Desks;
using Yibao.Hosting;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Hosts;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Nodes;
using Yibao.Hosting.Persons;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Tests.Module;

/// <summary>The filing service of one node as it runs: real host, database and broker.</summary>
internal sealed class FilingHost : IAsyncDisposable
{
    // One for all hosts of a run: a restart must open what was sealed before it.
    private static readonly PersonKeys Keys = PersonKeys.Generate();

    public static DevelopmentIssuer Issuer { get; } = new();

    /// <summary>A Monday morning of a year whose working days are published: what is filed has deadlines, and the tests may be run on any day.</summary>
    public static VirtualClock Clock { get; } = new(new DateTimeOffset(2026, 3, 16, 10, 0, 0, TimeSpan.FromHours(8)));

    private readonly WebApplication _app;

    private FilingHost(WebApplication app, AdminDivision node) => (_app, Node) = (app, node);

    public AdminDivision Node { get; }

    public static async Task<FilingHost> Start(BackingSpace space, string node, DevelopmentCertificates? certificates = null, IReadOnlyList<EdgeSettings>? edges = null)
    {
        var division = new AdminDivision(node);
        var peers = new ConcurrentDictionary<string, Uri>(StringComparer.Ordinal);
        var app = ServiceHost.Build(new ServiceSettings
        {
            Node = division,
            Service = "filing",
            Database = space.Database,
            Broker = space.Broker,
            Migrate = true,
            Development = true,
            Peers = peers,
            PersonKeys = Keys,
            Identity = new IdentitySettings { DevelopmentKey = Issuer.PublicPem },
            Credentials = (certificates ?? new DevelopmentCertificates()).For(division, "filing", [new("100000"), new("110000"), new("420000"), new("630000"), new("630100")]),
            Edges = edges ?? [],
            CallDeadline = TimeSpan.FromMinutes(1),
            ConnectWithin = TimeSpan.FromSeconds(30),
        }, new FilingModule(), static builder => builder.Services.AddSingleton<TimeProvider>(Clock));
        await app.StartAsync();
        peers["filing"] = app.Doors().Grpc;
        return new FilingHost(app, division);
    }

    /// <summary>The JSON door, as the holder of this token sees it.</summary>
    public HttpClient Json(TokenOf holder)
    {
        var client = new HttpClient { BaseAddress = _app.Doors().Http };
        client.DefaultRequestHeaders.Authorization = new("Bearer", Issuer.Issue(holder));
        return client;
    }

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public IDisposable As(string area, Role role = Role.CityOperator, string? reason = null) => Get<ICurrentActor>().Act(new Actor("operator-1", role, new(area), Reason: reason), "test");

    /// <summary>This node's own service certificate: what settlement calls with.</summary>
    public Contracts.Filing.V1.Eligibility.EligibilityClient Settlement => new(Get<IPeers>().Invoker("filing", CallRules.Repeatable));

    public Contracts.Filing.V1.Filings.FilingsClient Filings => new(Get<IPeers>().Invoker("filing", CallRules.Repeatable));

    public async Task<PersonKey> Registered(int number, string area)
    {
        var invented = InventedPerson.Number(number);
        using (As(area))
            return await Get<PersonDesk>().Register(new NewPerson(
                new PersonIdentity(new IdentityDocument(IdentityDocument.CitizenCard, invented.Id.Reveal()), invented.Name, invented.Phone),
                $"token-{number}", $"card-{number}", new(area), InsuranceType.Employee, "1101", false, new DateOnly(2010, 1, 1), []));
    }

    public static ApplyFilingRequest Application(PersonKey person, string area, string place, string id, int category = 5) => new()
    {
        ApplicationId = id, PersonKey = person.ToString(), HomeArea = area, InsuranceType = "310", Category = category, Place = place, Channel = "NATIONAL_APP",
        Materials = { "E_CREDENTIAL", "FILING_FORM", "RESIDENCE_PROOF" },
        Form = new FilingForm { Name = "赵晓明", SocialSecurityNumber = "999000194001010011", HomeAddress = "某市某路一号", ContactAddress = "上海某路二号", Phone1 = "12000000001", SignedBy = "赵晓明" },
    };

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
