using System.Collections.Concurrent;
using Google.Protobuf;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Yibao.Contracts.Nodes;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Bus.Edges;

/// <summary>Sending over edges. Plain AMQP with the protobuf envelope: the other end may be any platform that keeps to it.</summary>
internal sealed class EdgeBus(ServiceSettings settings) : IEdgeBus, IAsyncDisposable
{
    private readonly ConcurrentDictionary<AdminDivision, Line> _lines = new();

    public Task Send(AdminDivision neighbour, Envelope envelope, CancellationToken cancellation = default)
    {
        var edge = Edge(neighbour);
        return _lines.GetOrAdd(neighbour, _ => new Line(settings, edge)).Send(envelope, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var line in _lines.Values) await line.DisposeAsync();
    }

    /// <summary>The outgoing exchange of an edge, seen from this node.</summary>
    public static string Outbound(ServiceSettings settings, EdgeSettings edge) => edge.Hosted ? EdgeTopology.Down(edge.Neighbour) : EdgeTopology.Up(settings.Node);

    public static string Inbound(ServiceSettings settings, EdgeSettings edge) => edge.Hosted ? EdgeTopology.Up(edge.Neighbour) : EdgeTopology.Down(settings.Node);

    public static Task<IConnection> Connect(ServiceSettings settings, EdgeSettings edge, string what, CancellationToken cancellation) =>
        new ConnectionFactory { Uri = edge.Broker, ClientProvidedName = $"{settings.Node}/{settings.Service} {what}", AutomaticRecoveryEnabled = false, RequestedHeartbeat = TimeSpan.FromSeconds(10) }.CreateConnectionAsync(cancellation);

    public static CreateChannelOptions Confirmed { get; } = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    private EdgeSettings Edge(AdminDivision neighbour) => settings.Edges.FirstOrDefault(edge => edge.Neighbour == neighbour)
        ?? throw SystemErrors.Unavailable.With($"edge {neighbour}").AsException();

    /// <summary>One connection per edge, made when needed, made again when broken.</summary>
    private sealed class Line(ServiceSettings settings, EdgeSettings edge) : IAsyncDisposable
    {
        private readonly SemaphoreSlim _gate = new(1);
        private IConnection? _connection;
        private IChannel? _channel;

        public async Task Send(Envelope envelope, CancellationToken cancellation)
        {
            var body = envelope.ToWire().ToByteArray();
            var properties = new BasicProperties
            {
                Persistent = true, ContentType = "application/x-protobuf", Type = envelope.Kind, MessageId = EdgeReceivers.MessageId(envelope).ToString(),
                Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { [BusHeaders.Node] = settings.Node.Code, [BusHeaders.Service] = settings.Service },
            };
            await _gate.WaitAsync(cancellation);
            try
            {
                var channel = await Open(cancellation);
                // Mandatory and confirmed: returns when a queue has it on disk, throws when none would.
                await channel.BasicPublishAsync(EdgeBus.Outbound(settings, edge), settings.Service, mandatory: true, properties, body, cancellation);
            }
            catch (Exception e) when (e is BrokerUnreachableException or AlreadyClosedException or OperationInterruptedException or PublishException or IOException)
            {
                await Close();
                throw SystemErrors.Unavailable.With($"edge {edge.Neighbour}").AsException();
            }
            catch (OperationCanceledException)
            {
                // Unknown whether it arrived: a fresh channel for the repeat.
                await Close();
                throw;
            }
            finally
            {
                _gate.Release();
            }
        }

        private async Task<IChannel> Open(CancellationToken cancellation)
        {
            if (_channel is { IsOpen: true } open) return open;
            await Close();
            _connection = await Connect(settings, edge, "edge out", cancellation);
            _channel = await _connection.CreateChannelAsync(Confirmed, cancellation);
            if (edge.Hosted) await EdgeTopology.Declare(_channel, edge.Neighbour, settings.Service, cancellation);
            return _channel;
        }

        private async Task Close()
        {
            var connection = _connection;
            (_connection, _channel) = (null, null);
            if (connection is not null) await connection.DisposeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Close();
            _gate.Dispose();
        }
    }
}
