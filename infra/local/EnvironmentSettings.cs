using Yibao.Hosting;

namespace Yibao.Local;

/// <summary>Settings of a host as environment variables (<c>Yibao__Node</c>): what a container is given too.</summary>
public static class EnvironmentSettings
{
    public static IReadOnlyDictionary<string, string> Of(ServiceSettings settings)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Yibao:Node"] = settings.Node.Code,
            ["Yibao:Database"] = settings.Database,
            ["Yibao:Broker"] = settings.Broker.AbsoluteUri,
            ["Yibao:GrpcListen"] = settings.GrpcListen,
            ["Yibao:HttpListen"] = settings.HttpListen,
            ["Yibao:Migrate"] = settings.Migrate ? "true" : "false",
            ["Yibao:Development"] = settings.Development ? "true" : "false",
            ["Yibao:LogLevel"] = settings.LogLevel.ToString(),
            ["Yibao:CallDeadline"] = settings.CallDeadline.ToString("c"),
            ["Yibao:ConnectWithin"] = settings.ConnectWithin.ToString("c"),
        };
        if (settings.CertificateFolder is { } folder) values["Yibao:CertificateFolder"] = folder;
        if (settings.Otlp is { } collector) values["Yibao:Otlp"] = collector.AbsoluteUri;
        if (settings.DoorsFile is { } doors) values["Yibao:DoorsFile"] = doors;
        if (settings.Identity.DevelopmentKey is { } key) values["Yibao:Identity:DevelopmentKey"] = key;
        foreach (var (name, address) in settings.Peers) values[$"Yibao:Peers:{name}"] = address.AbsoluteUri;
        foreach (var edge in settings.Edges)
        {
            values[$"Yibao:Edges:{edge.Neighbour.Code}:Broker"] = edge.Broker.AbsoluteUri;
            values[$"Yibao:Edges:{edge.Neighbour.Code}:Hosted"] = edge.Hosted ? "true" : "false";
        }

        return values.ToDictionary(value => Name(value.Key), value => value.Value, StringComparer.Ordinal);
    }

    /// <summary>Settings of a process that runs several services of a node: what is equal stands once, the rest under each (<c>Yibao__Services__filing__GrpcListen</c>).</summary>
    public static IReadOnlyDictionary<string, string> Of(IReadOnlyCollection<ServiceSettings> services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var each = services.Select(settings => (settings.Service, Values: Of(settings))).ToList();
        return each.SelectMany(service => service.Values.Select(value => (service.Service, value.Key, value.Value)))
            .GroupBy(value => value.Key, StringComparer.Ordinal)
            .SelectMany(values => values.Count() == each.Count && values.Select(value => value.Value).Distinct(StringComparer.Ordinal).Count() == 1
                ? [KeyValuePair.Create(values.Key, values.First().Value)]
                : values.Select(value => KeyValuePair.Create(value.Key.Replace("Yibao__", $"Yibao__Services__{value.Service}__", StringComparison.Ordinal), value.Value)))
            .ToDictionary(StringComparer.Ordinal);
    }

    /// <summary><c>Yibao:Node</c> → <c>Yibao__Node</c>.</summary>
    public static string Name(string key) => key.Replace(":", "__", StringComparison.Ordinal);
}
