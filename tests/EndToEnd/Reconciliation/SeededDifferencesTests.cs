using System.Text.Json.Nodes;
using Grpc.Core;
using Yibao.Backing;
using Yibao.Cli.His;
using Yibao.Cli.Reconciling;
using Yibao.Contracts.Settlement.V1;
using Yibao.Hosting.Identity;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.Settlement.RoundTrip;
using static Yibao.Cli.Reconciling.SampleCountry;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.EndToEnd.Tests.Reconciliation;

/// <summary>A day of real settlements, damaged in every way at every side: all found, none invented, what the platform can repair is repaired, the three books are equal.</summary>
public sealed class SeededDifferencesTests
{
    private const string Deleted = "delete from book where settlement_id = $1";
    private const string Sums = "update book set fund_fen = fund_fen + 1, cash_fen = cash_fen - 1 where settlement_id = $1";
    private const string Amount = "update book set total_fen = total_fen + 100, cash_fen = cash_fen + 100, content = jsonb_set(content, '{Figures,Total}', to_jsonb((content #>> '{Figures,Total}')::bigint + 100)), content_hash = decode(repeat('ab', 32), 'hex') where settlement_id = $1";
    private const string Institution = "update book set institution = 'H99999999999', content = jsonb_set(content, '{Institution}', '\"H99999999999\"'), content_hash = decode(repeat('cd', 32), 'hex') where settlement_id = $1";
    private const string Duplicated = """
        insert into book select settlement_id || 'X', role, version, original_id, treatment_area, home_area, down_treatment, down_home, upward, institution, person, insutype,
            business_date, batch, up_batch, total_fen, fund_fen, cash_fen, hospital_fen, funds, content_hash, jsonb_set(content, '{SettlementId}', to_jsonb(settlement_id || 'X')), decided_at, booked_at
        from book where settlement_id = $1
        """;

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_kind_at_every_side_is_found_and_nothing_else_and_the_books_are_equal_after()
    {
        await using var test = await TestCountry.Start(await SharedBacking.GetAsync());
        var country = test.Country;
        var east = await test.Settle(Eastward, Enumerable.Range(1, 16).Select(n => $"E{n:00}"));
        var west = await test.Settle(Westward, Enumerable.Range(1, 6).Select(n => $"W{n:00}"));
        var day = country.Today;
        var his = country.His(country.Bill(Westward, "W01"));
        var expected = new Dictionary<string, string>(StringComparer.Ordinal);

        // Granted at home, unknown on the way back: the hospital was told "unknown".
        country.Stage.Faults.Arm(Nation.Code, FaultPoints.RelayBeforeStore, static () => { });
        (await Should.ThrowAsync<RpcException>(() => country.Settle(Westward, "W90", Ending))).Trailers.ShouldNotBeNull();
        var lost = SettlementIdOf(country.Bill(Westward, "W90"));
        expected[lost] = "MissingAtTreatment";

        // Reversed at home alone; and twice everywhere, of which one side then loses the negative.
        country.Stage.Faults.Arm(Nation.Code, FaultPoints.RelayBeforeStore, static () => { });
        await Should.ThrowAsync<RpcException>(() => Reverse(his, country.Bill(Westward, "W01"), "N01"));
        await Reverse(his, country.Bill(Westward, "W02"), "N02");
        await Reverse(his, country.Bill(Westward, "W03"), "N03");
        string Negative(string id) => $"{country.Bill(Westward, "W01").Institution}:{id}";
        expected[Negative("N01")] = "StatusDiff";

        (await country.Booked([.. east, .. west, Negative("N02"), Negative("N03")], Ending)).ShouldBeTrue();
        (await country.Booked([lost, Negative("N01")], Ending, Hubei)).ShouldBeTrue();
        await test.Damage(Hubei, Deleted, Negative("N02"));
        await test.Damage(Guizhou, Deleted, Negative("N03"));
        (expected[Negative("N02")], expected[Negative("N03")]) = ("MissingAtHome", "MissingAtTreatment");

        // Treatment, relay and home of what went east: deleted, altered three ways, duplicated.
        AdminDivision[] sides = [Hubei, Nation, Guizhou];
        for (var side = 0; side < 3; side++)
        {
            await test.Damage(sides[side], Deleted, east[side]);
            expected[east[side]] = side switch { 0 => "MissingAtTreatment", 1 => "MissingAtRelay", _ => "MissingAtHome" };
            await test.Damage(sides[side], Sums, east[3 + side]);
            expected[east[3 + side]] = "AmountDiff";
            await test.Damage(sides[side], Amount, east[6 + side]);
            expected[east[6 + side]] = "AmountDiff";
            await test.Damage(sides[side], Institution, east[9 + side]);
            expected[east[9 + side]] = "ContentDiff";
            await test.Damage(sides[side], Duplicated, east[12 + side]);
            expected[east[12 + side] + "X"] = "ExtraRecord";
        }

        string[] extra = [.. expected.Where(e => e.Value == "ExtraRecord").Select(e => e.Key)];

        // The morning: the day's job cuts and compares at every node; house and a side are restarted in the middle of it.
        country.Morning(day);
        await test.Restart(Guizhou, "clearing");
        await test.Restart(Nation, "clearing");
        var compared = await test.OpenAre(day, extra);
        foreach (var difference in compared.Differences.Where(d => d["open"]!.GetValue<bool>())) await test.Confirm(difference, "ReverseExtra");
        compared = await test.OpenAre(day, []);

        compared.Differences.Select(d => $"{d["settlement_id"]} {d["kind"]}").Order(StringComparer.Ordinal).ShouldBe(expected.Select(e => $"{e.Key} {e.Value}").Order(StringComparer.Ordinal));
        compared.Agrees.ShouldBeTrue();
        await test.BooksShouldBeEqual(day);
        foreach (var difference in compared.Differences)
        {
            ((string?)difference["resolution"]).ShouldBe(((string)difference["kind"]!) switch
            {
                "ExtraRecord" or "StatusDiff" => "ReverseExtra",
                "AmountDiff" or "ContentDiff" => "Correct",
                _ => "AddMissing",
            }, difference.ToString());
            difference["versions"]!.AsArray().Count.ShouldBe(3);
        }

        // What was completed overnight is the hospital's to hear of.
        (await his.Settlements.ListUndeliveredAsync(new ListUndeliveredRequest { InstitutionCode = country.Bill(Westward, "W90").Institution }, cancellationToken: Ending)).Settlements.Select(s => s.NationalId).ShouldContain(lost);
        (await his.Settlements.GetSettlementAsync(new GetSettlementRequest { InstitutionCode = country.Bill(Westward, "W01").Institution, SettlementId = country.Bill(Westward, "W01").MessageId }, cancellationToken: Ending)).State.ShouldBe(SettlementState.Reversed);

        await AtTheHospital(country, day, west);
    }

    /// <summary>3201/3202: granted here but unknown there, and taken in cash there.</summary>
    private static async Task AtTheHospital(SampleCountry country, DateOnly day, IReadOnlyList<string> west)
    {
        var institution = country.Bill(Westward, "W01").Institution;
        var caller = new TokenOf("his", new AdminDivision("520100"), Role.Institution) { Institution = institution };
        var rows = await country.Rows(Guizhou, "clearing").Query("select settlement_id, total_fen, fund_fen, coalesce(funds[2], 0), original_id is not null from book where role = 0 and institution = $1 and business_date = $2",
            r => (Id: r.GetString(0), Total: r.GetInt64(1), Fund: r.GetInt64(2), Account: r.GetInt64(3), Refund: r.GetBoolean(4)), institution, day);
        Task<JsonObject> Compare(params string[] without) => country.Comparison.Ask(Guizhou, HttpMethod.Post, $"reconciliation/institutions/{institution}/{day:yyyy-MM-dd}", Ending, new
        {
            lines = rows.Where(row => !without.Contains(row.Id) || row.Id == west[5]).Select(row => new
            {
                settlement_id = row.Id, total_fen = row.Total, fund_fen = without.Contains(row.Id) ? 0 : row.Fund, account_fen = row.Account, refund = row.Refund,
            }),
        }, caller);

        var mismatch = await Compare(west[4], west[5]);
        mismatch["result"]!.GetValue<int>().ShouldBe(1);
        mismatch["differences"]!.AsArray().Select(d => $"{d!["settlement_id"]} {d["kind"]}").ShouldBe([$"{west[4]} UnknownAtInstitution", $"{west[5]} PaidInCash"]);
        ((string?)mismatch["due_on"]).ShouldNotBeNullOrEmpty();
        var put = await Compare();
        (put["result"]?.GetValue<int>() ?? 0, (string?)put["status"]).ShouldBe((0, "Fixed"));
    }

    private static string SettlementIdOf(InterfaceRequest bill) => $"{bill.Institution}:{bill.MessageId}";

    private static async Task Reverse(HisClient his, InterfaceRequest bill, string negative)
    {
        var request = new WithdrawRequest { InstitutionCode = bill.Institution, SettlementId = bill.MessageId, NegativeId = negative };
        var reversed = await his.Settlements.ReverseAsync(request, cancellationToken: Ending);
        reversed.State.ShouldBe(SettlementState.Reversed);
    }
}
