using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Cli.Demos;
using Yibao.Cli.His;
using Yibao.Contracts.Settlement.V1;
using Yibao.HospitalInterface.Mapping;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.SampleHis;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.Cli.Bench;

/// <param name="Callers">How many ask at the same time, each waiting for its answer.</param>
/// <param name="Calls">Answers per door and round.</param>
/// <param name="Rounds">How often the doors take turns, so that none has the quieter moment.</param>
internal sealed record DoorsOptions(int Callers = 16, int Calls = 2000, int Rounds = 3);

/// <param name="Added">Median beyond the direct one, milliseconds.</param>
/// <param name="Ratio">Median over the direct one.</param>
internal sealed record DoorLine(string Door, int Calls, double PerSecond, double P50Ms, double P95Ms, double P99Ms, double Added, double Ratio);

/// <summary>
/// What the doors in front of a service add. The same question — the visit and its settlement — is asked of settlement directly (gRPC and
/// mutual TLS inside the node), through the gateway by gRPC, and by the national hospital interface (5203), in turns.
/// </summary>
internal sealed class DoorsBench(DoorsOptions options, DemoStage stage)
{
    private static readonly AdminDivision Node = new("420000");

    public async Task<IReadOnlyList<DoorLine>> Run(Action<string> progress, CancellationToken cancellation)
    {
        progress("settling what will be asked for");
        var message = stage.Message("b-xining-outpatient-in-wuhan");
        var his = stage.His(message);
        var prepared = await his.Prepare(message, cancellation);
        var settled = await his.Settle(message, prepared.Quote, cancellation);
        var ask = new GetSettlementRequest { InstitutionCode = message.Institution, SettlementId = settled.SettlementId };
        var visit = new VisitRequest { InstitutionCode = message.Institution, VisitId = VisitMapping.OwnId(message.Institution, prepared.Visit.VisitId) };

        var gateway = stage.Platform[Node, "gateway"];
        var current = gateway.Services!.GetRequiredService<ICurrentActor>();
        var inside = new Settlements.SettlementsClient(gateway.Services!.GetRequiredService<IPeers>().Invoker("settlement", CallRules.Repeatable));
        var institution = new Actor("bench", Role.Institution, new AdminDivision(message.TreatmentArea), message.Institution);

        using var heard = new Listener();
        using var http = new HttpClient(heard);
        var system = new HisSystem(http, gateway.Http, SampleHospital.Account, TimeProvider.System);
        await new GoldenPath(system).Outpatient(SampleHospital.Outpatient, SampleHospital.OutpatientCharges, cancellation);
        var query = heard.Input ?? throw new Shell.FailedException("The golden path asked no 5203.");

        async Task Direct()
        {
            using (current.Act(institution, "bench"))
            {
                await inside.GetVisitAsync(visit, cancellationToken: cancellation);
                await inside.GetSettlementAsync(ask, cancellationToken: cancellation);
            }
        }

        async Task Gateway()
        {
            await his.Settlements.GetVisitAsync(visit, cancellationToken: cancellation);
            await his.Settlements.GetSettlementAsync(ask, cancellationToken: cancellation);
        }

        async Task Interface()
        {
            var reply = await system.Call("5203", SampleHospital.Outpatient.HomeArea, query, cancellation: cancellation);
            if (!reply.Succeeded) throw new Shell.FailedException($"5203: {reply.Error}");
        }

        (string Name, Func<Task> Ask)[] doors = [("direct gRPC", Direct), ("gateway, gRPC", Gateway), ("hospital interface, 5203", Interface)];
        foreach (var (name, once) in doors)
        {
            progress($"warming up: {name}");
            await Measure(once, options.Calls / 2);
        }

        var took = doors.ToDictionary(door => door.Name, _ => (Each: new List<double>(), Whole: 0d), StringComparer.Ordinal);
        for (var round = 1; round <= options.Rounds; round++)
            foreach (var (name, once) in doors)
            {
                progress($"round {round} of {options.Rounds}: {name}");
                var (each, whole) = await Measure(once, options.Calls);
                took[name].Each.AddRange(each);
                took[name] = took[name] with { Whole = took[name].Whole + whole };
            }

        var median = At(took[doors[0].Name].Each, 0.50);
        return [.. doors.Select(door => took[door.Name] is var (each, whole) ? new DoorLine(door.Name, each.Count, each.Count / whole, At(each, 0.50), At(each, 0.95), At(each, 0.99), At(each, 0.50) - median, At(each, 0.50) / median) : throw new UnreachableException())];
    }

    private async Task<(IReadOnlyList<double> Each, double Seconds)> Measure(Func<Task> once, int calls)
    {
        var left = calls;
        var each = new double[calls];
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, options.Callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) is >= 0 and var at)
            {
                var began = Stopwatch.GetTimestamp();
                await once();
                each[at] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
        })));
        return (each, Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    private static double At(List<double> each, double share)
    {
        var sorted = each.Order().ToList();
        return sorted[(int)((sorted.Count - 1) * share)];
    }

    /// <summary>Hears what a HIS asks with 5203, so that the same can be asked again.</summary>
    private sealed class Listener() : DelegatingHandler(new SocketsHttpHandler())
    {
        public JsonObject? Input { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Input is null && request.Content is { } content && JsonNode.Parse(await content.ReadAsByteArrayAsync(cancellationToken)) is JsonObject sent && sent["infno"]?.GetValue<string>() == "5203") Input = sent["input"]!.DeepClone().AsObject();
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
