using System.Text.Json.Serialization;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Yibao.Contracts.Messages;
using Yibao.Hosting.Bus;
using Yibao.Hosting.Places;
using Yibao.Kernel.Data;
using Yibao.Kernel.Deciding;

namespace Yibao.Hosting;

/// <summary>What a module says about messages.</summary>
public static class BusExtensions
{
    /// <summary>
    /// Tells the node's other services of a stored fact: at least once, in the order of its stream, with a message id derived
    /// from the fact. Null: this one is not told. The event log itself is the outbox.
    /// </summary>
    public static ServiceBuilder Publishes<TFact, TMessage>(this ServiceBuilder service, Func<Stored<TFact>, TMessage?> tell) where TFact : IFact where TMessage : class, IMessage
    {
        Message<TMessage>(service.Bus());
        service.Outbox().Add<TFact>(typeof(TMessage).Name, OutboxShard.Bus, (fact, _) => tell(fact) is { } message ? new Outgoing(message, typeof(TMessage), Together<TMessage>() ? Pack<TMessage> : null) : null);
        return service;
    }

    /// <summary>Handles a kind of message with a queue of its own (quorum, durable), each message by id at most once.</summary>
    /// <param name="service">The module's builder.</param>
    /// <param name="concurrency">So many messages at the same time; the batching door commits them together.</param>
    public static ServiceBuilder Handles<TMessage, THandler>(this ServiceBuilder service, int concurrency = 16) where TMessage : class, IMessage where THandler : class, IHandle<TMessage>
    {
        service.Services.TryAddScoped<THandler>();
        Endpoint<TMessage, THandler>(service, concurrency, concurrency * 2, static (context, endpoint) =>
        {
            Dispatch.Retries(endpoint);
            endpoint.Handler<TMessage>(delivery => Dispatch.One<TMessage, THandler>(context, delivery));
            if (Together<TMessage>()) endpoint.Handler<Parcel<TMessage>>(delivery => Dispatch.Parcel<TMessage, THandler>(context, delivery));
        });
        return service;
    }

    /// <summary>Handles a kind of message many at a time, in one command.</summary>
    /// <param name="service">The module's builder.</param>
    /// <param name="atMost">So many messages go into one call, 2–1000.</param>
    public static ServiceBuilder HandlesMany<TMessage, THandler>(this ServiceBuilder service, int atMost = 200) where TMessage : class, IMessage where THandler : class, IHandleMany<TMessage>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(atMost, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(atMost, 1000);
        service.Services.TryAddScoped<THandler>();
        Endpoint<TMessage, THandler>(service, atMost, (ushort)(atMost * 2), (context, endpoint) =>
        {
            Dispatch.Retries(endpoint);
            endpoint.Batch<TMessage>(batch =>
            {
                batch.MessageLimit = atMost;
                // Counted from the first message: how long a lone one waits for company.
                batch.TimeLimit = TimeSpan.FromMilliseconds(20);
                batch.ConcurrencyLimit = 1;
                batch.Consumer(() => new ManyConsumer<TMessage, THandler>(context));
            });
            if (!Together<TMessage>()) return;
            // One after the other, like batches.
            var turn = new SemaphoreSlim(1);
            endpoint.Handler<Parcel<TMessage>>(delivery => Dispatch.ManyOfParcel<TMessage, THandler>(context, delivery, turn));
        });
        return service;
    }

    private static void Endpoint<TMessage, THandler>(ServiceBuilder service, int concurrency, int prefetch, Action<IBusRegistrationContext, IRabbitMqReceiveEndpointConfigurator> configure) where TMessage : class, IMessage
    {
        var model = service.Bus();
        Message<TMessage>(model);
        model.Handled.Add(typeof(TMessage).Name);
        var queue = $"{model.Service}.{typeof(THandler).Name}.{typeof(TMessage).Name}";
        model.Endpoints.Add(queue, (context, bus) => bus.ReceiveEndpoint(queue, endpoint =>
        {
            endpoint.SetQuorumQueue();
            endpoint.PrefetchCount = (ushort)prefetch;
            endpoint.ConcurrentMessageLimit = concurrency;
            configure(context, endpoint);
        }));
    }

    private static bool Together<TMessage>() => typeof(ITravelsTogether).IsAssignableFrom(typeof(TMessage));

    private static Parcel<TMessage> Pack<TMessage>(IReadOnlyList<Packed> messages) where TMessage : class, IMessage =>
        new([.. messages.Select(packed => new ParcelItem<TMessage>(packed.MessageId, packed.Correlation, packed.At, (TMessage)packed.Message))]);

    private static void Message<TMessage>(BusModel model) where TMessage : class, IMessage
    {
        model.Messages.TryAdd(typeof(TMessage), static bus => bus.Publish<TMessage>(Kept));
        if (Together<TMessage>()) model.Messages.TryAdd(typeof(Parcel<TMessage>), static bus => bus.Publish<Parcel<TMessage>>(Kept));

        // A message that finds no queue yet is kept, not dropped.
        static void Kept(IRabbitMqMessagePublishTopologyConfigurator topology) =>
            topology.BindAlternateExchangeQueue(BusModel.Unrouted, BusModel.Unrouted, queue => queue.SetQuorumQueue());
    }

    internal static BusModel Bus(this ServiceBuilder service)
    {
        if (service.Services.FirstOrDefault(entry => entry.ServiceType == typeof(BusModel))?.ImplementationInstance is BusModel known) return known;

        service.Store();
        var model = new BusModel(service.Settings.Service);
        service.Services.AddSingleton(model);
        service.Services.AddMassTransit(bus =>
        {
            // The library would otherwise report usage to its vendor.
            bus.DisableUsageTelemetry();
            // Settlements need no broker: what is told waits in the store. A host whose broker is away must go on being called.
            bus.ConfigureHealthCheckOptions(options => options.MinimalFailureStatus = HealthStatus.Degraded);
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.Host(service.Settings.Broker, host => host.ConnectionName($"{service.Settings.Node}/{model.Service}"));
                rabbit.SendTopology.ErrorQueueNameFormatter = new DeadLetterName(model);
                rabbit.SendTopology.DeadLetterQueueNameFormatter = new DeadLetterName(model);
                rabbit.Publish<IMessage>(topology => topology.Exclude = true);
                rabbit.Publish<ITravelsTogether>(topology => topology.Exclude = true);
                rabbit.ConfigureJsonSerializerOptions(options =>
                {
                    options.Converters.Add(new JsonStringEnumConverter());
                    return options.OnlyWhatWasSaid();
                });
                foreach (var message in model.Messages.Values) message(rabbit);
                foreach (var endpoint in model.Endpoints.Values) endpoint(context, rabbit);
            });
        });
        // Each try would come with its whole stack; what fails for good is an error and a dead letter.
        service.Host.Logging.AddFilter("MassTransit.ReceiveTransport", LogLevel.Error);
        service.Services.AddHostedService<UnroutedReplay>();
        service.Services.Configure<MassTransitHostOptions>(options =>
        {
            // A handler that has not ended by then is told to; without it a stuck one would keep its message until the process ends.
            options.ConsumerStopTimeout = TimeSpan.FromSeconds(3);
            options.StopTimeout = TimeSpan.FromSeconds(10);
        });
        service.FollowsRegistry();
        return model;
    }

    private sealed class DeadLetterName(BusModel model) : IErrorQueueNameFormatter, IDeadLetterQueueNameFormatter
    {
        public string FormatErrorQueueName(string queueName) => model.DeadLetters;

        public string FormatDeadLetterQueueName(string queueName) => model.DeadLetters;
    }
}
