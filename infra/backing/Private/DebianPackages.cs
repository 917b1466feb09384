namespace Yibao.Backing.Private;

/// <summary>The last way: a Debian or Ubuntu machine without the servers gets their packages. No system service is started by that.</summary>
internal static class DebianPackages
{
    private const string Policy = "/usr/sbin/policy-rc.d";

    public static async Task EnsureAsync(BackingOptions options, bool postgres, bool rabbit, CancellationToken cancellation)
    {
        var missing = new List<string>();
        if (postgres && Binaries.Postgres() is null) missing.Add("postgresql");
        if (rabbit && Binaries.Rabbit() is null) missing.Add("rabbitmq-server");
        if (missing.Count == 0) return;

        var names = string.Join(' ', missing);
        var hint = $"Install them ({names}), start a Docker engine, or name servers in {Given.PostgresVariable}, {Given.RabbitVariable} and {Given.RabbitManageVariable}.";
        if (!options.InstallPackages || Binaries.Find("apt-get") is null) throw new BackingException($"PostgreSQL or RabbitMQ is missing. {hint}");
        List<string> sudo = Privileges.IsRoot ? [] : ["sudo", "-n"];
        if (sudo.Count > 0 && Binaries.Find("sudo") is null) throw new BackingException($"Installing packages needs root. {hint}");

        options.Progress?.Invoke($"installing {names} (once, under a minute)");
        var quiet = new Dictionary<string, string>(StringComparer.Ordinal) { ["DEBIAN_FRONTEND"] = "noninteractive" };
        // The packages would start a server of their own; this is Debian's way to say no.
        var forbid = !File.Exists(Policy);
        if (forbid) await Shell.RunAsync([.. sudo, "sh", "-c", $"printf '#!/bin/sh\\nexit 101\\n' > {Policy} && chmod 755 {Policy}"], null, cancellation);
        try
        {
            await Shell.RunAsync([.. sudo, "apt-get", "update", "-qq"], quiet, cancellation);
            await Shell.RunAsync([.. sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "--no-install-recommends", .. missing], quiet, cancellation);
        }
        catch (BackingException failed)
        {
            throw new BackingException($"{failed.Message}{Environment.NewLine}{hint}", failed);
        }
        finally
        {
            if (forbid) await Shell.RunAsync([.. sudo, "rm", "-f", Policy], null, CancellationToken.None);
        }
    }
}
