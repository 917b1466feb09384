using Yibao.Hosting;

namespace Yibao.Filing.Desks;

/// <summary>Erases sealed particulars that belong to no filing: a host died between sealing them and deciding. A day is longer than any application takes.</summary>
public sealed class DetailsSweep(SealedDetails details) : IJob
{
    public Task Run(JobRun run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(run);
        return details.Sweep(run.Due.AddDays(-1));
    }
}
