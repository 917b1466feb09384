using Microsoft.Extensions.DependencyInjection;
using Yibao.Contracts.Nodes;
using Yibao.Hosting.Nodes;

namespace Yibao.Hosting;

/// <summary>What a module says of the messages between nodes that it answers.</summary>
public static class NodeWords
{
    /// <summary>Messages of this kind go to this handler, one scope each: <c>service.Answers&lt;IntentHandler&gt;("settlement.intent.v1")</c>.</summary>
    public static ServiceBuilder Answers<THandler>(this ServiceBuilder service, string kind) where THandler : class, INodeHandler
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentException.ThrowIfNullOrWhiteSpace(kind);
        if (service.Services.Any(entry => entry.IsKeyedService && entry.ServiceType == typeof(NodeHandlerType) && (string?)entry.ServiceKey == kind))
        {
            throw new InvalidOperationException($"Messages of kind {kind} have a handler already.");
        }

        service.Services.AddScoped<THandler>();
        service.Services.AddKeyedSingleton(kind, new NodeHandlerType(static scope => scope.GetRequiredService<THandler>()));
        return service;
    }
}
