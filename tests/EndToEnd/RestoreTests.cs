using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using Yibao.Backing;
using Yibao.Backing.Private;
using Yibao.Cli.Reconciling;
using Yibao.Cli.Shell;
using Yibao.Contracts.Settlement.V1;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Places;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.EndToEnd.Tests;

/// <summary>
/// The scripts of infra/backup on a running platform: a node's database is backed up, destroyed, restored, and what the backup did not
/// hold comes back by reconciliation; then the whole server goes back to the instant before a mistake.
/// </summary>
public sealed class RestoreTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_destroyed_node_comes_back_and_reconciliation_brings_what_was_settled_since()
    {
        var folder = Directory.CreateTempSubdirectory("yibao-backup-").FullName;
        // Scripts and backups are used by the server's own user, who may not be able to enter the source tree.
        foreach (var script in Directory.EnumerateFiles(Path.Combine(Repository.Root(), "infra", "backup"))) File.Copy(script, Path.Combine(folder, Path.GetFileName(script)));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        try
        {
            await using var backing = await BackingServices.StartAsync(new BackingOptions { UseGiven = false, UseContainers = false, Durable = false }, Cancellation);
            await Archive(backing.Postgres, folder);
            await using var country = await SampleCountry.StartAsync(new Output(json: true), backing, "", Path.Combine(folder, "results"), Cancellation, start: TestDay.Morning);
            var day = country.Today;

            var before = await country.Settle(SampleCountry.Eastward, "before-the-backup", Cancellation);
            (await country.Booked([before.NationalId], Cancellation)).ShouldBeTrue();
            var dump = (await Run(backing.Postgres, folder, "n420000", "backup.sh", Path.Combine(folder, "dumps"))).Split('\n')[^1];
            var since = await country.Settle(SampleCountry.Westward, "since-the-backup", Cancellation);
            var lost = await country.Settle(SampleCountry.Eastward, "lost-with-the-disk", Cancellation);
            (await country.Booked([before.NationalId, since.NationalId, lost.NationalId], Cancellation)).ShouldBeTrue();
            var facts = await Facts(backing.Postgres);

            // The disk of Hubei is gone.
            await Stop(country, SampleCountry.Hubei);
            await backing.Postgres.DropDatabaseAsync("n420000", Cancellation);
            (await Run(backing.Postgres, folder, "n420000", "restore.sh", dump)).ShouldContain("holds what was backed up");
            await Start(country, SampleCountry.Hubei);

            // What the backup held is there and goes on working: the same id, the same answer, no second effect.
            var his = country.Stage.His(country.Bill(SampleCountry.Eastward, "before-the-backup"));
            (await his.Settle(country.Bill(SampleCountry.Eastward, "before-the-backup"), null, Cancellation)).ShouldBe(before);
            (await Facts(backing.Postgres)).ShouldBeLessThan(facts);
            var after = await country.Settle(SampleCountry.Eastward, "after-the-restore", Cancellation);
            after.NationalId.ShouldNotBe(before.NationalId);

            // In the morning the nation names both settlements that Hubei no longer knows, each by its own role there.
            country.Morning(day);
            var compared = await country.Comparison.Run(day, Patience, Cancellation);
            var missing = compared.Differences.Select(difference => (string?)difference["settlement_id"]).ToList();
            missing.ShouldContain(lost.NationalId);
            // The hospital's side is never rebuilt behind its back: the province's operator confirms (architecture, 6).
            var operators = new TokenOf("cli", SampleCountry.Guizhou, Role.ProvinceOperator);
            var rebuilt = await country.Comparison.Ask(SampleCountry.Nation, HttpMethod.Post, $"reconciliation/differences/{lost.NationalId}/resolve", Cancellation,
                new { resolution = "AddMissing", reason = "湖北节点由备份恢复" }, operators);
            rebuilt.ShouldNotBeNull();
            (await country.Stage.Eventually(async () =>
            {
                await country.Comparison.Run(day, TimeSpan.Zero, Cancellation);
                return (await country.Comparison.Differences(day, Cancellation)).All(difference => difference["open"]?.GetValue<bool>() != true);
            }, Cancellation)).ShouldBeTrue(string.Join('\n', (await country.Comparison.Differences(day, Cancellation)).Select(difference => difference.ToJsonString())));
            var found = await his.Settlements.GetSettlementAsync(new GetSettlementRequest { InstitutionCode = lost.InstitutionCode, SettlementId = lost.SettlementId }, cancellationToken: Cancellation);
            found.Figures.ShouldBe(lost.Figures);

            await BackToTheInstant(country, backing.Postgres, folder);
            (await his.Settlements.GetSettlementAsync(new GetSettlementRequest { InstitutionCode = lost.InstitutionCode, SettlementId = lost.SettlementId }, cancellationToken: Cancellation)).Figures.ShouldBe(lost.Figures);
        }
        finally
        {
            if (Privileges.IsRoot || !OperatingSystem.IsLinux()) Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Somebody drops a schema; the server goes back to the second before, with everything that was stored until then.</summary>
    private static async Task BackToTheInstant(SampleCountry country, PostgresServer postgres, string folder)
    {
        var facts = await Facts(postgres);
        var (instant, data) = (await Ask(postgres, "postgres", "select clock_timestamp()::text"), await Ask(postgres, "postgres", "show data_directory"));
        await Ask(postgres, "n420000", "drop schema settlement cascade; select ''");
        await Archived(postgres, await Ask(postgres, "postgres", "select pg_walfile_name(pg_switch_wal())"));

        foreach (var node in new[] { SampleCountry.Nation, SampleCountry.Hubei, SampleCountry.Guizhou }) await Stop(country, node);
        await postgres.StopAsync(Cancellation);
        Directory.Move(data, data + ".damaged");
        var parent = Path.GetDirectoryName(data)!;
        await Privileges.GiveAsync(parent, Privileges.UserOr("postgres"), Cancellation);
        await Script(postgres, folder, "", "restore-to.sh", Directory.EnumerateDirectories(folder, "base-*").Single(), Path.Combine(folder, "archive"), data, instant);
        await postgres.StartAsync(Cancellation);
        // Readers are let in before the last instant is reached; writers when it is.
        (await country.Stage.Eventually(async () => await Ask(postgres, "postgres", "select pg_is_in_recovery()::text") == "false", Cancellation)).ShouldBeTrue();
        foreach (var node in new[] { SampleCountry.Nation, SampleCountry.Hubei, SampleCountry.Guizhou }) await Start(country, node);
        (await Facts(postgres)).ShouldBe(facts);
    }

    private static async Task Stop(SampleCountry country, AdminDivision node)
    {
        foreach (var host in country.Platform.Hosts.Where(host => host.Node == node)) await host.StopAsync(Cancellation);
        NpgsqlConnection.ClearAllPools();
    }

    private static Task Start(SampleCountry country, AdminDivision node) =>
        Task.WhenAll(country.Platform.Hosts.Where(host => host.Node == node).Select(host => host.StartAsync(Cancellation)));

    /// <summary>As a production server does it: its log goes to a folder as it is written, and a copy is taken of the whole.</summary>
    private static async Task Archive(PostgresServer postgres, string folder)
    {
        var archive = Directory.CreateDirectory(Path.Combine(folder, "archive")).FullName;
        await Privileges.GiveAsync(archive, Privileges.UserOr("postgres"), Cancellation);
        foreach (var setting in new[] { "wal_level = 'replica'", "archive_mode = 'on'", $"archive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'" }) await Ask(postgres, "postgres", $"alter system set {setting}; select ''", transaction: false);
        await postgres.StopAsync(Cancellation);
        await postgres.StartAsync(Cancellation);
        await Run(postgres, folder, "postgres", "base.sh", folder);
    }

    private static async Task Archived(PostgresServer postgres, string file)
    {
        for (var waited = 0; waited < 1800; waited++)
        {
            if (await Ask(postgres, "postgres", $"select (last_archived_wal >= '{file}')::text from pg_stat_archiver") == "true") return;
            await Task.Delay(100, Cancellation);
        }

        throw new TimeoutException("The log is not archived.");
    }

    /// <summary>Stored facts of every service of Hubei.</summary>
    private static async Task<long> Facts(PostgresServer postgres)
    {
        var sum = 0L;
        foreach (var schema in new[] { "filing", "settlement", "clearing" }) sum += long.Parse(await Ask(postgres, "n420000", $"select count(*)::text from {schema}.mt_events"), CultureInfo.InvariantCulture);
        return sum;
    }

    private static async Task<string> Ask(PostgresServer postgres, string database, string sql, bool transaction = true)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(postgres.ConnectionString(database)) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancellation);
        // alter system cannot stand in a transaction, which several statements in one command are.
        var answer = "";
        foreach (var statement in transaction ? [sql] : sql.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            await using var command = new NpgsqlCommand(statement, connection);
            answer = await command.ExecuteScalarAsync(Cancellation) as string ?? answer;
        }

        return answer;
    }

    private static Task<string> Run(PostgresServer postgres, string folder, string database, params string[] script) => Script(postgres, folder, database, script);

    private static Task<string> Script(PostgresServer postgres, string folder, string database, params string[] script)
    {
        var server = new NpgsqlConnectionStringBuilder(postgres.AdminConnectionString);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PGHOST"] = server.Host!, ["PGPORT"] = server.Port.ToString(CultureInfo.InvariantCulture), ["PGUSER"] = server.Username!, ["PGPASSWORD"] = server.Password!, ["PGDATABASE"] = database,
            ["PATH"] = $"{Binaries.Postgres()}:{Environment.GetEnvironmentVariable("PATH")}", ["HOME"] = folder, ["LC_ALL"] = "C.UTF-8",
        };
        return Shell.RunAsync([.. Privileges.Prefix(Privileges.UserOr("postgres")), "bash", Path.Combine(folder, script[0]), .. script[1..]], environment, Cancellation);
    }
}
