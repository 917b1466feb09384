using System.Diagnostics;

namespace Yibao.Hosting.Tests.Support;

/// <summary>For what happens in its own time: asks again until it is so, and fails with the last answer.</summary>
public static class Eventually
{
    public static async Task Is<T>(Func<Task<T>> ask, T expected, double seconds = 120)
    {
        var started = Stopwatch.GetTimestamp();
        T answer;
        do
        {
            answer = await ask();
            if (EqualityComparer<T>.Default.Equals(answer, expected)) return;
            await Task.Delay(20);
        }
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds);

        answer.ShouldBe(expected);
    }
}
