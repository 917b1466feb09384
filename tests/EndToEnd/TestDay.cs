namespace Yibao.EndToEnd.Tests;

/// <summary>When it is at the start of tests that have the platform in their own process: an ordinary working morning, on whatever day and at whatever hour they are run.</summary>
internal static class TestDay
{
    /// <summary>Monday, ten o'clock in Beijing; the samples' stays have ended some days before.</summary>
    public static readonly DateTimeOffset Morning = new(2026, 11, 23, 10, 0, 0, TimeSpan.FromHours(8));
}
