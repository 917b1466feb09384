using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Yibao.Backing.Tests;

/// <summary>The least one needs to see whether a broker keeps what it confirmed.</summary>
internal static class Amqp
{
    private static readonly Dictionary<string, object?> Quorum = new(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" };

    public static async Task<bool> OpensAsync(Uri broker, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await ConnectAsync(broker, cancellation);
            // The client takes the connection for open before the broker has judged the virtual host: the first channel tells.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
            return channel.IsOpen;
        }
        catch (Exception refused) when (refused is BrokerUnreachableException or OperationInterruptedException or AlreadyClosedException)
        {
            return false;
        }
    }

    public static async Task DeclareAsync(Uri broker, string queue, CancellationToken cancellation)
    {
        await using var connection = await ConnectAsync(broker, cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Quorum, cancellationToken: cancellation);
    }

    /// <summary>Returns once the broker has confirmed it.</summary>
    public static async Task PublishAsync(Uri broker, string queue, string text, CancellationToken cancellation)
    {
        await using var connection = await ConnectAsync(broker, cancellation);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellation);
        await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(text), cancellation);
    }

    public static async Task<string?> TakeAsync(Uri broker, string queue, CancellationToken cancellation)
    {
        await using var connection = await ConnectAsync(broker, cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        var got = await channel.BasicGetAsync(queue, autoAck: true, cancellation);
        return got is null ? null : Encoding.UTF8.GetString(got.Body.Span);
    }

    private static Task<IConnection> ConnectAsync(Uri broker, CancellationToken cancellation) =>
        new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = false }.CreateConnectionAsync(cancellation);
}
