using Yibao.Kernel.Deciding;

namespace Yibao.Simulation;

/// <summary>Which troubles a schedule may have. Taking one away and failing still makes a shorter story.</summary>
public sealed record SimulationOptions
{
    public bool Crashes { get; init; } = true;

    public bool Losses { get; init; } = true;

    public bool Duplicates { get; init; } = true;

    public bool Delays { get; init; } = true;

    public bool StoreTrouble { get; init; } = true;

    /// <summary>Bills at most; the seed decides how many.</summary>
    public int MostBills { get; init; } = 4;

    public int CrashPermille { get; init; } = 6;

    public int MostEvents { get; init; } = 60_000;

    /// <summary>Write down what happens.</summary>
    public bool Trace { get; init; }

    /// <summary>A rule broken on purpose: which streams a node forgets when it decides. Proves that the simulator would notice.</summary>
    public Func<StreamKey, object, object>? Sabotage { get; init; }
}
