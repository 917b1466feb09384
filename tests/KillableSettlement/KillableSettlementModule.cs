using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Hosting;
using Yibao.Settlement;
using Yibao.Settlement.RoundTrip;

namespace Yibao.KillableSettlement;

/// <summary>The settlement service as it is, in a process that kills itself (<c>kill -9</c>) at the step of the protocol that a test names.</summary>
public sealed class KillableSettlementModule : IServiceModule
{
    /// <summary>Setting with the folder of orders: <c>{node}.kill</c> holds the step at which this node dies next; it goes with its order.</summary>
    public const string Orders = "Yibao:KillOrders";

    // What is open is driven again every second: a test waits for it.
    private readonly SettlementModule _settlement = new(new RoundTripSettings { RedriveAfter = TimeSpan.FromSeconds(1), RedriveEvery = TimeSpan.FromSeconds(1) });

    public string Name => _settlement.Name;

    public void Configure(ServiceBuilder service)
    {
        _settlement.Configure(service);
        var folder = Environment.GetEnvironmentVariable(Orders.Replace(":", "__", StringComparison.Ordinal));
        if (folder is not null) service.Services.AddSingleton<IFaultPoint>(new Killer(Path.Combine(folder, $"{service.Settings.Node.Code}.kill")));
    }

    private sealed class Killer(string order) : IFaultPoint
    {
        public void Reached(string step)
        {
            if (!File.Exists(order) || File.ReadAllText(order) != step) return;
            File.Delete(order);
            Process.GetCurrentProcess().Kill();
            // Nothing of this process happens after the step: the signal is on its way.
            using var never = new ManualResetEventSlim();
            never.Wait();
        }
    }
}
