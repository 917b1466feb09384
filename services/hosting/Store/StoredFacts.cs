using System.Text.Json;
using JasperFx.Events;
using Yibao.Kernel.Deciding;

namespace Yibao.Hosting.Store;

/// <summary>Turns what Marten hands over into our own record.</summary>
internal static class StoredFacts
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } };

    private const string ActorHeader = "actor";

    public static Stored<TFact> From<TFact>(IEvent stored) where TFact : IFact =>
        new(stored.Id, stored.Sequence, (TFact)stored.Data, new FactContext(stored.StreamKey!, stored.Version, ActorOf(stored), stored.CorrelationId ?? "", stored.Timestamp.ToUniversalTime()));

    private static Actor ActorOf(IEvent stored) => stored.GetHeader(ActorHeader) switch
    {
        Actor actor => actor,
        JsonElement json => json.Deserialize<Actor>(Json)!,
        var other => throw new InvalidOperationException($"The fact {stored.Id} names no actor ({other?.GetType().Name ?? "nothing"})."),
    };
}

/// <summary>Whoever wants to follow the stored facts says so before the store is built.</summary>
internal interface IConfigureSubscriptions
{
    IEnumerable<Marten.Subscriptions.SubscriptionBase> Subscriptions();
}
