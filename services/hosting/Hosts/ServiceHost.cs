using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yibao.Contracts.Nodes;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Hosts;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Nodes;
using Yibao.Hosting.Telemetry;
using Yibao.Kernel.Places;

namespace Yibao.Hosting;

/// <summary>Makes a host of a module: the same registration as its own process or as one of many hosts in a process.</summary>
public static class ServiceHost
{
    private const int MessageLimit = 16 * 1024 * 1024;

    /// <summary>A host that a launcher starts and stops; it reads no files but its certificates, and no environment.</summary>
    /// <param name="more">Last word on the registrations: a virtual clock, a test's probes.</param>
    /// <exception cref="InvalidOperationException">The settings contradict each other, or an endpoint has no access rule.</exception>
    public static WebApplication Build(ServiceSettings settings, IServiceModule module, Action<WebApplicationBuilder>? more = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(module);
        var listen = Doorways(settings);
        var credentials = Credentials(settings);
        settings.Identity.Check(settings.Development);

        // The empty builder watches no files and reads no environment: dozens of them start in one process.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = $"yibao.{settings.Service}",
            EnvironmentName = settings.Development ? Environments.Development : Environments.Production,
            ContentRootPath = AppContext.BaseDirectory,
        });
        AddBasics(builder, settings);
        AddDoors(builder, settings, credentials, listen, module.Public);
        var service = new ServiceBuilder(builder, settings);
        builder.Services.AddSingleton(service.Registry);
        AddCalls(builder.Services, settings, credentials);
        module.Configure(service);
        more?.Invoke(builder);

        var app = builder.Build();
        app.UseMiddleware<UnwordedCalls>();
        app.UseRouting();
        service.UseOn(app);
        app.UseMiddleware<HttpCallers>();
        app.MapGrpcService<NodeRelayService>().Allow(Access.Nodes);
        app.MapHealth();
        service.MapTo(app);
        EndpointRules.AssertAll(app);
        return app;
    }

    /// <summary>
    /// The whole of a program: reads the settings, runs until told to stop, drains. With <c>migrate</c> as its first argument it only brings
    /// the schema up to date, with <c>health</c> it only asks the host of the same settings whether it is ready. Several modules are several
    /// hosts of one process: each with its own settings, doors, store and drain, as if it were alone; when one ends, all do.
    /// </summary>
    /// <returns>Exit code: 0 stopped or done, 1 not ready, 2 wrong settings.</returns>
    public static async Task<int> Run(string[] args, params IReadOnlyList<IServiceModule> modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        var hosts = new List<(WebApplication App, ServiceSettings Settings)>();
        try
        {
            var (step, rest) = ServiceSteps.Of(args);
            var configuration = SettingsReader.Configuration(rest);
            foreach (var module in modules)
            {
                var own = SettingsReader.Of(configuration, module.Name);
                var settings = SettingsReader.Read(own, module.Name);
                if (modules.Count > 1) settings = settings with { SharedProcess = settings.Node.Code };
                if (step is null) hosts.Add((Build(settings, module, builder => Configure(builder, own)), settings));
                else if (await ServiceSteps.Run(step, settings, module) is not 0 and var failed) return failed;
            }
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or IOException or FormatException)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            await Dispose(hosts);
            return 2;
        }

        try
        {
            await Task.WhenAll(hosts.Select(host => Start(host.App, host.Settings)));
            var ends = hosts.ConvertAll(host => host.App.WaitForShutdownAsync());
            if (ends.Count > 0) await Task.WhenAny(ends);
            foreach (var (app, _) in hosts) app.Lifetime.StopApplication();
            await Task.WhenAll(ends);
        }
        finally
        {
            await Dispose(hosts);
        }

        return 0;
    }

    private static void Configure(WebApplicationBuilder builder, IConfiguration configuration)
    {
        builder.Configuration.AddConfiguration(configuration);
        builder.Logging.AddConfiguration(configuration.GetSection("Logging"));
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime>(services => ActivatorUtilities.CreateInstance<Microsoft.Extensions.Hosting.Internal.ConsoleLifetime>(services)));
    }

    private static async Task Start(WebApplication app, ServiceSettings settings)
    {
        await app.StartAsync();
        if (settings.DoorsFile is { } file) app.Doors().WriteTo(file);
    }

    private static async Task Dispose(IEnumerable<(WebApplication App, ServiceSettings Settings)> hosts)
    {
        foreach (var (app, _) in hosts) await app.DisposeAsync();
    }

    private static void AddBasics(WebApplicationBuilder builder, ServiceSettings settings)
    {
        var services = builder.Services;
        services.AddSingleton(settings);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<BoundDoors>();
        services.AddRoutingCore();
        // JSON speaks as the protos do: snake_case, and Chinese stays readable in the bytes.
        services.ConfigureHttpJsonOptions(static json => (json.SerializerOptions.PropertyNamingPolicy, json.SerializerOptions.Encoder) = (JsonNamingPolicy.SnakeCaseLower, JavaScriptEncoder.Create(UnicodeRanges.All)));
        // Started and stopped by whoever built it; signals belong to the process, not to one host of many.
        services.Replace(ServiceDescriptor.Singleton<IHostLifetime, StartedByLauncher>());
        services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.DrainLimit);
        services.AddSingleton<DetachedWork>();
        services.AddSingleton<IDetachedWork>(static provider => provider.GetRequiredService<DetachedWork>());
        services.AddHostedService(static provider => provider.GetRequiredService<DetachedWork>());
        builder.Logging.AddLines(settings);
        services.AddHealth();
        services.AddTelemetry(settings);
    }

    private static void AddDoors(WebApplicationBuilder builder, ServiceSettings settings, NodeCredentials? credentials, (IPEndPoint Grpc, IPEndPoint Http) listen, bool open)
    {
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IServiceProvider>((kestrel, services) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MessageLimit;
            ListenOptions? grpc = null;
            kestrel.Listen(listen.Grpc, door =>
            {
                door.Protocols = HttpProtocols.Http2;
                if (credentials is not null && !settings.LoopbackPlain) door.UseHttps(MutualTls(credentials, services.GetRequiredService<NodeTrust>(), open));
                grpc = door;
            });
            kestrel.Listen(listen.Http, door =>
            {
                door.Protocols = HttpProtocols.Http1;
                services.GetRequiredService<BoundDoors>().Watch(grpc!, door, settings.LoopbackPlain);
            });
        });
    }

    private static void AddCalls(IServiceCollection services, ServiceSettings settings, NodeCredentials? credentials)
    {
        if (credentials is not null)
        {
            services.AddSingleton(credentials);
            services.AddCertificateGauge(credentials);
            services.AddSingleton<NodeTrust>();
            services.AddSingleton<IEnvelopeSigner>(provider => new EnvelopeSigner(credentials.Signing, provider.GetRequiredService<NodeTrust>()));
        }

        services.TryAddSingleton<IRegions, RegistryRegions>();
        services.AddSingleton<CurrentActor>();
        services.AddSingleton<ICurrentActor>(static provider => provider.GetRequiredService<CurrentActor>());
        services.AddSingleton<TokenReader>();
        services.AddSingleton(static provider => new CallerReader(
            provider.GetRequiredService<ServiceSettings>(), provider.GetService<NodeTrust>(), provider.GetRequiredService<TokenReader>(), provider.GetRequiredService<IRegions>()));
        services.AddSingleton<IPeers>(static provider => new Peers(
            provider.GetRequiredService<ServiceSettings>(), provider.GetRequiredService<CurrentActor>(), provider.GetService<NodeCredentials>(), provider.GetService<NodeTrust>()));
        services.AddSingleton<ReplayGuard>();
        services.AddSingleton<INodeLink, NodeLink>();
        services.AddGrpc(options =>
        {
            options.IgnoreUnknownServices = true;
            options.MaxReceiveMessageSize = MessageLimit;
            options.MaxSendMessageSize = MessageLimit;
            options.Interceptors.Add<ServerErrors>();
            options.Interceptors.Add<ServerCallers>();
        });
        services.AddSingleton<Problems>();
        services.AddSingleton<ServerErrors>();
        services.AddSingleton<ServerCallers>();
    }

    private static HttpsConnectionAdapterOptions MutualTls(NodeCredentials credentials, NodeTrust trust, bool open) => new()
    {
        ServerCertificate = credentials.Service,
        ClientCertificateMode = open ? ClientCertificateMode.AllowCertificate : ClientCertificateMode.RequireCertificate,
        ClientCertificateValidation = (certificate, _, _) => trust.Peer(certificate) is not null,
    };

    private static NodeCredentials? Credentials(ServiceSettings settings)
    {
        if (settings.LoopbackPlain && settings.Credentials is null && settings.CertificateFolder is null) throw new InvalidOperationException("LoopbackPlain still needs the node's credentials: envelopes are signed.");
        var credentials = settings.Credentials
            ?? (settings.CertificateFolder is { } folder
                ? NodeCredentials.FromFolder(folder, settings.Service)
                : throw new InvalidOperationException("Neither credentials nor a certificate folder were given."));
        credentials.MustBeOf(settings.Node, settings.Service);
        return credentials;
    }

    private static (IPEndPoint Grpc, IPEndPoint Http) Doorways(ServiceSettings settings)
    {
        var grpc = Parse(settings.GrpcListen, nameof(settings.GrpcListen));
        var http = Parse(settings.HttpListen, nameof(settings.HttpListen));
        if (settings.LoopbackPlain && !(settings.Development && IPAddress.IsLoopback(grpc.Address))) throw new InvalidOperationException("LoopbackPlain is for development on the loopback only.");
        return (grpc, http);
    }

    private static IPEndPoint Parse(string listen, string key) =>
        IPEndPoint.TryParse(listen, out var endpoint) ? endpoint : throw new InvalidOperationException($"{key} must be address:port, e.g. 127.0.0.1:0, not '{listen}'.");

    private sealed class StartedByLauncher : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
