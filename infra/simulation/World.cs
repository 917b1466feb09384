using System.Globalization;
using Yibao.Kernel.Places;

namespace Yibao.Simulation;

/// <summary>One schedule's world: virtual time, one thread, a queue of what happens next. A crashed node's continuations never run.</summary>
internal sealed class World
{
    private readonly PriorityQueue<Pending, (long At, long Order)> _queue = new();
    private readonly Dictionary<AdminDivision, SimulatedNode> _nodes;
    private readonly List<string>? _trace;
    private long _order;
    private int _sinceCrash;

    private readonly record struct Pending(SimulatedNode? Node, int Incarnation, Action Run);

    public World(ulong seed, SimulationOptions options)
    {
        Options = options;
        Chance = new Chance(seed);
        _trace = options.Trace ? [] : null;
        // Most schedules run over the hand-over (which is at midnight), half of them have it in their middle, some are long before.
        var start = SimulatedCountry.HandOver - Chance.Below(10) switch
        {
            < 5 => TimeSpan.FromSeconds(Chance.Between(0, 45)),
            < 7 => TimeSpan.FromSeconds(Chance.Between(0, 900)),
            _ => TimeSpan.FromHours(Chance.Between(2, 10)),
        };
        Ticks = start.UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond;
        _nodes = SimulatedCountry.Nodes.ToDictionary(code => code, code => new SimulatedNode(this, code));
        foreach (var node in _nodes.Values) node.Start();
    }

    public SimulationOptions Options { get; }

    public Chance Chance { get; }

    public long Ticks { get; private set; }

    public DateTimeOffset Now => new(Ticks, TimeSpan.Zero);

    /// <summary>The network and the nodes behave from now on.</summary>
    public bool Healed { get; set; }

    /// <summary>What went wrong inside the code under test, whatever its outcome.</summary>
    public List<string> Bugs { get; } = [];

    public int Events { get; private set; }

    public int Crashes { get; set; }

    public IReadOnlyCollection<SimulatedNode> Nodes => _nodes.Values;

    public IReadOnlyList<string> Trace => _trace ?? [];

    public SimulatedNode Node(AdminDivision code) => _nodes[code];

    public void Note(string what) => _trace?.Add(string.Create(CultureInfo.InvariantCulture, $"{Now:MM-dd HH:mm:ss.ffffff} {what}"));

    /// <summary>Later; not at all if the node has died since.</summary>
    public void After(TimeSpan delay, SimulatedNode? node, Action run) =>
        _queue.Enqueue(new Pending(node, node?.Incarnation ?? 0, run), (Ticks + Math.Max(0, delay.Ticks), _order++));

    /// <summary>Later, something that goes on from there by itself; what it throws is a bug.</summary>
    public void After(TimeSpan delay, SimulatedNode? node, Func<Task> run) => After(delay, node, () => { _ = Observed(run); });

    private async Task Observed(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Exception bug)
        {
            Bugs.Add($"{bug.GetType().Name} {bug.Message}");
        }
    }

    /// <summary>A little later, as long as a disk or a processor takes.</summary>
    public TimeSpan Blink() => TimeSpan.FromMicroseconds(Chance.Between(50, 3_000));

    public Task Delay(TimeSpan delay)
    {
        var done = new TaskCompletionSource();
        After(delay, null, () => done.SetResult());
        return done.Task;
    }

    /// <summary>Runs until nothing is left, or a condition holds, or the time is over.</summary>
    public bool Run(DateTimeOffset until, Func<bool> ended)
    {
        while (!ended())
        {
            if (!_queue.TryPeek(out _, out var next) || next.At > until.UtcTicks) return false;
            var pending = _queue.Dequeue();
            Ticks = Math.Max(Ticks, next.At);
            if (pending.Node is { } node && (node.Incarnation != pending.Incarnation || !node.IsUp)) continue;
            if (++Events > Options.MostEvents)
            {
                Bugs.Add("the schedule does not end");
                return false;
            }

            // A node may die at every step it takes, before the step.
            if (pending.Node is { } victim && Options.Crashes && !Healed && ++_sinceCrash > 3 && Chance.Permille(Options.CrashPermille))
            {
                _sinceCrash = 0;
                victim.Crash();
                continue;
            }

            pending.Run();
        }

        return true;
    }
}
