namespace Yibao.Kernel;

/// <summary>From when until when something holds: half-open, <c>[From, Until)</c>, so that one version ends where the next begins (AMB-12).</summary>
/// <typeparam name="T"><see cref="DateTimeOffset"/> for instants, <see cref="DateOnly"/> for dates.</typeparam>
public sealed record Validity<T> where T : struct, IComparable<T>
{
    /// <param name="from">The first moment it holds.</param>
    /// <param name="until">The first moment it no longer holds; null: open.</param>
    /// <exception cref="ArgumentException">The end is not after the start.</exception>
    public Validity(T from, T? until = null)
    {
        if (until is { } end && end.CompareTo(from) <= 0) throw new ArgumentException("A validity ends after it starts.", nameof(until));
        (From, Until) = (from, until);
    }

    public T From { get; }

    public T? Until { get; }

    public bool Contains(T moment) => moment.CompareTo(From) >= 0 && (Until is not { } end || moment.CompareTo(end) < 0);

    public bool Overlaps(Validity<T> other) => Before(From, other.Until) && Before(other.From, Until);

    /// <summary>What both have in common; null when nothing.</summary>
    public Validity<T>? Intersect(Validity<T> other)
    {
        if (!Overlaps(other)) return null;
        var from = From.CompareTo(other.From) >= 0 ? From : other.From;
        var until = Until is not { } mine ? other.Until : other.Until is not { } theirs ? Until : mine.CompareTo(theirs) <= 0 ? Until : other.Until;
        return new Validity<T>(from, until);
    }

    /// <summary>The same start, ending no later than <paramref name="end"/>; null when nothing is left.</summary>
    public Validity<T>? EndedBy(T end) => Until is { } until && until.CompareTo(end) <= 0 ? this : end.CompareTo(From) <= 0 ? null : new Validity<T>(From, end);

    public override string ToString() => Until is { } until ? $"[{From:O}, {until:O})" : $"[{From:O}, …)";

    private static bool Before(T moment, T? end) => end is not { } until || moment.CompareTo(until) < 0;
}
