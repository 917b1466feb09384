using System.Runtime.InteropServices;

namespace Yibao.Backing.Private;

/// <summary>The signals that a server understands, and those that hold it and let it go on; .NET itself can only send SIGKILL.</summary>
internal static class Signals
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <summary>A process that is gone already is no error.</summary>
    public static void Send(int pid, int signal) => _ = SendNative(pid, signal);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendNative(int pid, int signal);
}
