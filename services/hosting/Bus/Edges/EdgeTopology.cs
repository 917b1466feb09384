using System.Globalization;
using RabbitMQ.Client;
using Yibao.Kernel.Places;

namespace Yibao.Hosting;

/// <summary>
/// What stands on the virtual host of a parent's edges, per child: an exchange for each direction, and behind it a quorum queue per
/// service. A message goes from a service to the same service of the neighbour: the routing key is its name.
/// </summary>
public static class EdgeTopology
{
    /// <summary>Where envelopes end that the receiver cannot accept; only the parent reads it.</summary>
    public const string DeadLetters = "edge.dead";

    /// <summary>From the child to the parent.</summary>
    public static string Up(AdminDivision child) => $"edge.{child.Code}.up";

    /// <summary>From the parent to the child.</summary>
    public static string Down(AdminDivision child) => $"edge.{child.Code}.down";

    internal static string Queue(string exchange, string service) => $"{exchange}.{service}";

    /// <summary>The rights of the child's user on that virtual host, as regular expressions: it makes nothing, writes its outbound exchange, reads its own queues.</summary>
    public static (string Configure, string Write, string Read) RightsOf(AdminDivision child) =>
        ("^$", string.Create(CultureInfo.InvariantCulture, $"^edge\\.{child.Code}\\.up$"), string.Create(CultureInfo.InvariantCulture, $"^edge\\.{child.Code}\\.down\\..+$"));

    /// <summary>Made by the parent, again at every start.</summary>
    internal static async Task Declare(IChannel channel, AdminDivision child, string service, CancellationToken cancellation)
    {
        var quorum = new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" };
        await channel.QueueDeclareAsync(DeadLetters, durable: true, exclusive: false, autoDelete: false, quorum, cancellationToken: cancellation);
        var queue = new Dictionary<string, object?>(quorum, StringComparer.Ordinal) { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = DeadLetters };
        foreach (var exchange in new[] { Up(child), Down(child) })
        {
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Direct, durable: true, autoDelete: false, cancellationToken: cancellation);
            await channel.QueueDeclareAsync(Queue(exchange, service), durable: true, exclusive: false, autoDelete: false, queue, cancellationToken: cancellation);
            await channel.QueueBindAsync(Queue(exchange, service), exchange, service, cancellationToken: cancellation);
        }
    }
}
