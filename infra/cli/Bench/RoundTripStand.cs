using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Yibao.Backing;
using Yibao.Cli.Demos;
using Yibao.Cli.His;
using Yibao.HospitalInterface.Reading;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;
using Yibao.Local;
using Yibao.Local.Samples;

namespace Yibao.Cli.Bench;

/// <summary>
/// Three nodes — treatment province, nation, home province — with each in a process of its own on durable servers, filled with
/// invented persons, and a HIS that talks to the gateway.
/// </summary>
internal sealed class RoundTripStand : IAsyncDisposable
{
    public static readonly AdminDivision Treatment = new("420000");
    public static readonly AdminDivision Nation = new("100000");
    public static readonly AdminDivision Home = new("520000");

    private const string Sample = "f-guiyang-inpatient-in-wuhan";
    private readonly string _folder;
    private readonly string _message;
    private readonly string _ownVisit;
    private readonly string _ownPerson;
    private readonly string _ownId;
    private readonly IReadOnlyList<string> _persons;
    private int _visit;

    private RoundTripStand(BackingServices backing, LocalPlatform platform, HisClient his, string folder, IReadOnlyList<string> persons)
    {
        (Backing, Platform, His, _folder, _persons) = (backing, platform, his, folder, persons);
        _message = File.ReadAllText(Path.Combine(SamplePlatform.Samples, Sample + ".json"));
        var read = InterfaceRequest.Read(Encoding.UTF8.GetBytes(_message));
        _ownId = read.MessageId;
        _ownVisit = read.Input.One("data")!.Text("mdtrt_id")!;
        _ownPerson = read.Input.One("mdtrtinfo")!.Text("mdtrt_cert_no")!;
    }

    public static IReadOnlyList<AdminDivision> Nodes { get; } = [Nation, Treatment, Home];

    public BackingServices Backing { get; }

    public LocalPlatform Platform { get; }

    public HisClient His { get; }

    /// <summary>Set when something went wrong: what the services wrote down outlives the run.</summary>
    public bool LogsWanted { get; set; }

    /// <summary>Where each service's output goes, a file each.</summary>
    public string Logs => Path.Combine(_folder, "logs");

    /// <param name="processes">Which services share a process.</param>
    /// <param name="persons">So many persons share the settlements: nobody is discharged every second.</param>
    public static async Task<RoundTripStand> StartAsync(BackingServices backing, LocalProcesses processes, int persons, Action<string> progress, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("yibao-bench-").FullName;
        using var issuer = new DevelopmentIssuer();
        var options = new LocalOptions
        {
            Nodes = Nodes, Backing = backing, StateFolder = folder, Issuer = issuer, Progress = progress,
            // One hospital stands for a province's.
            Settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Yibao:Limits:PerSecond"] = "1000000" },
        };
        var ids = Enumerable.Range(0, persons).Select(number => CitizenId.Compose("999000", new DateOnly(1960, 1, 1).AddDays(number / 400), 500 + (number % 400)).Reveal()).ToList();
        var message = InterfaceRequest.Read(await File.ReadAllBytesAsync(Path.Combine(SamplePlatform.Samples, Sample + ".json"), cancellation));
        // The home place checks that number and name are one person's: all of them are called as the sample's patient is.
        var name = message.Input.One("data")!.Text("psn_name")!;
        // The same deciders store the samples in hosts of this process; then the nodes start on their own.
        await using (var filling = await LocalPlatform.StartAsync(options, cancellation))
        {
            progress($"storing the sample institutions and {persons} persons with their filings");
            await SampleData.Store(filling, SamplePlatform.Samples, cancellation);
            await SampleData.Enrol(filling, [.. ids.Select(certno => Person(certno, name))], [.. ids.Select(Filing)], cancellation);
        }

        var platform = await LocalPlatform.StartAsync(options with { Processes = processes }, cancellation);
        var token = issuer.Issue(new TokenOf($"his-{message.Institution}", new AdminDivision(message.TreatmentArea), Role.Institution) { Institution = message.Institution });
        var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "certificates", Treatment.Code, "ca.crt"));
        return new RoundTripStand(backing, platform, new HisClient(platform[Treatment, "gateway"].Grpc, token, authority), folder, ids);
    }

    /// <summary>Visits registered with their fees uploaded, each its own bill: what is there before a discharge.</summary>
    public async Task<IReadOnlyList<InterfaceRequest>> Admit(int number, CancellationToken cancellation)
    {
        var visits = Enumerable.Range(0, number).Select(_ => Message(Interlocked.Increment(ref _visit))).ToList();
        await Parallel.ForEachAsync(visits, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancellation }, async (message, stop) => await His.Upload(message, stop));
        return visits;
    }

    /// <summary>Something else is measured on the same machine: the nodes do not even look whether there is work.</summary>
    public async Task<T> Frozen<T>(Func<Task<T>> work)
    {
        var processes = Platform.Hosts.Select(host => host.ProcessId!.Value).Distinct().ToList();
        foreach (var process in processes) Processes.Freeze(process);
        try
        {
            return await work();
        }
        finally
        {
            foreach (var process in processes) Processes.Thaw(process);
        }
    }

    public async ValueTask DisposeAsync()
    {
        His.Dispose();
        await Platform.DisposeAsync();
        if (!LogsWanted) Directory.Delete(_folder, recursive: true);
    }

    private InterfaceRequest Message(int number)
    {
        var visit = string.Create(CultureInfo.InvariantCulture, $"BENCH{number:0000000}");
        return InterfaceRequest.Read(Encoding.UTF8.GetBytes(_message
            .Replace(_ownVisit, visit, StringComparison.Ordinal)
            .Replace(_ownId, "M" + visit, StringComparison.Ordinal)
            .Replace(_ownPerson, _persons[number % _persons.Count], StringComparison.Ordinal)));
    }

    private static Dictionary<string, string> Person(string certno, string name) => new(StringComparer.Ordinal)
    {
        ["insu_admdvs"] = "520100", ["insutype"] = "310", ["psn_type"] = "11", ["psn_cert_type"] = "01", ["certno"] = certno,
        ["psn_name"] = name, ["tel"] = "12000000009", ["cvlserv_flag"] = "0", ["acct_balance"] = "2000.00",
    };

    private static Dictionary<string, string> Filing(string certno) => new(StringComparer.Ordinal)
    {
        ["certno"] = certno, ["category"] = "5", ["place"] = "420100", ["applied_at"] = "2026-11-01 09:00:00", ["materials"] = "ID_CARD FILING_FORM", ["contact_address"] = "武汉市示例路4号",
    };
}
