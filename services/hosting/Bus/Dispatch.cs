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

    public static async Task Many<TMessage, THandler>(IServiceProvider services, ConsumeContext<Batch<TMessage>> deliveries) where TMessage : class, IMessage where THandler : class, IHandleMany<TMessage>
    {
        await using var scope = services.CreateAsyncScope();
        var received = deliveries.Message.Select(delivery => new Received<TMessage>(delivery.Message, Context<THandler>(delivery))).DistinctBy(message => message.Context.MessageId).ToList();
        var seen = (await services.GetRequiredService<Loader>().Load([], received.Select(message => message.Context.Handled), deliveries.CancellationToken)).Handled;
        var fresh = received.Where(message => !seen.Contains(message.Context.Handled)).ToList();
        if (fresh.Count > 0) await scope.ServiceProvider.GetRequiredService<THandler>().Handle(fresh, deliveries.CancellationToken);
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
