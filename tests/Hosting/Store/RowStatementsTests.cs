using CsCheck;
using Yibao.Backing;
using Yibao.Hosting.Store;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Tests.Store;

/// <summary>Rows of many commands in few statements, none before its turn.</summary>
public sealed class RowStatementsTests
{
    [Fact]
    public void Rows_of_one_statement_go_together()
    {
        var rows = new RowStatements();
        foreach (var id in new[] { "b", "a", "c" })
        {
            rows.Add(new RowCommand("put", id, new Money(7)) { Row = id });
            rows.Add(new RowCommand("note", id) { Row = id });
        }

        var commands = rows.Commands().ToList();
        commands.Select(command => command.CommandText).ShouldBe(["put", "note"]);
        commands[0].Parameters[0].Value.ShouldBe(new[] { "a", "b", "c" });
        commands[0].Parameters[1].Value.ShouldBe(new long[] { 7, 7, 7 });
    }

    [Fact]
    public void A_column_may_have_gaps_or_nothing_at_all()
    {
        var rows = new RowStatements();
        rows.Add(new RowCommand("put", "a", new DateOnly(2023, 1, 2), null) { Row = "a" });
        rows.Add(new RowCommand("put", "b", null, null) { Row = "b" });
        var command = rows.Commands().ShouldHaveSingleItem();
        command.Parameters[1].Value.ShouldBe(new DateOnly?[] { new DateOnly(2023, 1, 2), null });
        command.Parameters[2].Value.ShouldBe(new string?[] { null, null });
    }

    [Fact]
    public void Whatever_is_asked_for_each_row_keeps_its_order() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 4]).Array[0, 40].Sample(steps =>
        {
            var rows = new RowStatements();
            for (var i = 0; i < steps.Length; i++)
            {
                var (statement, row) = steps[i];
                // Row 0 says nothing of its row.
                rows.Add(new RowCommand($"s{statement}", $"{i:000}") { Row = row == 0 ? null : $"r{row}" });
            }

            var sent = rows.Commands().Select(command => command.Parameters[0].Value switch
            {
                string alone => [Number(alone)],
                string[] many => many.Select(Number).ToArray(),
                var other => throw new InvalidOperationException($"{other}"),
            }).ToList();
            sent.SelectMany(numbers => numbers).Order().ShouldBe(Enumerable.Range(0, steps.Length));
            var placeOf = sent.SelectMany((numbers, place) => numbers.Select(number => (number, place))).ToDictionary(at => at.number, at => at.place);
            for (var later = 0; later < steps.Length; later++)
                for (var earlier = 0; earlier < later; earlier++)
                    if (steps[earlier].Item2 == steps[later].Item2 || steps[earlier].Item2 == 0 || steps[later].Item2 == 0)
                        placeOf[earlier].ShouldBeLessThan(placeOf[later]);
        });

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task The_store_holds_what_one_by_one_would_have_left()
    {
        await using var host = await TillHost.Start(TillHost.Settings((await SharedBacking.NewSpaceAsync()).Database), service =>
        {
            service.Table("create table if not exists full_tills (till text primary key, slip text not null, fen bigint not null, note text)");
            service.Row<CashPut>((fact, context) => new RowCommand(
                "insert into full_tills select * from unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) on conflict (till) do update set slip = excluded.slip, fen = full_tills.fen + excluded.fen",
                context.Stream, fact.Slip, fact.Amount, null) { Row = context.Stream });
            service.Row<CashTaken>((_, context) => new RowCommand("delete from full_tills where till = any ($1)", context.Stream) { Row = context.Stream });
        });

        // One command, one transaction: put, put, taken, put on the first; the others only once.
        var keys = Enumerable.Range(0, 5).Select(i => Till.Key($"t{i}")).ToList();
        (await host.Door.Execute(new Command(Actor.System(TillHost.Node, "t"), "c", [.. keys], _ => Decision.Accept(
        [
            new Append(keys[0], [new CashPut("s1", new Money(5)), new CashPut("s2", new Money(6)), new CashTaken("s3", new Money(11)), new CashPut("s4", new Money(4))]),
            .. keys.Skip(1).Select(key => new Append(key, [new CashPut("s1", new Money(9))])),
        ])))).OrThrow();
        (await host.Rows.Query("select till, slip, fen from full_tills order by till", row => $"{row.GetString(0)} {row.GetString(1)} {row.GetInt64(2)}"))
            .ShouldBe(["till/t0 s4 4", "till/t1 s1 9", "till/t2 s1 9", "till/t3 s1 9", "till/t4 s1 9"]);

        // A crowd, with one among it that the table refuses: it alone fails.
        await host.Rows.Execute("alter table full_tills add constraint not_thirteen check (fen <> 13)");
        var answers = await Task.WhenAll(Enumerable.Range(10, 20).Select(async i =>
        {
            try
            {
                return (await host.Door.Execute(TillHost.Put($"t{i}", "s", i))).Decision is Decision.Accepted;
            }
            catch (Npgsql.PostgresException refused) when (refused.ConstraintName == "not_thirteen")
            {
                return false;
            }
        }));
        answers.Count(stored => !stored).ShouldBe(1);
        (await host.Rows.Query("select count(*), sum(fen) from full_tills where till >= 'till/t1' and fen >= 10", row => (row.GetInt64(0), row.GetDecimal(1)))).ShouldBe([(19L, Enumerable.Range(10, 20).Sum() - 13m)]);
    }
}
