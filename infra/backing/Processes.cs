using System.Globalization;
using Yibao.Backing.Private;

namespace Yibao.Backing;

/// <summary>What .NET's own process class lacks.</summary>
public static class Processes
{
    /// <summary>SIGTERM: asks a process to end in order. One that is gone already is no error.</summary>
    public static void Terminate(int pid) => Signals.Send(pid, Signals.Terminate);

    /// <summary>Holds a process where it is, without its knowing, until <see cref="Thaw"/>. Linux's numbers.</summary>
    public static void Freeze(int pid) => Signals.Send(pid, Signals.Stop);

    public static void Thaw(int pid) => Signals.Send(pid, Signals.Continue);

    /// <summary>It runs; a zombie does not.</summary>
    public static bool IsAlive(int pid) => ProcessStamp.Of(pid) is not null;

    /// <summary>Processor time, user and system, of a process and everything that descends from it, children that have ended included.</summary>
    public static TimeSpan CpuTime(int pid)
    {
        var ticks = ProcessStamp.Of(pid) is { } stamp ? stamp.Descendants().Sum(static process => Ticks(process.Pid)) : 0;
        // USER_HZ is 100 on every Linux there is a .NET runtime for.
        return TimeSpan.FromMilliseconds(ticks * 10);
    }

    private static long Ticks(int pid)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            // utime, stime, and the same of the children that were waited for.
            return fields[11..15].Sum(static field => long.Parse(field, CultureInfo.InvariantCulture));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
