using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yibao.Backing;
using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Hosting.Hosts;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Nodes;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.Manual;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Tests.Benefits;
using Yibao.Settlement.Tests.RoundTrip;
using Yibao.Settlement.Visits;
using Role = Yibao.Kernel.Deciding.Role;
using Wire = Yibao.Contracts.Settlement.V1;

namespace Yibao.Settlement.Tests.After;

/// <summary>
/// Settlement services of a few nodes as they run — hosts, databases, a broker with edges, mutual TLS, tokens — with what filing, the
/// packs and the catalogues would say replaced by the examples'. One for all tests of a run; every test has its own visits.
/// </summary>
public sealed class Land : IAsyncLifetime
{
    public const string Wuhan = "420100", Yichang = "420500", Xiangyang = "420600", Beijing = "110000", Guiyang = "520100";
    public static readonly AdminDivision Nation = new("100000"), Capital = new(Beijing), Hubei = new("420000"), Guizhou = new("520000");

    private static readonly AdminDivision[] Nodes = [Nation, Capital, Hubei, Guizhou];

    private readonly DevelopmentCertificates _certificates = new();
    private readonly DevelopmentIssuer _issuer = new();
    private readonly Dictionary<AdminDivision, WebApplication> _hosts = [];
    private readonly Dictionary<AdminDivision, BackingSpace> _spaces = [];
    private readonly ConcurrentDictionary<string, Uri> _peers = new(StringComparer.Ordinal);
    private readonly List<IDisposable> _owned = [];
    private int _visits;

    internal ManualTime Time { get; } = new(new DateTimeOffset(2023, 3, 10, 7, 0, 0, TimeSpan.Zero));

    /// <summary>The policy of the examples, 900.00 and 80 %, at every home place.</summary>
    internal PolicyPack Policy { get; } = TestPolicy.Simple;

    public async ValueTask InitializeAsync()
    {
        foreach (var node in Nodes) _spaces[node] = await SharedBacking.NewSpaceAsync(cancellation: TestContext.Current.CancellationToken);
        foreach (var node in Nodes) await Start(node);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in _owned) owned.Dispose();
        foreach (var host in _hosts.Values) await host.DisposeAsync();
        foreach (var space in _spaces.Values) await space.DisposeAsync();
        _issuer.Dispose();
    }

    public async Task Stop(AdminDivision node)
    {
        await _hosts[node].StopAsync();
        await _hosts[node].DisposeAsync();
        _hosts.Remove(node);
    }

    public async Task Start(AdminDivision node)
    {
        var edges = node == Nation
            ? Nodes.Skip(1).Select(child => new EdgeSettings { Neighbour = child, Broker = _spaces[Nation].Broker, Hosted = true })
            : [new EdgeSettings { Neighbour = Nation, Broker = _spaces[Nation].Broker }];
        var host = ServiceHost.Build(new ServiceSettings
        {
            Node = node, Service = "settlement", Database = _spaces[node].Database, Broker = _spaces[node].Broker, Edges = [.. edges], Migrate = true, Peers = _peers,
            Credentials = _certificates.For(node, "settlement", [.. Nodes]), Development = true, Identity = new IdentitySettings { DevelopmentKey = _issuer.PublicPem }, LogLevel = Microsoft.Extensions.Logging.LogLevel.Error, CallDeadline = TimeSpan.FromMinutes(1), ConnectWithin = TimeSpan.FromSeconds(30),
        }, new SettlementModule(), builder =>
        {
            var others = new Others(this);
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Time));
            builder.Services.Replace(ServiceDescriptor.Singleton<IEligibility>(others));
            builder.Services.Replace(ServiceDescriptor.Singleton<IManualStanding>(others));
            builder.Services.Replace(ServiceDescriptor.Singleton<IPolicies>(others));
            builder.Services.Replace(ServiceDescriptor.Singleton<IInstitutions>(others));
            builder.Services.Replace(ServiceDescriptor.Singleton<IFeeSplits>(others));
            builder.Services.Replace(ServiceDescriptor.Singleton<IHomeSplits>(others));
        });
        await host.StartAsync();
        _hosts[node] = host;
        _peers[node.Code] = host.Doors().Grpc;
    }

    internal T Get<T>(AdminDivision node) where T : notnull => _hosts[node].Services.GetRequiredService<T>();

    /// <summary>An hour of the clock of every node.</summary>
    internal IDisposable At(DateTimeOffset now)
    {
        var before = Time.Now;
        Time.Now = now.ToUniversalTime();
        return new Back(() => Time.Now = before);
    }

    internal static DateTimeOffset On(string local) => new(DateTime.Parse(local, System.Globalization.CultureInfo.InvariantCulture), TimeSpan.FromHours(8));

    internal static string Hospital(string area) => $"H{area}00001";

    internal Wire.Settlements.SettlementsClient His(string area) => new(Channel(area, new TokenOf("his-" + area, new(area), Role.Institution) { Institution = Hospital(area) }));

    internal Wire.UndirectVisits.UndirectVisitsClient Undirect(string area) => new(Channel(area, new TokenOf("his-" + area, new(area), Role.Institution) { Institution = Hospital(area) }));

    internal Wire.ManualReimbursements.ManualReimbursementsClient Manual(string area, string user, Role role = Role.CityOperator) => new(Channel(area, new TokenOf(user, new(area), role)));

    internal Wire.FeeDetails.FeeDetailsClient Details(string area, Role role = Role.CityOperator) => new(Channel(area, new TokenOf("operator", new(area), role)));

    internal Wire.SettlementSums.SettlementSumsClient Sums(string area, Role role = Role.CityOperator) =>
        new(Channel(area, new TokenOf("operator", new(area), role) { Institution = role == Role.Institution ? Hospital(area) : null }));

    internal HttpClient Json(string area, Role role = Role.CityOperator)
    {
        var client = new HttpClient { BaseAddress = _hosts[HostOf(area)].Doors().Http };
        client.DefaultRequestHeaders.Authorization = new("Bearer", _issuer.Issue(new TokenOf("operator", new(area), role)));
        _owned.Add(client);
        return client;
    }

    /// <summary>A registered visit with its fees, under the institution's own id.</summary>
    internal async Task<string> Admit(string treatment, string home, PersonKey person, IReadOnlyList<FeeLine> lines, string careType = "21", DateTimeOffset? from = null)
    {
        var own = $"v{Interlocked.Increment(ref _visits)}";
        var id = SettlementId.Of(Hospital(treatment), own);
        var registration = new Registration
        {
            VisitId = id, Institution = Hospital(treatment), InstitutionLevel = "3", TreatmentArea = new(treatment), CareType = careType, CareFrom = from ?? Time.Now.AddDays(-8),
        };
        var stream = Visit.Stream(id);
        var door = Get<IWriteDoor>(HostOf(treatment));
        var actor = new Actor("his", Role.Institution, new(treatment), Hospital(treatment));
        (await door.Execute(new Command(actor, id, [stream], states => VisitDecider.Register(registration, new Insured(person, new(home), InsuranceType.Employee, "01"), states.Of(stream))))).OrThrow();
        (await door.Execute(new Command(actor, id, [stream], states => VisitDecider.Upload(id, lines, states.Of(stream))))).OrThrow();
        return own;
    }

    internal Wire.SettleRequest Settle(string treatment, string visit, string? id = null) => new()
    {
        InstitutionCode = Hospital(treatment), SettlementId = id ?? "s-" + visit, VisitId = visit, CareUntil = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(Time.Now.AddHours(-1)),
    };

    /// <summary>So many lines in scope that add up to a sum.</summary>
    internal static List<FeeLine> Lines(int count, decimal total)
    {
        var share = new Money(Money.Yuan(total).Fen / count);
        return [.. Enumerable.Range(1, count).Select(i => i == count ? Money.Yuan(total) - new Money(share.Fen * (count - 1)) : share)
            .Select((amount, i) => new FeeLine($"{i + 1:000000}", "A", null, amount.InYuan, 1m, amount, new DateOnly(2023, 3, 5)))];
    }

    internal static PersonKey Person() => PersonKey.Create();

    internal static AdminDivision HostOf(string area) => NodeRegistry.Reference.Latest.HostOf(new(area));

    /// <summary>What comes over the broker: waited for with a limit, never slept for.</summary>
    internal static async Task Until(Func<Task<bool>> holds, string what, double seconds = 180)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > seconds) throw new TimeoutException(what);
            await Task.Delay(50);
        }
    }

    private Grpc.Core.CallInvoker Channel(string area, TokenOf holder)
    {
        var host = _hosts[HostOf(area)];
        var channel = GrpcChannel.ForAddress(host.Doors().Grpc, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = new() { RemoteCertificateValidationCallback = static (_, _, _, _) => true, ClientCertificates = [_certificates.For(HostOf(area), "gateway", [.. Nodes]).Service] },
            },
            DisposeHttpClient = true,
        });
        _owned.Add(channel);
        var token = _issuer.Issue(holder);
        return channel.Intercept(headers =>
        {
            headers.Add("authorization", $"Bearer {token}");
            return headers;
        });
    }

    private sealed class Back(Action action) : IDisposable
    {
        public void Dispose() => action();
    }

    /// <summary>Filing, packs and catalogues of every node.</summary>
    private sealed class Others(Land land) : IEligibility, IManualStanding, IPolicies, IInstitutions, IFeeSplits, IHomeSplits
    {
        private static readonly FeeCatalogue Catalogue = new("test", [
            new CatalogueItem("A", "甲类项目", ChargeCategory.Bed, ItemClass.A, 0m, null, new DateOnly(2017, 1, 1), null),
            new CatalogueItem("S", "自费项目", ChargeCategory.Materials, ItemClass.C, 0m, null, new DateOnly(2017, 1, 1), null)]);

        public Task<Eligibility> Check(SettlementRequest request, CancellationToken cancellation = default) => Task.FromResult<Eligibility>(new Eligibility.Granted(
            TestPolicy.Employee, TestPolicy.Stay with { Care = NationalCodes.Care(request.CareType).Care, Begin = request.CareFrom.BusinessDate(), End = request.CareUntil.BusinessDate(), AccountUse = AccountUse.None }));

        public Task<Eligibility> ForManual(SettlementRequest request, CancellationToken cancellation = default) => Check(request, cancellation);

        public PolicyPack For(SettlementRequest request) => land.Policy;

        public Task<IKnownInstitution> Of(string institution) => Task.FromResult<IKnownInstitution>(new OpenInstitution(new InstitutionInForce(institution, new(institution[1..7]), "3")));

        public SplitResult Split(Registration visit, Insured insured, IReadOnlyList<FeeLine> lines) => FeeSplitter.Split(lines, Catalogue);

        public SplitResult SplitAtHome(AdminDivision home, IReadOnlyList<FeeLine> lines) => FeeSplitter.Split(lines, Catalogue);
    }
}

[CollectionDefinition(nameof(Land))]
public sealed class LandCollection : ICollectionFixture<Land>;
