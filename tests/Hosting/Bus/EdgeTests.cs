using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Yibao.Backing;
using Yibao.Contracts.Nodes;
using Yibao.Hosting.Bus.Edges;
using Yibao.Hosting.Nodes;
using Yibao.Hosting.Tests.Store;
using Yibao.Hosting.Tests.Support;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Tests.Bus;

/// <summary>A province that hosts its edges and a city below it.</summary>
public sealed class EdgeTests : IAsyncLifetime
{
    private static readonly AdminDivision Province = new("630000");
    private static readonly AdminDivision City = new("630100");
    private static readonly AdminDivision Other = new("630200");

    private readonly DevelopmentCertificates _certificates = new();
    private BackingSpace _space = null!;
    private BackingSpace _below = null!;
    private Uri _cityBroker = null!;
    private string _cityDatabase = null!;

    public async ValueTask InitializeAsync()
    {
        _space = await SharedBacking.NewSpaceAsync();
        _below = await SharedBacking.NewSpaceAsync();
        _cityDatabase = _below.Database;
        var rabbit = _space.Services.Rabbit;
        var user = $"{_space.Name}-{City}";
        await rabbit.CreateUserAsync(user, "secret");
        var (configure, write, read) = EdgeTopology.RightsOf(City);
        await rabbit.AllowAsync(_space.Name, user, configure, write, read);
        _cityBroker = rabbit.At(_space.Name, user, "secret");
    }

    public async ValueTask DisposeAsync()
    {
        await _space.DisposeAsync();
        await _below.DisposeAsync();
    }

    /// <summary>Books what neighbours send into a till of its own.</summary>
    public sealed class Inbox(IWriteDoor door, Mishaps mishaps) : IHandleEnvelope
    {
        public static StreamKey<Till> Book { get; } = new("till/edge");

        public async Task Handle(Envelope envelope, MessageContext context, CancellationToken cancellation)
        {
            mishaps.Seen.Enqueue((envelope.Id, context));
            await mishaps.Before(new TillFilled("", envelope.Id, Money.Zero), context);
            (await door.Execute(new Command(context.ActingFor(envelope.From), context.Correlation, [Book],
                _ => Decision.Accept(Book, new CashPut(Encoding.UTF8.GetString(envelope.Payload.Span), new Money(1)))) { Handles = context.Handled }, cancellation)).OrThrow();
        }
    }

    private Task<TillHost> Node(AdminDivision node, Mishaps mishaps, string database, Action<ServiceBuilder>? more = null, bool connected = true)
    {
        var edge = node == Province ? new EdgeSettings { Neighbour = City, Broker = _space.Broker, Hosted = true } : new EdgeSettings { Neighbour = Province, Broker = _cityBroker };
        return TillHost.Start(TillHost.Settings(database, _space.Broker) with { Node = node, Edges = connected ? [edge] : [] }, service =>
        {
            var credentials = _certificates.For(node, "tills", [Province, City]);
            service.Services.AddSingleton(mishaps);
            service.Services.AddSingleton<IEnvelopeSigner>(new EnvelopeSigner(credentials.Signing, new NodeTrust(credentials)));
            service.Edges<Inbox>();
            more?.Invoke(service);
        });
    }

    private static Envelope Sign(TillHost host, AdminDivision to, string id, string text) =>
        host.Get<IEnvelopeSigner>().Sign(to, id, new DateTimeOffset(2023, 2, 3, 4, 5, 6, TimeSpan.Zero), "test.v1", Encoding.UTF8.GetBytes(text));

    private static Task<long> Booked(TillHost host) => host.Door.Read(Inbox.Book).ContinueWith(till => till.Result.Balance.Fen, TaskScheduler.Default);

    [Fact]
    public async Task Envelopes_go_both_ways_and_a_repeated_id_is_carried_out_once()
    {
        var (above, below) = (new Mishaps(), new Mishaps());
        await using var province = await Node(Province, above, _space.Database);
        await using var city = await Node(City, below, _cityDatabase);
        for (var i = 0; i < 20; i++)
        {
            await province.Get<IEdgeBus>().Send(City, Sign(province, City, $"down-{i % 10}", $"d{i % 10}"));
            await Up(city, Sign(city, Province, $"up-{i % 10}", $"u{i % 10}"));
        }

        await Eventually.Is(() => Task.FromResult((above.Seen.Count, below.Seen.Count)), (20, 20));
        // Seen is before booked.
        await Eventually.Is(async () => (await Booked(province), await Booked(city)), (10L, 10L));
        below.Seen.ShouldAllBe(seen => seen.Context.Node == Province && seen.Context.Sender == "tills");
        (await city.History.Of("till/edge")).Select(fact => ((CashPut)fact.Fact).Slip).Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, 10).Select(i => $"d{i}"));
    }

    [Fact]
    public async Task A_city_that_is_away_finds_everything_when_it_comes_back()
    {
        await using var province = await Node(Province, new Mishaps(), _space.Database);
        for (var i = 0; i < 30; i++) await province.Get<IEdgeBus>().Send(City, Sign(province, City, $"m{i}", $"d{i}"));
        await using var city = await Node(City, new Mishaps(), _cityDatabase);
        await Eventually.Is(() => Booked(city), 30);
    }

    [Fact]
    public async Task A_stored_fact_is_told_over_the_edge()
    {
        await using var city = await Node(City, new Mishaps(), _cityDatabase, service => service.SendsOverEdge<CashPut>((fact, signer) =>
            new EdgeMessage(Province, signer.Sign(Province, fact.Id.ToString("N"), fact.Context.At, "test.v1", Encoding.UTF8.GetBytes(fact.Fact.Slip)))));
        for (var i = 0; i < 10; i++) await city.Door.Execute(TillHost.Put("a", $"s{i}", 1));
        // The parent is not even there: nothing of the edge exists yet, everything waits in the store.
        (await city.Get<IOutbox>().Relayed(TimeSpan.FromMilliseconds(300))).ShouldBeFalse();
        await using var province = await Node(Province, new Mishaps(), _space.Database);
        await Eventually.Is(() => Booked(province), 10);
        (await province.History.Of("till/edge")).Select(fact => ((CashPut)fact.Fact).Slip).ShouldBe(Enumerable.Range(0, 10).Select(i => $"s{i}"), ignoreOrder: true);
        (await city.Get<IOutbox>().Relayed(TimeSpan.FromMinutes(2))).ShouldBeTrue();
    }

    [Fact]
    public async Task What_was_told_before_the_edge_was_configured_goes_when_it_is()
    {
        static void Tells(ServiceBuilder service) => service.SendsOverEdge<CashPut>((fact, signer) =>
            new EdgeMessage(City, signer.Sign(City, fact.Id.ToString("N"), fact.Context.At, "test.v1", Encoding.UTF8.GetBytes(fact.Fact.Slip))));

        await using (var alone = await Node(Province, new Mishaps(), _space.Database, Tells, connected: false))
        {
            for (var i = 0; i < 10; i++) await alone.Door.Execute(TillHost.Put("a", $"s{i}", 1));
            (await alone.Get<IOutbox>().Relayed(TimeSpan.FromSeconds(2))).ShouldBeFalse("the operators see that something waits");
        }

        await using var province = await Node(Province, new Mishaps(), _space.Database, Tells);
        await using var city = await Node(City, new Mishaps(), _cityDatabase);
        await Eventually.Is(() => Booked(city), 10);
        (await province.Get<IOutbox>().Relayed(TimeSpan.FromMinutes(2))).ShouldBeTrue();
    }

    [Theory]
    [InlineData("100000", "Down")]
    [InlineData("630000", "Up Down")]
    [InlineData("630100", "Up")]
    public void A_node_has_a_way_to_each_side_where_it_has_neighbours(string node, string sides) =>
        string.Join(' ', EdgeSides.Used(TillHost.Settings("") with { Node = new AdminDivision(node) })).ShouldBe(sides);

    [Fact]
    public void A_message_to_a_place_that_lies_neither_above_nor_below_has_no_way() =>
        Should.Throw<InvalidOperationException>(() => EdgeSides.Of(TillHost.Settings("") with { Node = Province }, new AdminDivision("420000"))).Message.ShouldContain("420000");

    [Fact]
    public async Task What_was_altered_on_the_way_is_a_dead_letter_that_the_parent_keeps()
    {
        var seen = new Mishaps();
        await using var province = await Node(Province, seen, _space.Database);
        await using var city = await Node(City, new Mishaps(), _cityDatabase);
        var envelope = Sign(city, Province, "altered", "100");
        await Up(city, envelope with { Payload = "999"u8.ToArray() });
        await Eventually.Is(() => Waiting(EdgeTopology.DeadLetters), 1u);
        seen.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_handler_that_stumbles_tries_again_and_one_that_refuses_does_not()
    {
        var times = 0;
        var seen = new Mishaps
        {
            Before = (message, _) => message.Slip switch
            {
                "stumbles" when ++times <= 2 => throw new IOException("once more"),
                "refused" => throw SystemErrors.FieldInvalid.With("x", "y").AsException(),
                _ => Task.CompletedTask,
            },
        };
        await using var province = await Node(Province, seen, _space.Database);
        await using var city = await Node(City, new Mishaps(), _cityDatabase);
        await Up(city, Sign(city, Province, "stumbles", "a"));
        await Up(city, Sign(city, Province, "refused", "b"));
        await Eventually.Is(() => Waiting(EdgeTopology.DeadLetters), 1u);
        await Eventually.Is(() => Booked(province), 1);
        seen.Seen.Count(s => s.Slip == "stumbles").ShouldBe(3);
        seen.Seen.Count(s => s.Slip == "refused").ShouldBe(1);
    }

    [Fact]
    public async Task A_child_can_neither_read_nor_write_what_is_not_its_own()
    {
        await using var province = await Node(Province, new Mishaps(), _space.Database);
        await province.Get<IEdgeBus>().Send(City, Sign(province, City, "x", "x"));
        await using var connection = await new ConnectionFactory { Uri = _cityBroker }.CreateConnectionAsync();
        await Denied(connection, channel => channel.BasicGetAsync($"{EdgeTopology.Up(City)}.tills", autoAck: true));
        await Denied(connection, channel => channel.BasicGetAsync(EdgeTopology.DeadLetters, autoAck: true));
        await Denied(connection, channel => channel.QueueDeclareAsync("own", durable: true, exclusive: false, autoDelete: false));
        await Denied(connection, channel => channel.BasicPublishAsync(EdgeTopology.Down(City), "tills", mandatory: false, new BasicProperties(), "x"u8.ToArray()).AsTask());
        await Denied(connection, channel => channel.BasicPublishAsync(EdgeTopology.Up(Other), "tills", mandatory: false, new BasicProperties(), "x"u8.ToArray()).AsTask());
        // The default exchange would reach any queue.
        await Denied(connection, channel => channel.BasicPublishAsync("", EdgeTopology.DeadLetters, mandatory: false, new BasicProperties(), "x"u8.ToArray()).AsTask());
    }

    /// <summary>The province declares the edge in its own time: until then its neighbour is told that it is away.</summary>
    private static Task Up(TillHost city, Envelope envelope) => Eventually.Is(async () =>
    {
        try
        {
            await city.Get<IEdgeBus>().Send(Province, envelope);
            return true;
        }
        catch (RefusedException away) when (away.Error.Definition == SystemErrors.Unavailable)
        {
            return false;
        }
    }, true);

    private static async Task Denied(IConnection connection, Func<IChannel, Task> act)
    {
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var thrown = await Should.ThrowAsync<Exception>(() => act(channel));
        var code = thrown switch { OperationInterruptedException interrupted => interrupted.ShutdownReason?.ReplyCode, _ => channel.CloseReason?.ReplyCode };
        code.ShouldBe((ushort)403, thrown.ToString());
    }

    private async Task<uint> Waiting(string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = _space.Broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        return (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
    }
}
