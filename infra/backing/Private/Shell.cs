using System.Diagnostics;

namespace Yibao.Backing.Private;

/// <summary>Runs a command to its end.</summary>
internal static class Shell
{
    /// <exception cref="BackingException">It ended with another code than 0; the message has what it said.</exception>
    public static async Task<string> RunAsync(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal)) start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new BackingException($"'{command[0]}' does not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        var said = (await output + await errors).Trim();
        return process.ExitCode == 0 ? said : throw new BackingException($"'{string.Join(' ', command)}' ended with {process.ExitCode}: {said}");
    }
}
