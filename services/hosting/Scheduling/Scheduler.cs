using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Yibao.Hosting.Store;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Scheduling;

/// <summary>A job as its module named it.</summary>
internal sealed record JobDefinition(string Name, Schedule Schedule, Type Handler);

/// <summary>
/// Runs what is due. Each (job, period) is a row with a unique key and a lease: however many hosts, one run; when its host dies the lease
/// ends and another takes over. All jobs of a service run one after the other in the order they fell due, so that
/// after a downtime, or a jump of the virtual clock, they happen in the order they would have happened in.
/// </summary>
internal sealed partial class Scheduler(IEnumerable<JobDefinition> jobs, NpgsqlDataSource source, StoreModel model, TimeProvider time, IServiceProvider services, JobMeter meter, ILogger<Scheduler> log) : BackgroundService, IJobs
{
    public const string Tables = """
        create table if not exists job (name varchar(100) primary key, done_through timestamptz not null);
        create table if not exists job_run (job varchar(100) not null, period varchar(20) not null, due timestamptz not null, state varchar(10) not null, owner uuid, lease_until timestamptz, retry_at timestamptz, attempts int not null, trouble varchar(200), finished_at timestamptz, constraint job_run_pkey primary key (job, period));
        create index if not exists job_run_running on job_run (state) where state = 'running';
        """;

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, JobDefinition> _jobs = jobs.ToDictionary(job => job.Name, StringComparer.Ordinal);
    private readonly Guid _owner = Guid.NewGuid();
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly SemaphoreSlim _wake = new(0, 1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (time is VirtualClock clock) clock.Jumped += Wake;
        var quiet = 0;
        DateTimeOffset? next = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // The table is asked when something is due, and now and then for what other hosts left behind.
                if (next is null || next <= time.GetUtcNow() || ++quiet >= 15)
                {
                    quiet = 0;
                    await CatchUp(stoppingToken);
                    next = (await List(stoppingToken)).Min(job => job.NextDue);
                }

                await _wake.WaitAsync(Beat, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                Interrupted(e.GetType().Name, e.Message);
                await Task.Delay(Beat, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        if (time is VirtualClock known) known.Jumped -= Wake;
    }

    public async Task<IReadOnlyList<JobStatus>> List(CancellationToken cancellation = default)
    {
        var list = new List<JobStatus>();
        foreach (var job in _jobs.Values.OrderBy(job => job.Name, StringComparer.Ordinal))
        {
            var through = await DoneThrough(job, cancellation);
            if (!TryNext(job, through, out var next, out var unknown))
            {
                list.Add(new JobStatus(job.Name, job.Schedule.ToString(), through, null, null, 0, unknown));
                continue;
            }

            var run = await Find(job.Name, next!.Period, cancellation);
            list.Add(new JobStatus(job.Name, job.Schedule.ToString(), through, next.Period, next.Due, run?.State == "failed" ? run.Attempts : 0, run?.Trouble));
        }

        return list;
    }

    public async Task<JobOutcome> Run(string job, string period, CancellationToken cancellation = default)
    {
        if (!_jobs.TryGetValue(job, out var definition)) throw new ArgumentException($"There is no job '{job}'.", nameof(job));
        var occurrence = definition.Schedule.Of(period) ?? throw new ArgumentException($"'{definition.Schedule}' has no period '{period}'.", nameof(period));
        await _oneAtATime.WaitAsync(cancellation);
        try
        {
            return await Attempt(definition, occurrence, byHand: true, cancellation);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public async Task<int> CatchUp(CancellationToken cancellation = default)
    {
        await _oneAtATime.WaitAsync(cancellation);
        try
        {
            var done = 0;
            var stuck = new HashSet<string>(StringComparer.Ordinal);
            while (await Earliest(stuck, cancellation) is var (job, occurrence))
            {
                switch (await Attempt(job, occurrence, byHand: false, cancellation))
                {
                    case JobOutcome.Done:
                        done++;
                        await Advance(job, occurrence, cancellation);
                        break;
                    case JobOutcome.WasDone:
                        await Advance(job, occurrence, cancellation);
                        break;
                    case JobOutcome.Busy:
                        // Another host is at it; it will go on from there.
                        return done;
                    default:
                        // Its later periods wait for this one; other jobs go on.
                        stuck.Add(job.Name);
                        break;
                }
            }

            return done;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>The job that has been due for the longest time.</summary>
    private async Task<(JobDefinition Job, Occurrence Occurrence)?> Earliest(HashSet<string> stuck, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        (JobDefinition Job, Occurrence Occurrence)? earliest = null;
        foreach (var job in _jobs.Values.Where(job => !stuck.Contains(job.Name)).OrderBy(job => job.Name, StringComparer.Ordinal))
        {
            if (!TryNext(job, await DoneThrough(job, cancellation), out var next, out _) || next!.Due > now) continue;
            if (earliest is null || next.Due < earliest.Value.Occurrence.Due) earliest = (job, next);
        }

        return earliest;
    }

    private async Task<JobOutcome> Attempt(JobDefinition job, Occurrence occurrence, bool byHand, CancellationToken cancellation)
    {
        var (claim, attempt) = await Claim(job, occurrence, byHand, cancellation);
        if (claim is { } outcome) return outcome;

        using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var renewing = Renew(job, occurrence, life);
        string? trouble = null;
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        try
        {
            await using var scope = services.CreateAsyncScope();
            await ((IJob)scope.ServiceProvider.GetRequiredService(job.Handler)).Run(new JobRun(job.Name, occurrence.Period, occurrence.Due, attempt), life.Token);
        }
        catch (Exception e)
        {
            trouble = e is RefusedException refused ? refused.Error.Code : e.GetType().Name;
            Failed(job.Name, occurrence.Period, attempt, trouble);
        }

        meter.Ran(job.Name, System.Diagnostics.Stopwatch.GetElapsedTime(began), trouble);
        await life.CancelAsync();
        await renewing;
        // Backing off from one second to ten minutes.
        var wait = TimeSpan.FromSeconds(Math.Min(1 << Math.Min(attempt - 1, 10), 600));
        var kept = await Execute("""
            update job_run set state = $4, trouble = $5, lease_until = null, retry_at = now() + $6, finished_at = $7 where job = $1 and period = $2 and owner = $3 and state = 'running'
            """, CancellationToken.None, job.Name, occurrence.Period, _owner, trouble is null ? "done" : "failed", trouble, wait, time.GetUtcNow());
        if (kept == 0) return JobOutcome.Busy;
        if (trouble is null) Ran(job.Name, occurrence.Period);
        return trouble is null ? JobOutcome.Done : JobOutcome.Failed;
    }

    /// <summary>Takes the row; null when it is ours now.</summary>
    private async Task<(JobOutcome? Outcome, int Attempt)> Claim(JobDefinition job, Occurrence occurrence, bool byHand, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var gate = Command(connection, "select pg_advisory_xact_lock(hashtext(current_database()), hashtext($1))", $"{model.Service}/jobs")) await gate.ExecuteNonQueryAsync(cancellation);
        // Leases count in the server's real time: they are about hosts that died, not about business dates.
        await using (var running = Command(connection, "select 1 from job_run where state = 'running' and lease_until > now()"))
            if (await running.ExecuteScalarAsync(cancellation) is not null) return (JobOutcome.Busy, 0);

        var found = await Find(job.Name, occurrence.Period, cancellation, connection);
        if (found is { State: "done" }) return (JobOutcome.WasDone, 0);
        if (found is { State: "failed", Waits: true } && !byHand) return (JobOutcome.Failed, 0);
        var attempt = (found?.Attempts ?? 0) + 1;
        await using (var take = Command(connection, """
            insert into job_run (job, period, due, state, owner, lease_until, attempts) values ($1, $2, $3, 'running', $4, now() + $5, $6)
            on conflict on constraint job_run_pkey do update set state = 'running', owner = $4, lease_until = now() + $5, attempts = $6
            """, job.Name, occurrence.Period, occurrence.Due, _owner, Lease, attempt)) await take.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return (null, attempt);
    }

    /// <summary>Keeps the lease while the job works; when it is lost the work is called off.</summary>
    private async Task Renew(JobDefinition job, Occurrence occurrence, CancellationTokenSource life)
    {
        while (!life.IsCancellationRequested)
        {
            await Task.Delay(Lease / 4, life.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (life.IsCancellationRequested) return;
            try
            {
                if (await Execute("update job_run set lease_until = now() + $4 where job = $1 and period = $2 and owner = $3 and state = 'running'", CancellationToken.None, job.Name, occurrence.Period, _owner, Lease) == 0) await life.CancelAsync();
            }
            catch (NpgsqlException e)
            {
                // The next beat tries again; there are three before the lease ends.
                Interrupted(e.GetType().Name, e.Message);
            }
        }
    }

    private Task Advance(JobDefinition job, Occurrence occurrence, CancellationToken cancellation) =>
        Execute("update job set done_through = $2 where name = $1 and done_through < $2", cancellation, job.Name, occurrence.Due);

    /// <summary>A job that is new has nothing to catch up on: it counts from when it was first seen.</summary>
    private async Task<DateTimeOffset> DoneThrough(JobDefinition job, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select done_through from job where name = $1");
        command.Parameters.Add(new() { Value = job.Name });
        if (await command.ExecuteScalarAsync(cancellation) is DateTime known) return new DateTimeOffset(known, TimeSpan.Zero);
        await Execute("insert into job (name, done_through) values ($1, $2) on conflict do nothing", cancellation, job.Name, time.GetUtcNow());
        return await DoneThrough(job, cancellation);
    }

    private bool TryNext(JobDefinition job, DateTimeOffset through, out Occurrence? next, out string? trouble)
    {
        try
        {
            (next, trouble) = (job.Schedule.Next(through), null);
            return true;
        }
        catch (Exception e)
        {
            // A year without a published calendar stops this job, visibly, and no other.
            (next, trouble) = (null, e is RefusedException refused ? refused.Error.Code : e.GetType().Name);
            NoDate(job.Name, trouble);
            return false;
        }
    }

    private sealed record Row(string State, int Attempts, string? Trouble, bool Waits);

    private async Task<Row?> Find(string job, string period, CancellationToken cancellation, NpgsqlConnection? connection = null)
    {
        const string sql = "select state, attempts, trouble, coalesce(retry_at > now(), false) from job_run where job = $1 and period = $2";
        await using var command = connection is null ? source.CreateCommand(sql) : new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = job });
        command.Parameters.Add(new() { Value = period });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new Row(reader.GetString(0), reader.GetInt32(1), await reader.IsDBNullAsync(2, cancellation) ? null : reader.GetString(2), reader.GetBoolean(3))
            : null;
    }

    private async Task<int> Execute(string sql, CancellationToken cancellation, params object?[] arguments)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var command = Command(connection, sql, arguments);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object?[] arguments)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var argument in arguments)
            command.Parameters.Add(argument is null ? new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Varchar } : new() { Value = Saver.Plain(argument) });
        return command;
    }

    private void Wake(object? sender, EventArgs e)
    {
        if (_wake.CurrentCount == 0) _wake.Release();
    }

    public override void Dispose()
    {
        _oneAtATime.Dispose();
        base.Dispose();
    }

    [LoggerMessage(2301, LogLevel.Information, "{Job} ran for {Period}")]
    private partial void Ran(string job, string period);

    [LoggerMessage(2302, LogLevel.Error, "{Job} failed for {Period} at attempt {Attempt} ({Trouble}); it will be tried again and its later periods wait")]
    private partial void Failed(string job, string period, int attempt, string trouble);

    [LoggerMessage(2303, LogLevel.Warning, "The scheduler is interrupted ({Kind}: {Reason})")]
    private partial void Interrupted(string kind, string reason);

    [LoggerMessage(2304, LogLevel.Error, "{Job} does not know when it is due ({Trouble})")]
    private partial void NoDate(string job, string trouble);
}
