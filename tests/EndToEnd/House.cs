using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Yibao.Backing;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Nodes;
using Yibao.HouseSample;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.EndToEnd.Tests;

/// <summary>The sample of three nodes and four services, on real servers: databases, virtual hosts, certificates, a token, a caller.</summary>
internal sealed class House : IAsyncDisposable
{
    private readonly BackingServices _backing;
    private readonly bool _own;
    private readonly Dictionary<AdminDivision, (string Database, Uri Broker)> _nodes = [];
    private readonly DevelopmentIssuer _issuer = new();
    private readonly string _token;
    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"house{Environment.ProcessId}_{Random.Shared.Next(0xFFFFFF):x6}");

    private House(BackingServices backing, bool own)
    {
        _backing = backing;
        _own = own;
        _token = _issuer.Issue(new TokenOf("teller-1", HouseModule.CounterNode, Role.CityOperator));
        Folder = Directory.CreateTempSubdirectory("yibao-house-").FullName;
    }

    public BackingServices Backing => _backing;

    /// <summary>Certificates of this house.</summary>
    public string Folder { get; }

    public DevelopmentCertificates Certificates { get; } = new();

    public string IssuerKey => _issuer.PublicPem;

    /// <summary>Doors by node code, filled as hosts come up.</summary>
    public ConcurrentDictionary<string, Uri> Peers { get; } = new(StringComparer.Ordinal);

    public static IReadOnlyList<AdminDivision> Nodes { get; } = [HouseModule.CounterNode, HouseModule.RelayNode, HouseModule.TillNode];

    /// <param name="own">Servers of its own, to be killed; else the shared ones.</param>
    public static async Task<House> Open(bool own)
    {
        var backing = own
            ? await BackingServices.StartAsync(new BackingOptions { UseGiven = false, Durable = false })
            : await SharedBacking.GetAsync();
        var house = new House(backing, own);
        foreach (var node in Nodes)
        {
            var name = $"{house._name}_{node.Code}";
            house._nodes[node] = (await backing.Postgres.CreateDatabaseAsync(name), await backing.Rabbit.CreateVirtualHostAsync(name));
        }

        house.Certificates.Write(house.Folder, Nodes, [.. HouseModule.All.Select(service => service.Service)]);
        return house;
    }

    public ServiceSettings Settings(AdminDivision node, string service) => new()
    {
        Node = node,
        Service = service,
        Database = _nodes[node].Database,
        Broker = _nodes[node].Broker,
        Peers = Peers,
        CertificateFolder = Path.Combine(Folder, node.Code),
        Development = true,
        Migrate = true,
        Identity = new IdentitySettings { DevelopmentKey = IssuerKey },
        LogLevel = Microsoft.Extensions.Logging.LogLevel.Warning,
    };

    /// <summary>Hands in a deposit until the answer is definite, as an institution would: always under the same id.</summary>
    /// <returns>How often it was told to repeat.</returns>
    public async Task<int> Deposit(HttpClient counter, Deposit deposit, CancellationToken cancellation)
    {
        for (var repeats = 0; ; repeats++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (await Try(counter, deposit, cancellation) is { } receipt)
            {
                receipt.ShouldBe(deposit);
                return repeats;
            }

            // Not to synchronise: to spare the machine while a server is away.
            await Task.Delay(50, cancellation);
        }
    }

    /// <summary>The receipt; null when the outcome is not known.</summary>
    /// <exception cref="RefusedAtTheDoorException">Refused for good.</exception>
    public async Task<Deposit?> Try(HttpClient counter, Deposit deposit, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/deposits") { Content = JsonContent.Create(deposit) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(TimeSpan.FromSeconds(15));
            using var response = await counter.SendAsync(request, patience.Token);
            if (response.StatusCode == HttpStatusCode.OK) return await response.Content.ReadFromJsonAsync<Deposit>(patience.Token);
            // What is no answer of ours need not be a problem document either.
            if (response.StatusCode >= HttpStatusCode.InternalServerError) return null;
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(patience.Token);
            throw new RefusedAtTheDoorException(problem.GetProperty("code").GetString()!);
        }
        catch (Exception away) when (away is HttpRequestException or IOException || (away is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>The ids of one kind of fact in one service's store, with repeats, as stored.</summary>
    public async Task<List<string>> Ids(AdminDivision node, string service, string idOf, string streams)
    {
        await using var connection = new NpgsqlConnection($"{_nodes[node].Database};Search Path={service};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"select {idOf} from mt_events where stream_id like $1 order by seq_id", connection) { Parameters = { new() { Value = streams } } };
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<string>();
        while (await reader.ReadAsync()) ids.Add(reader.GetString(0));
        return ids;
    }

    public Task<List<string>> Decided() => Ids(HouseModule.TillNode, HouseModule.Till, "data->>'id'", "deposit/%");

    public Task<List<string>> Booked() => Ids(HouseModule.TillNode, HouseModule.Book, "data->>'id'", "page/%");

    public Task<List<string>> Passed() => Ids(HouseModule.RelayNode, HouseModule.Relay, "substr(stream_id, 9)", "passage/%");

    public async Task<Money> SumOfBook()
    {
        var amounts = await Ids(HouseModule.TillNode, HouseModule.Book, "data->>'amount'", "page/%");
        return amounts.Aggregate(Money.Zero, static (sum, fen) => sum + new Money(long.Parse(fen, CultureInfo.InvariantCulture)));
    }

    /// <summary>Until the book has this many entries; more are as wrong as fewer, and are looked at by the test.</summary>
    public async Task UntilBooked(int entries, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        while ((await Booked()).Count < entries)
        {
            if (limit.IsCancellationRequested) (await Booked()).Count.ShouldBe(entries, "the book did not hear of everything");
            await Task.Delay(100, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _issuer.Dispose();
        if (_own)
        {
            await _backing.DisposeAsync();
        }
        else
        {
            foreach (var node in Nodes)
            {
                await _backing.Postgres.DropDatabaseAsync($"{_name}_{node.Code}");
                await _backing.Rabbit.DropVirtualHostAsync($"{_name}_{node.Code}");
            }
        }

        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>A definite refusal, by its code.</summary>
internal sealed class RefusedAtTheDoorException(string code) : Exception(code);
