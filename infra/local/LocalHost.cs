using Microsoft.AspNetCore.Builder;
using Yibao.Hosting;
using Yibao.Kernel.Places;

namespace Yibao.Local;

/// <summary>One service of one node. Its doors and its data stay the same over every stop, kill and start.</summary>
public abstract class LocalHost : IAsyncDisposable
{
    private protected LocalHost(ServiceSettings settings, IServiceModule module, Uri grpc, Uri http)
    {
        Settings = settings;
        Module = module;
        Grpc = grpc;
        Http = http;
    }

    public AdminDivision Node => Settings.Node;

    public string Service => Settings.Service;

    /// <summary>gRPC with mutual TLS.</summary>
    public Uri Grpc { get; }

    /// <summary>JSON.</summary>
    public Uri Http { get; }

    public ServiceSettings Settings { get; }

    internal IServiceModule Module { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    public abstract Task StartAsync(CancellationToken cancellation = default);

    /// <summary>Stops it in order: it drains.</summary>
    public abstract Task StopAsync(CancellationToken cancellation = default);

    /// <summary><c>kill -9</c>. Only where it is a process of its own.</summary>
    /// <exception cref="InvalidOperationException">It is a host of this process.</exception>
    public abstract Task KillAsync(CancellationToken cancellation = default);

    /// <summary>The running host's services; null where it is a process of its own or does not run.</summary>
    public virtual IServiceProvider? Services => null;

    /// <summary>The number of its process; null where it is a host of this one or does not run.</summary>
    public virtual int? ProcessId => null;

    public abstract ValueTask DisposeAsync();

    public override string ToString() => $"{Node.Code}/{Service}";
}

/// <summary>A host of this process.</summary>
internal sealed class InnerHost(ServiceSettings settings, IServiceModule module, Uri grpc, Uri http, Action<ServiceSettings, WebApplicationBuilder>? more) : LocalHost(settings, module, grpc, http)
{
    private WebApplication? _app;

    public override IServiceProvider? Services => _app?.Services;

    public override async Task StartAsync(CancellationToken cancellation = default)
    {
        if (_app is not null) throw new InvalidOperationException($"{this} runs already.");
        var app = ServiceHost.Build(Settings, Module, builder => more?.Invoke(Settings, builder));
        try
        {
            await app.StartAsync(cancellation);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        _app = app;
    }

    public override async Task StopAsync(CancellationToken cancellation = default)
    {
        if (Interlocked.Exchange(ref _app, null) is not { } app) return;
        await app.StopAsync(cancellation);
        await app.DisposeAsync();
    }

    public override Task KillAsync(CancellationToken cancellation = default) => throw new InvalidOperationException($"{this} is a host of this process and cannot be killed alone: start with Separate.");

    public override async ValueTask DisposeAsync() => await StopAsync();
}
