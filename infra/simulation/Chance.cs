namespace Yibao.Simulation;

/// <summary>Everything that happens by chance in a schedule comes from here, and from the seed alone: the same seed is the same schedule on every machine.</summary>
public sealed class Chance(ulong seed)
{
    private ulong _state = seed;

    /// <summary>SplitMix64.</summary>
    public ulong Next()
    {
        unchecked
        {
            var z = _state += 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }

    /// <summary>0 … below.</summary>
    public int Below(int below) => (int)(Next() % (ulong)below);

    /// <summary>From … to, both included.</summary>
    public int Between(int from, int to) => from + Below(to - from + 1);

    /// <summary>True so many times in a thousand.</summary>
    public bool Permille(int permille) => Below(1000) < permille;

    public T Of<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];
}
