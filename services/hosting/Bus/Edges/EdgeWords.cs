using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yibao.Contracts.Nodes;
using Yibao.Hosting.Bus;
using Yibao.Hosting.Bus.Edges;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Hosting;

/// <summary>Sends signed envelopes to a neighbouring node over the broker of their edge, from this service to the same service there.</summary>
public interface IEdgeBus
{
    /// <summary>Returns once the broker has it for good. A repeat of an id is dropped at the other end.</summary>
    /// <exception cref="Kernel.Errors.RefusedException"><c>SERVICE_UNAVAILABLE</c>: there is no such edge, or its broker does not answer.</exception>
    Task Send(AdminDivision neighbour, Envelope envelope, CancellationToken cancellation = default);
}

/// <summary>Takes envelopes that came over an edge; their signatures have been checked.</summary>
/// <remarks>Commit with <c>Command.Handles = context.Handled</c>: an envelope is carried out once however often it comes.</remarks>
public interface IHandleEnvelope
{
    Task Handle(Envelope envelope, MessageContext context, CancellationToken cancellation);
}

/// <summary>An envelope and the neighbour it goes to.</summary>
public sealed record EdgeMessage(AdminDivision Neighbour, Envelope Envelope);

/// <summary>What a module says about its edges.</summary>
public static class EdgeWords
{
    /// <summary>Takes part in the node's edges: <see cref="IEdgeBus"/> sends, the handler takes what comes.</summary>
    public static ServiceBuilder Edges<THandler>(this ServiceBuilder service) where THandler : class, IHandleEnvelope
    {
        service.Store();
        if (service.Services.Any(known => known.ServiceType == typeof(EdgeHandler))) throw new InvalidOperationException($"The {service.Settings.Service} service has a door for its edges already; what comes is shared out inside it.");
        service.Services.TryAddScoped<THandler>();
        service.Services.AddSingleton(new EdgeHandler(typeof(THandler)));
        service.Services.AddSingleton<EdgeBus>();
        service.Services.AddSingleton<IEdgeBus>(static provider => provider.GetRequiredService<EdgeBus>());
        service.Services.AddHostedService<EdgeReceivers>();
        return service;
    }

    /// <summary>
    /// Tells a neighbour of a stored fact, at least once and in the order of its stream. The envelope is either stored with the fact
    /// or signed here; its id must follow from the fact, so that a repeat is recognised.
    /// </summary>
    /// <param name="service">The module's builder.</param>
    /// <param name="tell">Null: this fact goes to no neighbour.</param>
    public static ServiceBuilder SendsOverEdge<TFact>(this ServiceBuilder service, Func<Stored<TFact>, IEnvelopeSigner, EdgeMessage?> tell) where TFact : IFact
    {
        foreach (var shard in EdgeSides.Used(service.Settings))
            service.Outbox().Add<TFact>("edge", shard, (fact, provider) =>
                tell(fact, provider.GetRequiredService<IEnvelopeSigner>()) is { } message && EdgeSides.Of(service.Settings, message.Neighbour) == shard
                    ? new Outgoing(message, typeof(EdgeMessage))
                    : null);
        return service;
    }
}

internal sealed record EdgeHandler(Type Type);
