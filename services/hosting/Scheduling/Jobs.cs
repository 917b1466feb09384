using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Hosting;

/// <summary>Work that falls due by the calendar. Runs once per period; after a crash the same period runs again, so what it does goes through the write door and recognises itself.</summary>
public interface IJob
{
    Task Run(JobRun run, CancellationToken cancellation);
}

/// <summary>One run of a job.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Period">What it runs for: 2023-02-17, 2023-02, 2023-Q1, 2023.</param>
/// <param name="Due">When it fell due; a late run still works for this instant.</param>
/// <param name="Attempt">1 for the first.</param>
public sealed record JobRun(string Job, string Period, DateTimeOffset Due, int Attempt)
{
    /// <summary>The job acting for its own node.</summary>
    public Actor ActingFor(AdminDivision node) => Actor.System(node, $"job:{Job}");

    /// <summary>Of every command of this run.</summary>
    public string Correlation => $"{Job}/{Period}";
}

/// <summary>The jobs of one service: what is due, what ran, and running by hand.</summary>
public interface IJobs
{
    Task<IReadOnlyList<JobStatus>> List(CancellationToken cancellation = default);

    /// <summary>Runs a job for a period now, due or not.</summary>
    /// <exception cref="ArgumentException">There is no such job, or it has no such period.</exception>
    Task<JobOutcome> Run(string job, string period, CancellationToken cancellation = default);

    /// <summary>Runs everything that is due by now, of all jobs, in the order it fell due. The host does this by itself; a demo that
    /// advances the clock may wait for it.</summary>
    /// <returns>How many periods were done here.</returns>
    Task<int> CatchUp(CancellationToken cancellation = default);
}

/// <summary>What came of one attempt.</summary>
public enum JobOutcome
{
    /// <summary>Done now.</summary>
    Done,
    /// <summary>Was done before: nothing happened.</summary>
    WasDone,
    /// <summary>Another run of this service is under way, here or on another host.</summary>
    Busy,
    /// <summary>It failed and will be tried again.</summary>
    Failed,
}

/// <param name="Name">The job.</param>
/// <param name="Schedule">When, as data.</param>
/// <param name="DoneThrough">Everything due up to here is done.</param>
/// <param name="NextPeriod">The first period that is not; null when the schedule cannot say (no calendar published).</param>
/// <param name="NextDue">When it is or was due.</param>
/// <param name="Attempts">How often that one failed so far.</param>
/// <param name="Trouble">Why it failed, or why the schedule cannot say: an error code or a kind of exception.</param>
public sealed record JobStatus(string Name, string Schedule, DateTimeOffset DoneThrough, string? NextPeriod, DateTimeOffset? NextDue, int Attempts, string? Trouble);
