using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Yibao.Clearing.Book;
using Yibao.Clearing.Days;
using Yibao.Clearing.Differences;
using Yibao.Clearing.Exchange;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using static Yibao.Clearing.Tests.Some;

namespace Yibao.Clearing.Tests.World;

/// <summary>
/// The nation, three provinces and one city with its own node, in memory: their books, write doors and settlement services, and
/// a network between neighbours that doubles and reorders. Every message really goes through JSON.
/// </summary>
internal sealed class Country
{
    public static readonly AdminDivision[] Nodes = [Nation, Hubei, Guizhou, Qinghai, Xining];

    private static readonly AdminDivision[] Areas = [Wuhan, Yichang, Guiyang, Haidong, Xining];

    private readonly Random _random;
    private readonly List<(AdminDivision From, AdminDivision To, object Message)> _wire = [];

    public Country(int seed = 1)
    {
        _random = new Random(seed);
        foreach (var code in Nodes) this[code] = new Node(this, code);
    }

    public FakeTimeProvider Clock { get; } = new(At(Day, 12));

    private readonly Dictionary<AdminDivision, Node> _nodes = [];

    public Node this[AdminDivision code]
    {
        get => _nodes[code];
        private init => _nodes[code] = value;
    }

    public long Messages { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Nodes whose broker is down: messages to them wait.</summary>
    public HashSet<AdminDivision> Down { get; } = [];

    public static AdminDivision? ParentOf(AdminDivision node) => node == Nation ? null : node == Xining ? Qinghai : Nation;

    public static AdminDivision HostOf(AdminDivision area) => area == Wuhan || area == Yichang || area == Hubei ? Hubei : area == Guiyang || area == Guizhou ? Guizhou : area == Haidong ? Qinghai : Xining;

    public static IReadOnlyList<AdminDivision> UpFrom(AdminDivision node) => ParentOf(node) is { } parent ? [node, .. UpFrom(parent)] : [node];

    public static IReadOnlyList<AdminDivision> Path(AdminDivision treatment, AdminDivision home)
    {
        var (up, down) = (UpFrom(HostOf(treatment)), UpFrom(HostOf(home)));
        var meet = up.First(down.Contains);
        return [.. up.TakeWhile(n => n != meet), meet, .. down.TakeWhile(n => n != meet).Reverse()];
    }

    public static (PartyRole Role, AdminDivision? TowardsTreatment, AdminDivision? TowardsHome) Place(AdminDivision node, SettlementContent content)
    {
        var path = Path(content.TreatmentArea, content.HomeArea);
        var at = path.ToList().IndexOf(node);
        return (at == path.Count - 1 ? PartyRole.Home : at == 0 ? PartyRole.Treatment : PartyRole.Relay, at > 0 ? path[at - 1] : null, at < path.Count - 1 ? path[at + 1] : null);
    }

    /// <summary>A settlement that every node on its path stored and booked.</summary>
    public async Task Settle(SettlementContent content)
    {
        foreach (var node in Path(content.TreatmentArea, content.HomeArea)) await this[node].Hold(content, null);
    }

    /// <summary>A settlement with its negative, at every node on its path.</summary>
    public async Task Reverse(SettlementContent content, SettlementContent negative)
    {
        foreach (var node in Path(content.TreatmentArea, content.HomeArea)) await this[node].Hold(content, negative);
    }

    /// <summary>What a node says in place of what it would say.</summary>
    public Func<object, object> Says { get; set; } = message => message;

    public void Put(AdminDivision from, AdminDivision to, object message)
    {
        message = Says(message);
        var json = JsonSerializer.SerializeToUtf8Bytes(message, message.GetType());
        Messages++;
        Bytes += json.Length;
        _wire.Add((from, to, JsonSerializer.Deserialize(json, message.GetType())!));
        if (_random.Next(8) == 0) _wire.Add((from, to, JsonSerializer.Deserialize(json, message.GetType())!));
    }

    /// <summary>Delivers everything in a random order, until nothing moves.</summary>
    public async Task Deliver(int limit = 100_000)
    {
        for (var delivered = 0; delivered < limit; delivered++)
        {
            var ready = _wire.Select((m, i) => (m, i)).Where(x => !Down.Contains(x.m.To)).ToList();
            if (ready.Count == 0) return;
            var (next, index) = ready[_random.Next(ready.Count)];
            _wire.RemoveAt(index);
            await this[next.To].Receive(next.From, next.Message);
        }

        throw new InvalidOperationException("The exchange does not come to an end.");
    }

    /// <summary>00:30 of the next day at every house, then the exchange, and what follows from it.</summary>
    public async Task CloseDay(DateOnly day)
    {
        if (Clock.GetUtcNow() < At(day.AddDays(1), 0, 30)) Clock.SetUtcNow(At(day.AddDays(1), 0, 30));
        foreach (var node in Nodes) await this[node].House.CloseDay(day);
        await Settle();
    }

    /// <summary>The owners confirm what no rule may do alone.</summary>
    public async Task ConfirmWork()
    {
        foreach (var (house, id, state) in await Differences())
        {
            if (!state.IsOpen || state.Work is not (WorkReason.RebuildAtTreatment or WorkReason.ExtraRecord)) continue;
            var key = Difference.Key(house, id);
            var resolution = state.Work == WorkReason.ExtraRecord ? ResolutionType.ReverseExtra : ResolutionType.AddMissing;
            (await this[house].Door.Execute(new Command(Actor.System(house, "test"), id, [key],
                s => Difference.Confirm(key, s.Of(key), id, state.Handler!.Value, resolution, "operator", "checked with the hospital", Clock.GetUtcNow())))).OrThrow();
            await this[house].House.Compare(state.Found!.Day);
        }
    }

    /// <summary>Lets time pass in steps, so that retries and pending ones come to an end.</summary>
    public async Task Settle(int steps = 6)
    {
        await Deliver();
        for (var step = 0; step < steps; step++)
        {
            Clock.Advance(TimeSpan.FromMinutes(10));
            foreach (var node in Nodes) await this[node].House.Tick();
            await Deliver();
        }
    }

    /// <summary>Every edge of every house: both ends hold the same settlements.</summary>
    public async Task BooksShouldBeEqual(params DateOnly[] days)
    {
        foreach (var child in Nodes.Where(n => ParentOf(n) is not null))
        {
            var parent = ParentOf(child)!.Value;
            string[] Held(IEnumerable<BookRow> rows) => [.. rows.Select(r => $"{r.Entry.Content.SettlementId}={r.Entry.Content.Hash()}").Order(StringComparer.Ordinal)];
            Held(this[child].Book.Rows.Where(r => r.Entry.Crossing.Upward)).ShouldBe(Held(this[parent].Book.Rows.Where(r => r.Entry.Crossing.Crosses(child))), $"books of {parent} and {child}");
            foreach (var day in days)
                (await this[child].Book.Digest(Edge.Up(parent), day)).Sums.Agrees((await this[parent].Book.Digest(Edge.Down(child), day)).Sums).ShouldBeTrue($"{parent}–{child} on {day:O}");
        }
    }

    public async Task DaysShouldBeClosed(DateOnly day)
    {
        foreach (var child in Nodes.Where(n => ParentOf(n) is not null))
            (await this[ParentOf(child)!.Value].Door.Read(EdgeDay.Key(ParentOf(child)!.Value, child, day))).Status.ShouldBe(DayStatus.Closed, $"{ParentOf(child)}–{child}");
    }

    /// <summary>Every difference any house ever opened.</summary>
    public async Task<List<(AdminDivision House, string SettlementId, Difference State)>> Differences()
    {
        var found = new List<(AdminDivision, string, Difference)>();
        foreach (var node in Nodes)
        {
            foreach (var stream in this[node].Door.Streams().Where(s => s.StartsWith("difference/", StringComparison.Ordinal)))
            {
                var id = stream[(stream.LastIndexOf('/') + 1)..];
                found.Add((node, id, await this[node].Door.Read(Difference.Key(node, id))));
            }
        }

        return found;
    }

    internal sealed class Node : INeighbours
    {
        private readonly Country _country;
        private readonly Surroundings _around;

        public Node(Country country, AdminDivision code)
        {
            (_country, Code) = (country, code);
            _around = new Surroundings(code);
            Settlements = new FakeSettlements { Place = content => Place(code, content), Now = country.Clock.GetUtcNow };
            Start();
        }

        public AdminDivision Code { get; }

        public MemoryBook Book { get; } = new();

        public MemoryDoor Door { get; } = new();

        public FakeSettlements Settlements { get; }

        public HouseOfEdges House { get; private set; } = null!;

        public SideOfEdge Side { get; private set; } = null!;

        public HomeAgency Home { get; private set; } = null!;

        /// <summary>A restart: what was only in memory is gone.</summary>
        public void Start()
        {
            var desk = new PartyDesk(Code, _around.Parent, Book, Settlements);
            House = new HouseOfEdges(_around, Book, desk, Door, this, new Proofs(), Clearing.Rules.ReconciliationRules.Reference, _country.Clock);
            Side = new SideOfEdge(_around, Book, desk, _country.Clock);
            Home = new HomeAgency(_around, Book, Door, Clearing.Rules.ReconciliationRules.Reference, _country.Clock);
        }

        public async Task Hold(SettlementContent content, SettlementContent? negative, bool book = true)
        {
            var (role, towardsTreatment, towardsHome) = Place(Code, content);
            var state = negative is null ? PartyState.Granted : PartyState.Reversed;
            Settlements.Streams[content.SettlementId] = new(role, state, content, negative, Proofs.Sign(state, content, negative), content.Instant, towardsTreatment, towardsHome);
            var crossing = BookFeed.CrossingOf(towardsTreatment, towardsHome, _around.Parent);
            if (book) await Book.Record([new BookEntry(role, content, 1, content.Instant, crossing)], _country.Clock.GetUtcNow());
            if (book && negative is not null) await Book.Record([new BookEntry(role, negative, 1, negative.Instant, crossing)], _country.Clock.GetUtcNow());
        }

        public Task Send(AdminDivision neighbour, object message, CancellationToken cancellation = default)
        {
            _country.Put(Code, neighbour, message);
            return Task.CompletedTask;
        }

        public async Task Receive(AdminDivision from, object message)
        {
            switch (message)
            {
                case DaySummary summary: await Send(from, await Side.Answer(summary, [])); break;
                case DayProbe probe: await Send(from, await Side.Answer(probe)); break;
                case DayQuestion question: await Send(from, await Side.Answer(question)); break;
                case RepairOrder order: await Send(from, await Side.Answer(order)); break;
                case DayVerdict verdict:
                    await Side.Take(verdict);
                    await House.VerdictFromAbove(verdict.Run.Day);
                    await Home.Judge(verdict.Run.Day);
                    break;
                default: await House.Receive(from, message); break;
            }
        }
    }

    private sealed class Surroundings(AdminDivision node) : ISurroundings
    {
        public AdminDivision Node => node;

        public AdminDivision? Parent => ParentOf(node);

        public IReadOnlyList<AdminDivision> Children => [.. Nodes.Where(n => ParentOf(n) == node)];

        public bool IsLeaf(AdminDivision child) => !Nodes.Any(n => ParentOf(n) == child);

        public IReadOnlyList<AdminDivision> AreasBeyond(AdminDivision other) => [.. Areas.Where(area =>
            UpFrom(node).Contains(other) ? !UpFrom(HostOf(area)).Contains(node) : UpFrom(HostOf(area)).Contains(other) || area == other)];

        public IReadOnlyList<AdminDivision> Hosted => [.. Areas.Where(area => HostOf(area) == node)];

        public AdminDivision? Towards(AdminDivision area)
        {
            var path = UpFrom(HostOf(area));
            var at = path.ToList().IndexOf(node);
            return at == 0 ? null : at > 0 ? path[at - 1] : Parent;
        }

        public bool Hosts(AdminDivision other, AdminDivision area) => HostOf(area) == other;

        public AdminDivision ProvinceOf(AdminDivision area) => area == Wuhan || area == Yichang ? Hubei : area == Guiyang ? Guizhou : Qinghai;
    }
}
