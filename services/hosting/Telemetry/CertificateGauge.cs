using Microsoft.Extensions.DependencyInjection;
using Yibao.Hosting.Nodes;

namespace Yibao.Hosting.Telemetry;

/// <summary>How long this host's certificates are still good for: a node whose certificate has run out is cut off from the tree.</summary>
internal static class CertificateGauge
{
    public static void AddCertificateGauge(this IServiceCollection services, NodeCredentials credentials) =>
        services.AddSingleton(new GaugeDefinition("yibao.certificate.remaining", "s", "Time until a certificate of this host expires", (_, _) =>
        {
            // Certificates live in real time, whatever clock the business runs on.
            var now = TimeProvider.System.GetUtcNow();
            Reading Remaining(string certificate, DateTimeOffset until) => new((until - now).TotalSeconds, [new("certificate", certificate)]);
            var readings = new List<Reading> { Remaining("service", new DateTimeOffset(credentials.Service.NotAfter.ToUniversalTime())) };
            if (credentials.Signing is { } signing) readings.Add(Remaining("signing", signing.Public.NotAfter));
            readings.AddRange(credentials.Roots.Select(root => Remaining("authority", new DateTimeOffset(root.NotAfter.ToUniversalTime()))).OrderBy(reading => reading.Value).Take(1));
            return Task.FromResult<IReadOnlyList<Reading>>(readings);
        }));
}
