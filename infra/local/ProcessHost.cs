using Yibao.Hosting;

namespace Yibao.Local;

/// <summary>A host in another process, alone or with the other services of its node: stopping or killing one of those ends them all.</summary>
internal sealed class ProcessHost(ServiceSettings settings, IServiceModule module, Uri grpc, Uri http, LocalProcess process) : LocalHost(settings, module, grpc, http)
{
    public override int? ProcessId => process.Id;

    public override async Task StartAsync(CancellationToken cancellation = default)
    {
        if (!await process.StartAsync(cancellation) && process.Hosts == 1) throw new InvalidOperationException($"{this} runs already.");
    }

    public override Task StopAsync(CancellationToken cancellation = default) => process.StopAsync(cancellation);

    public override Task KillAsync(CancellationToken cancellation = default) => process.KillAsync(cancellation);

    public override async ValueTask DisposeAsync() => await StopAsync();
}
