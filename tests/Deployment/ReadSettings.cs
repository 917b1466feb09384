using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Yibao.Hosting;
using Yibao.Hosting.Hosts;

namespace Yibao.Deployment.Tests;

/// <summary>Reads settings as a service does and remembers what it asked for: a variable that nobody reads is a mistake in a manifest.</summary>
internal static class ReadSettings
{
    /// <summary>Variables that are not settings of ours.</summary>
    private static readonly string[] Foreign = [SettingsReader.SecretsFolder, "DOTNET_EnableDiagnostics", "OTEL_METRIC_EXPORT_INTERVAL"];

    /// <returns>The settings, and the names that nobody asked for.</returns>
    public static (ServiceSettings Settings, IReadOnlyList<string> Unread) Of(IReadOnlyDictionary<string, string> environment, string service)
    {
        var source = new Recorded(environment.ToDictionary(entry => entry.Key.Replace("__", ":", StringComparison.Ordinal), entry => (string?)entry.Value, StringComparer.OrdinalIgnoreCase));
        var settings = SettingsReader.Read(new ConfigurationBuilder().Add(source).Build(), service);
        return (settings, [.. environment.Keys.Where(name => !source.Asked.ContainsKey(name.Replace("__", ":", StringComparison.Ordinal)) && !Foreign.Contains(name, StringComparer.Ordinal))]);
    }

    private sealed class Recorded : ConfigurationProvider, IConfigurationSource
    {
        public Recorded(Dictionary<string, string?> values) => Data = values;

        public ConcurrentDictionary<string, byte> Asked { get; } = new(StringComparer.OrdinalIgnoreCase);

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public override bool TryGet(string key, out string? value)
        {
            Asked[key] = 0;
            return base.TryGet(key, out value);
        }
    }
}
