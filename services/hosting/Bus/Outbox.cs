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
/// <param name="Pack">Makes one delivery of several; null for those that travel alone.</param>
internal sealed record Outgoing(object Message, Type Type, Func<IReadOnlyList<Packed>, object>? Pack = null);

/// <summary>A message in a parcel, with what is known of it.</summary>
internal sealed record Packed(Guid MessageId, string Correlation, DateTimeOffset At, object Message);

/// <summary>A fact, the rule by which it is told, and the message.</summary>
internal sealed record Telling(OutboxModel.Rule Rule, IEvent Stored, Outgoing Outgoing)
{
    public Guid MessageId => StableIds.Message(Stored.Id, Rule.Name);
}

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
/// at least once. Facts of one stream go in their order, streams side by side; messages that travel together in parcels, in the order of storing.
/// </summary>
internal sealed partial class OutboxSubscription : SubscriptionBase
{
    private const int SideBySide = 16;
    private const int MostInParcel = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly ILookup<Type, OutboxModel.Rule> _rules;
    private readonly Func<IReadOnlyList<Telling>, CancellationToken, Task> _send;
    private readonly IServiceProvider _services;
    private readonly ILogger _log;
    private readonly string _shard;

    public OutboxSubscription(OutboxShard shard, OutboxModel model, Func<IReadOnlyList<Telling>, CancellationToken, Task> send, IServiceProvider services, ILogger log)
    {
        (_rules, _send, _services, _log) = (model.Of(shard), send, services, log);
        Name = _shard = OutboxModel.NameOf(shard);
        Version = 1;
        foreach (var fact in _rules) IncludeType(fact.Key);
        Options.BatchSize = 500;
    }

    public override async Task<IChangeListener> ProcessEventsAsync(EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        var tellings = page.Events.SelectMany(stored => _rules[stored.EventType], (stored, rule) => (stored, rule))
            .Select(told => told.rule.Tell(told.stored, _services) is { } outgoing ? new Telling(told.rule, told.stored, outgoing) : null).OfType<Telling>().ToList();
        foreach (var kind in tellings.Where(telling => telling.Outgoing.Pack is not null).GroupBy(telling => telling.Outgoing.Type))
            foreach (var parcel in kind.Chunk(MostInParcel)) await UntilSent(parcel, cancellationToken);

        var alone = tellings.Where(telling => telling.Outgoing.Pack is null).GroupBy(telling => telling.Stored.StreamKey, StringComparer.Ordinal);
        await Parallel.ForEachAsync(alone, new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = cancellationToken }, async (stream, cancellation) =>
        {
            foreach (var telling in stream) await UntilSent([telling], cancellation);
        });
        return NullChangeListener.Instance;
    }

    /// <summary>However long the broker is away: what is stored waits.</summary>
    private async Task UntilSent(IReadOnlyList<Telling> tellings, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(TimeSpan.FromSeconds(10));
            try
            {
                await _send(tellings, patience.Token);
                return;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                if (attempt % 20 == 1) Waiting(_shard, tellings[0].Rule.Name, e.GetType().Name, attempt);
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

        private async Task Send(IReadOnlyList<Telling> tellings, CancellationToken cancellation)
        {
            foreach (var telling in tellings)
            {
                var (neighbour, envelope) = (EdgeMessage)telling.Outgoing.Message;
                await provider.GetRequiredService<IEdgeBus>().Send(neighbour, envelope, cancellation);
            }
        }

        private Task Publish(IReadOnlyList<Telling> tellings, CancellationToken cancellation)
        {
            var bus = provider.GetRequiredService<IBus>();
            if (tellings is [var lone])
            {
                return bus.Publish(lone.Outgoing.Message, lone.Outgoing.Type, context =>
                {
                    Name(context, lone.MessageId);
                    context.Headers.Set(BusHeaders.Correlation, lone.Stored.CorrelationId);
                    context.Headers.Set(BusHeaders.At, BusHeaders.Instant(lone.Stored.Timestamp));
                }, cancellation);
            }

            var parcel = tellings[0].Outgoing.Pack!([.. tellings.Select(telling =>
                new Packed(telling.MessageId, telling.Stored.CorrelationId ?? "", telling.Stored.Timestamp.ToUniversalTime(), telling.Outgoing.Message))]);
            return bus.Publish(parcel, parcel.GetType(), context => Name(context, StableIds.Of($"parcel/{tellings[0].MessageId:N}/{tellings[^1].MessageId:N}")), cancellation);
        }

        private void Name(PublishContext context, Guid id)
        {
            context.MessageId = id;
            context.Headers.Set(BusHeaders.Node, settings.Node.Code);
            context.Headers.Set(BusHeaders.Service, settings.Service);
        }
    }
}
