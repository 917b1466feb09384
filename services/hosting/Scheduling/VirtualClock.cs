namespace Yibao.Hosting;

/// <summary>A clock for development and demonstrations: it runs like any other, but can be put forward. Never back.</summary>
/// <remarks>Only what is dated follows it; timers and time-outs run in real time.</remarks>
public sealed class VirtualClock(DateTimeOffset? start = null, TimeProvider? real = null) : TimeProvider
{
    private readonly TimeProvider _real = real ?? System;
    private long _aheadTicks = start is { } instant ? (instant - (real ?? System).GetUtcNow()).Ticks : 0;

    /// <summary>After every jump.</summary>
    public event EventHandler? Jumped;

    public override DateTimeOffset GetUtcNow() => _real.GetUtcNow() + new TimeSpan(Interlocked.Read(ref _aheadTicks));

    /// <exception cref="ArgumentOutOfRangeException">Backwards.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        Interlocked.Add(ref _aheadTicks, by.Ticks);
        Jumped?.Invoke(this, EventArgs.Empty);
    }

    /// <exception cref="ArgumentOutOfRangeException">Backwards.</exception>
    public void AdvanceTo(DateTimeOffset instant) => Advance(instant - GetUtcNow());
}
