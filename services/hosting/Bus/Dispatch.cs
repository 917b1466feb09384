using System.Globalization;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Contracts.Messages;
using Yibao.Hosting.Store;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Bus;

/// <summary>The one place where a MassTransit delivery becomes an <see cref="IHandle{TMessage}"/> call.</summary>
internal static class Dispatch
{
    public static async Task One<TMessage, THandler>(IServiceProvider services, ConsumeContext<TMessage> delivery) where TMessage : class, IMessage where THandler : class, IHandle<TMessage>
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<THandler>().Handle(delivery.Message, Context<THandler>(delivery), delivery.CancellationToken);
    }

    public static Task Many<TMessage, THandler>(IServiceProvider services, ConsumeContext<Batch<TMessage>> deliveries) where TMessage : class, IMessage where THandler : class, IHandleMany<TMessage> =>
        Together<TMessage, THandler>(services, deliveries.Message.Select(delivery => new Received<TMessage>(delivery.Message, Context<THandler>(delivery))), deliveries.CancellationToken);

    /// <summary>What cannot be handled leaves its parcel and goes on alone: retries, and in the end the dead letters, are its own.</summary>
    public static async Task Parcel<TMessage, THandler>(IServiceProvider services, ConsumeContext<Parcel<TMessage>> delivery) where TMessage : class, IMessage where THandler : class, IHandle<TMessage>
    {
        await using var scope = services.CreateAsyncScope();
        var handler = scope.ServiceProvider.GetRequiredService<THandler>();
        foreach (var item in delivery.Message.Items)
        {
            try
            {
                await handler.Handle(item.Message, Context<THandler, TMessage>(delivery, item), delivery.CancellationToken);
            }
            catch (Exception) when (!delivery.CancellationToken.IsCancellationRequested)
            {
                await Alone(delivery, item);
            }
        }
    }

    /// <summary>The whole parcel with one call; if that fails, each of it goes on alone.</summary>
    /// <param name="turn">One call after the other.</param>
    public static async Task ManyOfParcel<TMessage, THandler>(IServiceProvider services, ConsumeContext<Parcel<TMessage>> delivery, SemaphoreSlim turn) where TMessage : class, IMessage where THandler : class, IHandleMany<TMessage>
    {
        await turn.WaitAsync(delivery.CancellationToken);
        try
        {
            await Together<TMessage, THandler>(services, delivery.Message.Items.Select(item => new Received<TMessage>(item.Message, Context<THandler, TMessage>(delivery, item))), delivery.CancellationToken);
        }
        catch (Exception) when (!delivery.CancellationToken.IsCancellationRequested)
        {
            foreach (var item in delivery.Message.Items) await Alone(delivery, item);
        }
        finally
        {
            turn.Release();
        }
    }

    private static async Task Together<TMessage, THandler>(IServiceProvider services, IEnumerable<Received<TMessage>> messages, CancellationToken cancellation) where TMessage : class, IMessage where THandler : class, IHandleMany<TMessage>
    {
        await using var scope = services.CreateAsyncScope();
        var received = messages.DistinctBy(message => message.Context.MessageId).ToList();
        var seen = (await services.GetRequiredService<Loader>().Load([], received.Select(message => message.Context.Handled), cancellation)).Handled;
        var fresh = received.Where(message => !seen.Contains(message.Context.Handled)).ToList();
        if (fresh.Count > 0) await scope.ServiceProvider.GetRequiredService<THandler>().Handle(fresh, cancellation);
    }

    /// <summary>Back into the queue it came from, under its own id.</summary>
    private static async Task Alone<TMessage>(ConsumeContext<Parcel<TMessage>> delivery, ParcelItem<TMessage> item) where TMessage : class, IMessage
    {
        var queue = await delivery.GetSendEndpoint(delivery.ReceiveContext.InputAddress);
        await queue.Send(item.Message, context =>
        {
            context.MessageId = item.MessageId;
            context.Headers.Set(BusHeaders.Correlation, item.Correlation);
            context.Headers.Set(BusHeaders.Node, delivery.Headers.Get<string>(BusHeaders.Node));
            context.Headers.Set(BusHeaders.Service, delivery.Headers.Get<string>(BusHeaders.Service));
            context.Headers.Set(BusHeaders.At, BusHeaders.Instant(item.At));
        }, delivery.CancellationToken);
    }

    private static readonly TimeSpan[] Growing = [.. new[] { 100, 200, 400, 800, 2000, 5000, 10_000 }.Select(static ms => TimeSpan.FromMilliseconds(ms))];

    /// <summary>What may pass by itself is tried for a quarter of an hour, a defect a few times, a definite refusal not at all.</summary>
    public static void Retries(IConsumePipeConfigurator endpoint)
    {
        endpoint.UseMessageRetry(retry =>
        {
            retry.Handle<RefusedException>(refused => refused.Error.Definition.Transient);
            retry.Intervals([.. Growing, .. Enumerable.Repeat(TimeSpan.FromSeconds(30), 30)]);
        });
        endpoint.UseMessageRetry(retry =>
        {
            retry.Ignore<RefusedException>();
            retry.Intervals(50, 200, 1000);
        });
    }

    private static MessageContext Context<THandler, TMessage>(ConsumeContext delivery, ParcelItem<TMessage> item) where TMessage : class, IMessage => new(
        item.MessageId,
        item.Correlation,
        AdminDivision.TryParse(delivery.Headers.Get<string>(BusHeaders.Node), out var node) ? node : default,
        delivery.Headers.Get<string>(BusHeaders.Service) ?? "",
        item.At.ToUniversalTime(),
        typeof(THandler).Name);

    private static MessageContext Context<THandler>(ConsumeContext delivery) => new(
        delivery.MessageId ?? throw new InvalidOperationException("A message without an id cannot be handled once."),
        delivery.Headers.Get<string>(BusHeaders.Correlation) ?? "",
        AdminDivision.TryParse(delivery.Headers.Get<string>(BusHeaders.Node), out var node) ? node : default,
        delivery.Headers.Get<string>(BusHeaders.Service) ?? "",
        DateTimeOffset.TryParse(delivery.Headers.Get<string>(BusHeaders.At), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : default,
        typeof(THandler).Name);
}

internal sealed class ManyConsumer<TMessage, THandler>(IServiceProvider services) : IConsumer<Batch<TMessage>> where TMessage : class, IMessage where THandler : class, IHandleMany<TMessage>
{
    public Task Consume(ConsumeContext<Batch<TMessage>> context) => Dispatch.Many<TMessage, THandler>(services, context);
}
