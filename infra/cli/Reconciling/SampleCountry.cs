using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yibao.Backing;
using Yibao.Cli.Demos;
using Yibao.Cli.His;
using Yibao.Cli.Shell;
using Yibao.Clearing.Book;
using Yibao.Contracts.Settlement.V1;
using Yibao.Hosting;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Local;
using Yibao.Local.Samples;
using Yibao.Node;
using Yibao.Settlement;
using Yibao.Settlement.RoundTrip;
using Settled = Yibao.Contracts.Settlement.V1.Settlement;

namespace Yibao.Cli.Reconciling;

/// <summary>
/// Nation and two provinces with every service, the samples stored, on a clock that can be put forward to the next morning: what the
/// reconciliation is shown and tested on.
/// </summary>
internal sealed class SampleCountry : IAsyncDisposable
{
    /// <summary>An employee of Guiyang in a hospital of Wuhan; one of Yichang in an emergency at Guiyang.</summary>
    public const string Eastward = "f-guiyang-inpatient-in-wuhan", Westward = "d-unfiled-emergency-in-guiyang";

    public static readonly AdminDivision Nation = new("100000"), Hubei = new("420000"), Guizhou = new("520000");

    private readonly Lock _gate = new();

    private SampleCountry(LocalPlatform platform, VirtualClock clock, DemoStage stage, DayComparison comparison) =>
        (Platform, Clock, Stage, Comparison) = (platform, clock, stage, comparison);

    public LocalPlatform Platform { get; }

    public VirtualClock Clock { get; }

    public DemoStage Stage { get; }

    public DayComparison Comparison { get; }

    /// <param name="backing">Servers that run already; null starts some of its own.</param>
    /// <param name="redriveEvery">How often open settlements are sent again.</param>
    /// <param name="prefix">Before the names of databases and virtual hosts.</param>
    /// <param name="start">What its clock begins with; null: now.</param>
    public static async Task<SampleCountry> StartAsync(Output output, BackingServices? backing, string prefix, string results, CancellationToken cancellation, TimeSpan? redriveEvery = null, DateTimeOffset? start = null)
    {
        var (clock, faults) = (new VirtualClock(start), new DemoFaults());
        // Unless told otherwise nothing is driven again by itself: what a node missed is still missing in the morning.
        var redrive = redriveEvery ?? TimeSpan.FromDays(30);
        var settlement = new SettlementModule(new RoundTripSettings { RedriveAfter = redrive, RedriveEvery = redrive });
        var platform = await LocalPlatform.StartAsync(new LocalOptions
        {
            Nodes = [Nation, Hubei, Guizhou],
            Modules = [.. NodeModules.All.Where(module => module is not SettlementModule), settlement],
            Backing = backing,
            BackingOptions = new BackingOptions { UseGiven = false, Durable = false },
            Prefix = prefix,
            LogLevel = LogLevel.Critical,
            More = (settings, builder) =>
            {
                builder.Services.AddSingleton<TimeProvider>(clock);
                faults.Install(settings, builder);
            },
            Progress = output.Progress,
        }, cancellation);
        try
        {
            await SampleData.Store(platform, SamplePlatform.Samples, cancellation);
            var doors = platform.Hosts.Where(host => host.Service == "clearing").Select(host => new ClearingDoor(host.Node, host.Http)).ToList();
            return new SampleCountry(platform, clock, new DemoStage(platform, output, SamplePlatform.Samples, results) { Faults = faults }, new DayComparison(doors, platform.Issuer));
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <summary>Today, as the country's clock has it.</summary>
    public DateOnly Today => Clock.BusinessDate();

    public IBook Book(AdminDivision node) => Platform[node, "clearing"].Services!.GetRequiredService<IBook>();

    public IRows Rows(AdminDivision node, string service) => Platform[node, service].Services!.GetRequiredService<IRows>();

    /// <summary>A sample's bill as another visit with another id.</summary>
    /// <param name="visit">Short: its own id and that of the transaction are made of it.</param>
    public InterfaceRequest Bill(string sample, string visit)
    {
        var message = Stage.Message(sample);
        var own = message.Input.One("mdtrtinfo")!.Text("mdtrt_id")!;
        var json = File.ReadAllText(Path.Combine(SamplePlatform.Samples, sample + ".json"))
            .Replace(own, visit, StringComparison.Ordinal).Replace(message.MessageId, IdOf(message, visit), StringComparison.Ordinal);
        return InterfaceRequest.Read(Encoding.UTF8.GetBytes(json));
    }

    /// <summary>The HIS of the institution that a bill comes from; may be asked for by many at once.</summary>
    public HisClient His(InterfaceRequest bill)
    {
        lock (_gate) return Stage.His(bill);
    }

    /// <summary>Registered, its fees uploaded, settled.</summary>
    public async Task<Settled> Settle(string sample, string visit, CancellationToken cancellation)
    {
        var bill = Bill(sample, visit);
        var his = His(bill);
        await his.Upload(bill, cancellation);
        return await his.Settle(bill, null, cancellation);
    }

    /// <summary>Waits until every node on the way has booked these.</summary>
    public async Task<bool> Booked(IReadOnlyCollection<string> settlements, CancellationToken cancellation, params AdminDivision[] nodes)
    {
        foreach (var node in nodes.Length > 0 ? nodes : [Nation, Hubei, Guizhou])
            if (!await Stage.Eventually(async () => (await Book(node).Find([.. settlements], cancellation)).Select(row => row.Entry.Content.SettlementId).Distinct(StringComparer.Ordinal).Count() == settlements.Count, cancellation)) return false;
        return true;
    }

    /// <summary>The clock goes to the morning after a day, past the cut.</summary>
    public void Morning(DateOnly day)
    {
        var morning = new DateTimeOffset(day.AddDays(1).ToDateTime(new TimeOnly(0, 31)), TimeSpan.FromHours(8));
        if (Clock.GetUtcNow() < morning) Clock.AdvanceTo(morning);
    }

    public async ValueTask DisposeAsync()
    {
        Comparison.Dispose();
        Stage.Dispose();
        await Platform.DisposeAsync();
    }

    private static string IdOf(InterfaceRequest message, string visit) => string.Create(CultureInfo.InvariantCulture, $"{message.Institution}-{visit}");
}
