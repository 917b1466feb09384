using Npgsql;
using Yibao.Backing;

namespace Yibao.Cli.Bench;

/// <summary>What the machine and the server had spent at one moment; the difference of two is what lay between them.</summary>
internal sealed record RoundTripMeters(IReadOnlyList<ProcessCpu> Cpu, long Commits, long Transactions, long Flushes, long WalBytes)
{
    public static async Task<RoundTripMeters> Read(RoundTripStand stand, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(stand.Backing.Postgres.AdminConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        // Only what changes something is given a number: reads and polling are transactions, but no commits.
        await using var command = new NpgsqlCommand("""
            select pg_snapshot_xmax(pg_current_snapshot())::text::bigint, (select sum(xact_commit)::bigint from pg_stat_database), wal_sync, wal_bytes::bigint from pg_stat_wal
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var (commits, transactions, flushes, bytes) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
        var cpu = stand.Platform.Hosts.GroupBy(host => host.ProcessId).Select(process => new ProcessCpu(process.Count() == 1 ? process.Single().ToString() : process.First().Node.Code, Time(process.Key))).ToList();
        cpu.Add(new ProcessCpu("postgres", Time(stand.Backing.Postgres.ProcessId)));
        cpu.Add(new ProcessCpu("rabbitmq", Time(stand.Backing.Rabbit.ProcessId)));
        cpu.Add(new ProcessCpu("the hospital", Environment.CpuUsage.TotalTime));
        return new RoundTripMeters(cpu, commits, transactions, flushes, bytes);
    }

    /// <summary>Per settlement.</summary>
    public RoundTripCost Since(RoundTripMeters before, int settlements) => new(
        (Commits - before.Commits) / (double)settlements,
        (Transactions - before.Transactions) / (double)settlements,
        (Flushes - before.Flushes) / (double)settlements,
        (WalBytes - before.WalBytes) / (double)settlements,
        [.. Cpu.Zip(before.Cpu, (now, then) => new ProcessCost(now.Process, (now.Time - then.Time).TotalMilliseconds / settlements))]);

    private static TimeSpan Time(int? process) => process is { } pid ? Processes.CpuTime(pid) : TimeSpan.Zero;
}

internal sealed record ProcessCpu(string Process, TimeSpan Time);

/// <param name="CommitsEach">Transactions that changed something, at all nodes together.</param>
/// <param name="TransactionsEach">All transactions, reads and polling included.</param>
/// <param name="FlushesEach">Waits for the disk.</param>
/// <param name="WalBytesEach">Written to the log.</param>
/// <param name="Cpu">Processor time of each process, user and system.</param>
internal sealed record RoundTripCost(double CommitsEach, double TransactionsEach, double FlushesEach, double WalBytesEach, IReadOnlyList<ProcessCost> Cpu)
{
    public double CpuMsEach => Cpu.Sum(process => process.MsEach);
}

internal sealed record ProcessCost(string Process, double MsEach);
