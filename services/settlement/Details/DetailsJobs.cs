using Yibao.Hosting;
using Yibao.Kernel.Time;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Details;

/// <summary>Every night: sends the details that wait.</summary>
public sealed class DetailsUploadJob(DetailsDesk desk, Routes routes) : IJob
{
    public Task Run(JobRun run, CancellationToken cancellation) => desk.UploadPending(run.ActingFor(routes.Node), run.Correlation, cancellation);
}

/// <summary>Every morning: what was due by yesterday and is still missing goes on the overdue list.</summary>
public sealed class DetailsOverdueJob(DetailsDesk desk, Routes routes) : IJob
{
    public Task Run(JobRun run, CancellationToken cancellation) => desk.ListOverdue(run.Due.BusinessDate(), run.ActingFor(routes.Node), run.Correlation, cancellation);
}
