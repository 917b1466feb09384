using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Marten.Subscriptions;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Yibao.Hosting.Store;
using Yibao.Hosting.Telemetry;
using Yibao.Kernel.Deciding;

namespace Yibao.Hosting.Bus;

/// <summary>Where a message goes. Each has its own progress: a neighbour that is away holds up nobody else.</summary>
internal enum OutboxShard
{
    /// <summary>The node's own broker.</summary>
    Bus,
    /// <summary>Edges to children, whose broker we host.</summary>
    Down,
    /// <summary>The edge to the parent, on its broker.</summary>
    Up,
}

/// <summary>A message ready to go.</summary>
internal sealed record Outgoing(object Message, Type Type);

/// <summary>Which facts are told to whom.</summary>
internal sealed class OutboxModel
{
    private readonly List<Rule> _rules = [];

    public sealed record Rule(Type Fact, string Name, OutboxShard Shard, Func<IEvent, IServiceProvider, Outgoing?> Tell);

    public void Add<TFact>(string name, OutboxShard shard, Func<Stored<TFact>, IServiceProvider, Outgoing?> tell) where TFact : IFact
    {
        if (_rules.Any(rule => rule.Fact == typeof(TFact) && rule.Name == name && rule.Shard == shard))
            throw new InvalidOperationException($"{typeof(TFact).Name} is told as {name} already.");
        _rules.Add(new Rule(typeof(TFact), name, shard, (stored, services) => tell(StoredFacts.From<TFact>(stored), services)));
    }

    public IEnumerable<OutboxShard> Shards => _rules.Select(rule => rule.Shard).Distinct();

    public ILookup<Type, Rule> Of(OutboxShard shard) => _rules.Where(rule => rule.Shard == shard).ToLookup(rule => rule.Fact);

    public static string NameOf(OutboxShard shard) => $"outbox-{shard.ToString().ToLowerInvariant()}";
}

/// <summary>
/// Relays stored facts to where they are told. The store moves its progress only after the whole page went out, so everything goes
/// at least once. Facts of one stream go in their order; streams side by side.
/// </summary>
internal sealed partial class OutboxSubscription : SubscriptionBase
{
    private const int SideBySide = 16;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly ILookup<Type, OutboxModel.Rule> _rules;
    private readonly Func<OutboxModel.Rule, IEvent, Outgoing, CancellationToken, Task> _send;
    private readonly IServiceProvider _services;
    private readonly ILogger _log;
    private readonly string _shard;

    public OutboxSubscription(OutboxShard shard, OutboxModel model, Func<OutboxModel.Rule, IEvent, Outgoing, CancellationToken, Task> send, IServiceProvider services, ILogger log)
    {
        (_rules, _send, _services, _log) = (model.Of(shard), send, services, log);
        Name = _shard = OutboxModel.NameOf(shard);
        Version = 1;
        foreach (var fact in _rules) IncludeType(fact.Key);
        Options.BatchSize = 500;
    }

    public override async Task<IChangeListener> ProcessEventsAsync(EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        await Parallel.ForEachAsync(page.Events.GroupBy(stored => stored.StreamKey, StringComparer.Ordinal), new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = cancellationToken }, async (stream, cancellation) =>
        {
            foreach (var stored in stream)
                foreach (var rule in _rules[stored.EventType])
                    if (rule.Tell(stored, _services) is { } outgoing) await UntilSent(rule, stored, outgoing, cancellation);
        });
        return NullChangeListener.Instance;
    }

    /// <summary>However long the broker is away: what is stored waits.</summary>
    private async Task UntilSent(OutboxModel.Rule rule, IEvent stored, Outgoing outgoing, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(TimeSpan.FromSeconds(10));
            try
            {
                await _send(rule, stored, outgoing, patience.Token);
                return;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                if (attempt % 20 == 1) Waiting(_shard, rule.Name, e.GetType().Name, attempt);
                await Task.Delay(Pause, cancellation);
            }
        }
    }

    [LoggerMessage(2201, LogLevel.Warning, "{Shard}: {Message} cannot be sent ({Kind}, attempt {Attempt}); everything waits in the store")]
    private partial void Waiting(string shard, string message, string kind, int attempt);
}

internal static class OutboxExtensions
{
    public static OutboxModel Outbox(this ServiceBuilder service)
    {
        if (service.Services.FirstOrDefault(entry => entry.ServiceType == typeof(OutboxModel))?.ImplementationInstance is OutboxModel known) return known;

        service.Store();
        var model = new OutboxModel();
        service.Services.AddSingleton(model);
        service.Services.AddSingleton<IConfigureSubscriptions>(provider => new OutboxSubscriptions(provider, model, service.Settings));
        service.Services.AddSingleton<IOutbox, OutboxProgress>();
        OutboxGauges.Declare(service, model);
        service.Services.AddSingleton<DaemonLeader>();
        service.Services.AddHostedService(provider => provider.GetRequiredService<DaemonLeader>());
        return model;
    }

    private sealed class OutboxSubscriptions(IServiceProvider provider, OutboxModel model, ServiceSettings settings) : IConfigureSubscriptions
    {
        public IEnumerable<SubscriptionBase> Subscriptions()
        {
            var log = provider.GetRequiredService<ILoggerFactory>().CreateLogger("Yibao.Hosting.Outbox");
            foreach (var shard in model.Shards)
                yield return new OutboxSubscription(shard, model, shard == OutboxShard.Bus ? Publish : Send, provider, log);
        }

        private Task Send(OutboxModel.Rule rule, IEvent stored, Outgoing outgoing, CancellationToken cancellation)
        {
            var (neighbour, envelope) = (EdgeMessage)outgoing.Message;
            return provider.GetRequiredService<IEdgeBus>().Send(neighbour, envelope, cancellation);
        }

        private Task Publish(OutboxModel.Rule rule, IEvent stored, Outgoing outgoing, CancellationToken cancellation) =>
            provider.GetRequiredService<IBus>().Publish(outgoing.Message, outgoing.Type, context =>
            {
                context.MessageId = StableIds.Message(stored.Id, rule.Name);
                context.Headers.Set(BusHeaders.Correlation, stored.CorrelationId);
                context.Headers.Set(BusHeaders.Node, settings.Node.Code);
                context.Headers.Set(BusHeaders.Service, settings.Service);
                context.Headers.Set(BusHeaders.At, stored.Timestamp.ToUniversalTime().ToString("O", System.Globalization.CultureInfo.InvariantCulture));
            }, cancellation);
    }
}
