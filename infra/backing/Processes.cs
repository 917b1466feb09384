using Yibao.Backing.Private;

namespace Yibao.Backing;

/// <summary>What .NET's own process class lacks.</summary>
public static class Processes
{
    /// <summary>SIGTERM: asks a process to end in order. One that is gone already is no error.</summary>
    public static void Terminate(int pid) => Signals.Send(pid, Signals.Terminate);

    /// <summary>It runs; a zombie does not.</summary>
    public static bool IsAlive(int pid) => ProcessStamp.Of(pid) is not null;
}
