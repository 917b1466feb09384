using System.Globalization;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Yibao.Hosting;

/// <summary>A message that nobody could handle: what it is and why, never what it says.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="Type">Its type's short name.</param>
/// <param name="Queue">Whose queue it was in; empty for one that found no queue.</param>
/// <param name="Reason">The kind of exception and, for a refusal, its code. No message texts: they could say too much.</param>
/// <param name="At">When it failed, UTC, if known.</param>
public sealed record DeadLetter(Guid Id, string Type, string Queue, string Reason, DateTimeOffset? At);

/// <summary>Looks into the dead letters of a node's broker and puts them back where they came from.</summary>
/// <param name="broker">The node's virtual host.</param>
public sealed class DeadLetters(Uri broker)
{
    private const string FaultPrefix = "MT-Fault-";

    /// <summary>More than this is never looked at in one go.</summary>
    public const int MostAtOnce = 1000;

    /// <summary>Dead letters of a service, oldest first; they stay where they are.</summary>
    public Task<IReadOnlyList<DeadLetter>> List(string service, int atMost = 100, CancellationToken cancellation = default) =>
        Peek(Bus.BusModel.DeadLettersOf(service), atMost, cancellation);

    /// <summary>Messages that were published before any queue wanted them.</summary>
    public Task<IReadOnlyList<DeadLetter>> Unrouted(int atMost = 100, CancellationToken cancellation = default) =>
        Peek(Bus.BusModel.Unrouted, atMost, cancellation);

    /// <summary>How many there are; 0 when the service never had one.</summary>
    public async Task<long> Count(string service, CancellationToken cancellation = default)
    {
        await using var connection = await Connect(cancellation);
        return await CountIn(connection, Bus.BusModel.DeadLettersOf(service), cancellation);
    }

    /// <summary>How many messages were published before any queue wanted them.</summary>
    public Task<long> CountUnrouted(CancellationToken cancellation = default) => CountOf(Bus.BusModel.Unrouted, cancellation);

    internal async Task<long> CountOf(string queue, CancellationToken cancellation)
    {
        await using var connection = await Connect(cancellation);
        return await CountIn(connection, queue, cancellation);
    }

    /// <summary>Puts dead letters of a service back into the queues they came from: all of them, or the one with this id.</summary>
    /// <returns>How many were put back. What fails again comes again.</returns>
    public Task<int> Replay(string service, Guid? only = null, CancellationToken cancellation = default) =>
        PutBack(Bus.BusModel.DeadLettersOf(service), letter => only is null || letter.Id == only, cancellation);

    /// <summary>Publishes once more what found no queue; what still finds none is kept again. A service does so by itself when its queues are there.</summary>
    /// <param name="types">Only messages of these types (short names); null: all.</param>
    /// <param name="cancellation">Stops between two messages.</param>
    public Task<int> ReplayUnrouted(IReadOnlySet<string>? types = null, CancellationToken cancellation = default) =>
        PutBack(Bus.BusModel.Unrouted, letter => types is null || types.Contains(letter.Type), cancellation);

    private async Task<IReadOnlyList<DeadLetter>> Peek(string queue, int atMost, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(atMost, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(atMost, MostAtOnce);
        await using var connection = await Connect(cancellation);
        if (await CountIn(connection, queue, cancellation) == 0) return [];

        // Taken without acknowledging: closing the channel puts every one of them back.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        var letters = new List<DeadLetter>();
        while (letters.Count < atMost && await channel.BasicGetAsync(queue, autoAck: false, cancellation) is { } delivery) letters.Add(Describe(delivery));
        return letters;
    }

    private async Task<int> PutBack(string queue, Func<DeadLetter, bool> wanted, CancellationToken cancellation)
    {
        await using var connection = await Connect(cancellation);
        var waiting = Math.Min(await CountIn(connection, queue, cancellation), MostAtOnce);
        if (waiting == 0) return 0;

        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellation);
        var done = 0;
        for (var i = 0; i < waiting && await channel.BasicGetAsync(queue, autoAck: false, cancellation) is { } delivery; i++)
        {
            var letter = Describe(delivery);
            if (!wanted(letter)) continue;
            var properties = new BasicProperties(delivery.BasicProperties) { Persistent = true };
            properties.Headers = delivery.BasicProperties.Headers?.Where(header => !header.Key.StartsWith(FaultPrefix, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
            // Confirmed before it is taken away here: twice is harmless, lost is not.
            if (letter.Queue.Length > 0) await channel.BasicPublishAsync("", letter.Queue, mandatory: true, properties, delivery.Body, cancellation);
            else await channel.BasicPublishAsync(delivery.Exchange, delivery.RoutingKey, mandatory: false, properties, delivery.Body, cancellation);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, cancellation);
            done++;
        }

        return done;
    }

    private static DeadLetter Describe(BasicGetResult delivery)
    {
        var headers = delivery.BasicProperties.Headers;
        var type = "";
        using (var envelope = JsonDocument.Parse(delivery.Body))
            if (envelope.RootElement.TryGetProperty("messageType", out var types) && types.GetArrayLength() > 0) type = types[0].GetString()!.Split(':')[^1].TrimEnd(']');
        var input = Text(headers, "MT-Fault-InputAddress");
        var kind = Text(headers, "MT-Fault-ExceptionType").Split('.')[^1];
        var message = Text(headers, "MT-Fault-Message");
        // A refusal's text begins with its code; nothing else of it is shown.
        var code = kind == "RefusedException" ? " " + new string([.. message.TakeWhile(c => c is (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_')]) : "";
        return new DeadLetter(
            Guid.TryParse(delivery.BasicProperties.MessageId, out var id) ? id : Guid.Empty,
            type,
            input.Length == 0 ? "" : Uri.UnescapeDataString(new Uri(input).Segments[^1]),
            kind.Length == 0 ? Text(headers, "MT-Reason") : kind + code,
            DateTimeOffset.TryParse(Text(headers, "MT-Fault-Timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null);
    }

    private static string Text(IDictionary<string, object?>? headers, string name) => headers is not null && headers.TryGetValue(name, out var value)
        ? value switch { byte[] bytes => Encoding.UTF8.GetString(bytes), AmqpTimestamp stamp => DateTimeOffset.FromUnixTimeSeconds(stamp.UnixTime).ToString("O", CultureInfo.InvariantCulture), _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "" }
        : "";

    private static async Task<long> CountIn(IConnection connection, string queue, CancellationToken cancellation)
    {
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
            return (await channel.QueueDeclarePassiveAsync(queue, cancellation)).MessageCount;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return 0;
        }
    }

    private Task<IConnection> Connect(CancellationToken cancellation) => new ConnectionFactory { Uri = broker, ClientProvidedName = "dead letters", AutomaticRecoveryEnabled = false }.CreateConnectionAsync(cancellation);
}
