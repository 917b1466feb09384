using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Yibao.Contracts.Node.V1;
using Yibao.Contracts.Nodes;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Bus.Edges;

/// <summary>Takes envelopes from every edge of this node, checks their signatures and hands them on.</summary>
internal sealed partial class EdgeReceivers(ServiceSettings settings, EdgeHandler handler, IServiceProvider services, ILogger<EdgeReceivers> log) : BackgroundService
{
    private const ushort AtOnce = 16;
    private static readonly TimeSpan[] Retries = [.. new[] { 50, 200, 1000 }.Select(static ms => TimeSpan.FromMilliseconds(ms))];

    /// <summary>An envelope is the same one when its signer and id are: the broker's redelivery and the sender's repeat alike.</summary>
    public static Guid MessageId(Envelope envelope) => StableIds.Of($"{envelope.From.Code}/{envelope.Id}");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(settings.Edges.Select(edge => Receive(edge, stoppingToken)));

    private async Task Receive(EdgeSettings edge, CancellationToken stopping)
    {
        for (var failures = 0; !stopping.IsCancellationRequested;)
        {
            try
            {
                await using var connection = await EdgeBus.Connect(settings, edge, "edge in", stopping);
                await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(false, false, consumerDispatchConcurrency: AtOnce), stopping);
                if (edge.Hosted) await EdgeTopology.Declare(channel, edge.Neighbour, settings.Service, stopping);
                await channel.BasicQosAsync(0, AtOnce * 2, global: false, stopping);
                var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                channel.ChannelShutdownAsync += (_, _) => { closed.TrySetResult(); return Task.CompletedTask; };
                var consumer = new AsyncEventingBasicConsumer(channel);
                consumer.ReceivedAsync += (_, delivery) => Take(edge, channel, delivery, stopping);
                await channel.BasicConsumeAsync(EdgeTopology.Queue(EdgeBus.Inbound(settings, edge), settings.Service), autoAck: false, consumer, stopping);
                failures = 0;
                await closed.Task.WaitAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (failures++ % 20 == 0) Away(edge.Neighbour.Code, e.GetType().Name);
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(200 * failures, 5000)), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task Take(EdgeSettings edge, IChannel channel, BasicDeliverEventArgs delivery, CancellationToken stopping)
    {
        var kind = delivery.BasicProperties.Type ?? "";
        try
        {
            var envelope = SignedEnvelope.Parser.ParseFrom(delivery.Body.Span).FromWire();
            kind = envelope.Kind;
            services.GetRequiredService<IEnvelopeSigner>().Verify(envelope);
            await Carry(edge, envelope, stopping);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, CancellationToken.None);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Not acknowledged: it comes again after the start.
        }
        catch (Exception e)
        {
            Refused(edge.Neighbour.Code, kind, e is RefusedException refused ? refused.Error.Code : e.GetType().Name);
            if (channel.IsOpen) await channel.BasicNackAsync(delivery.DeliveryTag, multiple: false, requeue: false, CancellationToken.None);
        }
    }

    private async Task Carry(EdgeSettings edge, Envelope envelope, CancellationToken stopping)
    {
        var context = new MessageContext(MessageId(envelope), envelope.Id, edge.Neighbour, settings.Service, envelope.Instant, handler.Type.Name);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var scope = services.CreateAsyncScope();
                await ((IHandleEnvelope)scope.ServiceProvider.GetRequiredService(handler.Type)).Handle(envelope, context, stopping);
                return;
            }
            catch (RefusedException refused) when (refused.Error.Definition.Transient && !stopping.IsCancellationRequested)
            {
                // What may pass by itself is waited for, however long: the neighbour's message is safe in the queue.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(100 << Math.Min(attempt, 8), 10_000)), stopping);
            }
            catch (Exception e) when (e is not RefusedException && attempt < Retries.Length && !stopping.IsCancellationRequested)
            {
                await Task.Delay(Retries[attempt], stopping);
            }
        }
    }

    [LoggerMessage(2221, LogLevel.Warning, "The edge to {Neighbour} is away ({Kind}); trying again")]
    private partial void Away(string neighbour, string kind);

    [LoggerMessage(2222, LogLevel.Error, "A {Kind} over the edge to {Neighbour} was not accepted ({Reason}) and is a dead letter now")]
    private partial void Refused(string neighbour, string kind, string reason);
}
