using MassTransit;

namespace Yibao.Hosting.Bus;

/// <summary>What one service publishes and handles.</summary>
internal sealed class BusModel(string service)
{
    public string Service { get; } = service;

    /// <summary>Where messages of this service end that cannot be handled.</summary>
    public string DeadLetters => DeadLettersOf(Service);

    public Dictionary<Type, Action<IRabbitMqBusFactoryConfigurator>> Messages { get; } = [];

    /// <summary>Short names of the messages this service has queues for.</summary>
    public HashSet<string> Handled { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator>> Endpoints { get; } = new(StringComparer.Ordinal);

    public static string DeadLettersOf(string service) => $"{service}.dead";

    /// <summary>Published before anyone's queue was there.</summary>
    public const string Unrouted = "unrouted";
}
