using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yibao.Backing;
using Yibao.Contracts.Settlements;
using Yibao.Filing.Desks;
using Yibao.Filing.Policy;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Persons;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;
using Yibao.Local;
using Yibao.Local.Samples;
using Yibao.SampleHis;
using Yibao.Settlement.Benefits.Packs;

[assembly: AssemblyFixture(typeof(Yibao.Gateway.Tests.SampleNodes))]

namespace Yibao.Gateway.Tests;

/// <summary>The country with the sample institutions and persons, on real servers, seen from a hospital: by HTTP, with a signature, nothing else.</summary>
public sealed class SampleNodes : IAsyncLifetime
{
    public const string Wuhan = "H42010000001";
    public const string Guiyang = "H52010000001";

    /// <summary>样例甲: employee of Guiyang, filed for Wuhan.</summary>
    public static readonly Patient GuiyangEmployee = new("520100", "310", "01", "999000197103149019", "样例甲", "11");

    /// <summary>样例乙: retiree of Xining, resettled in Wuhan.</summary>
    public static readonly Patient XiningRetiree = new("630100", "310", "01", "999000195608059028", "样例乙", "12");

    public static readonly AdminDivision Beijing = new("110000");

    /// <summary>Insured in Beijing, with a social security card and an e-credential.</summary>
    public static readonly InventedPerson BeijingEmployee = InventedPerson.Number(110_001);

    public const string BeijingCard = "BJ0000000001";

    /// <summary>Which node said what to which neighbour.</summary>
    public Hops Hops { get; } = new();

    public static readonly IReadOnlyList<Charge> OutpatientCharges =
    [
        new("001102054823363", "主任医师门诊诊察费", 51.10m, 1),
        new("002503001575574", "肌钙蛋白I", 71.97m, 2),
        new("XO97LHG245A001091590999286", "硝苯地平控释片 30mg", 171.35m, 1),
    ];

    public static readonly IReadOnlyList<Charge> InpatientCharges =
    [
        new("001109030533755", "普通床位费（双人间）", 73.19m, 3),
        new("003401077868164", "红光治疗", 216.63m, 12),
        new("XP53OXS424A001061455959422", "美罗培南注射用 0.5g", 95.75m, 12),
        new("C2351151475445014040", "腹腔镜一次性穿刺器", 461.79m, 2),
    ];

    private const int Workstations = 64;
    private readonly LogLines _lines = new();
    private IReadOnlyList<HisSystem>? _fuzzSenders;

    // One system per hospital: it numbers its messages.
    private readonly ConcurrentDictionary<string, HisSystem> _systems = new(StringComparer.Ordinal);

    public LocalPlatform Platform { get; private set; } = null!;

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>What every host of every node has logged, from information upward.</summary>
    public IReadOnlyCollection<string> Log => _lines.Said;

    public LocalHost Gateway(string node = "420000") => Platform[new AdminDivision(node), "gateway"];

    /// <summary>The HIS of a sample institution, at its node's gateway.</summary>
    public HisSystem His(string institution = Wuhan) =>
        _systems.GetOrAdd(institution, code => new HisSystem(Http, Gateway(code == Wuhan ? "420000" : "520000").Http, Account(code), TimeProvider.System));

    public static HisAccount Account(string institution) =>
        new(SampleAccounts.AccessKey(institution), SampleAccounts.SecretKey(institution), institution, "示范医院", institution == Wuhan ? "420100" : "520100");

    /// <summary>Workstations with accounts of their own: the limit per account would otherwise be all that a fuzz run meets.</summary>
    public IReadOnlyList<HisSystem> FuzzSenders => _fuzzSenders ??= [.. Enumerable.Range(0, Workstations).Select(number =>
        new HisSystem(Http, Gateway().Http, new HisAccount($"AK-fuzz-{number}", $"SK-fuzz-{number}", Wuhan, "示范医院", "420100"), TimeProvider.System))];

    /// <summary>Registered for a network that none of these tests comes from.</summary>
    private static readonly KeyValuePair<string, string?>[] Elsewhere =
    [
        new("Yibao:Hospital:Accounts:AK-elsewhere:SecretKey", "SK-elsewhere"),
        new("Yibao:Hospital:Accounts:AK-elsewhere:Institution", Wuhan),
        new("Yibao:Hospital:Accounts:AK-elsewhere:Area", "420100"),
        new("Yibao:Hospital:Accounts:AK-elsewhere:Networks:0", "10.1.0.0/16"),
    ];

    private static IEnumerable<KeyValuePair<string, string?>> FuzzAccounts() => Enumerable.Range(0, Workstations).SelectMany(number => new KeyValuePair<string, string?>[]
    {
        new($"Yibao:Hospital:Accounts:AK-fuzz-{number}:SecretKey", $"SK-fuzz-{number}"),
        new($"Yibao:Hospital:Accounts:AK-fuzz-{number}:Institution", Wuhan),
        new($"Yibao:Hospital:Accounts:AK-fuzz-{number}:Area", "420100"),
        new($"Yibao:Hospital:Accounts:AK-fuzz-{number}:Networks:0", "127.0.0.0/8"),
    });

    public async ValueTask InitializeAsync()
    {
        var samples = Path.Combine(Repository.Root(), "infra", "samples");
        Platform = await LocalPlatform.StartAsync(new LocalOptions
        {
            Backing = await SharedBacking.GetAsync(),
            Settings = SampleAccounts.Settings(samples).Concat(FuzzAccounts()).Concat(Elsewhere).ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.Ordinal),
            LogLevel = LogLevel.Information,
            Nodes = [.. LocalOptions.DefaultNodes, Beijing],
            More = (settings, builder) =>
            {
                builder.Logging.ClearProviders().AddProvider(_lines);
                if (settings.Service != "gateway") Hops.Watch(settings, builder);
                if (settings.Service == "filing") builder.Services.AddSingleton(Policies());
            },
        }, TestContext.Current.CancellationToken);
        await SampleData.Store(Platform, samples, TestContext.Current.CancellationToken);
        await Insure(Beijing, Beijing, BeijingEmployee, "E-TOKEN-110000-1", BeijingCard);
    }

    /// <summary>The delivered packs, and a pilot: Liupanshui lets institutions of the treatment place recognise chronic diseases (INS-019).</summary>
    private static FilingPolicies Policies()
    {
        var regions = PolicyFolder.Find(AppContext.BaseDirectory)!;
        var files = Directory.EnumerateFiles(regions, "filing-*.yaml", SearchOption.AllDirectories).Select(path => (File: Path.GetRelativePath(regions, path), Text: File.ReadAllText(path))).ToList();
        files.Add(("520200/filing-2024-01-01.yaml", """
            area: "520200"
            from: 2024-01-01
            extends: "520000"
            document: 六盘水市就医地机构认定试点（示例）
            mark: illustrative

            chronic:
              recognitionByTreatmentInstitution: true
            """));
        return FilingPolicies.Load(files, NodeRegistry.Reference.Latest);
    }

    /// <summary>A person as his agency registers him, with the credentials he bears.</summary>
    public async Task Insure(AdminDivision node, AdminDivision area, InventedPerson person, string eCredential, string card)
    {
        var services = Platform[node, "filing"].Services!;
        using var acting = services.GetRequiredService<ICurrentActor>().Act(new Actor("operator", Role.CityOperator, area), "test");
        await services.GetRequiredService<PersonDesk>().Register(new NewPerson(
            new PersonIdentity(new IdentityDocument("01", person.Id.Reveal()), person.Name, person.Phone), eCredential, card, area, InsuranceType.Employee, "11", false, new DateOnly(2020, 1, 1), []), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Platform.DisposeAsync();
    }

    /// <summary>Every line as it would be written; kept to be searched.</summary>
    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _said = new();

        public IReadOnlyCollection<string> Said => _said;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _said.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
