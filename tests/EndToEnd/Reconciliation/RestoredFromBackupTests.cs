using Yibao.Backing;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;
using static Yibao.Cli.Reconciling.SampleCountry;

namespace Yibao.EndToEnd.Tests.Reconciliation;

/// <summary>A node comes back from yesterday's backup: what it lost is taken back from the others' signed proofs.</summary>
public sealed class RestoredFromBackupTests
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_node_in_turn_is_made_whole_again()
    {
        await using var test = await TestCountry.Start(await SharedBacking.GetAsync());
        var country = test.Country;
        var days = new List<DateOnly>();
        var first = await test.Settle(Eastward, ["D0E1"]);
        (await country.Booked([.. first], Ending)).ShouldBeTrue();
        days.Add(country.Today);
        country.Morning(days[^1]);
        await test.OpenAre(days[^1], []);

        foreach (var (node, round) in TestCountry.Nodes.Reverse().Select((node, n) => (node, n + 1)))
        {
            await test.Backup(node);
            days.Add(country.Today);
            var east = await test.Settle(Eastward, [$"D{round}E1", $"D{round}E2", $"D{round}E3"]);
            var west = await test.Settle(Westward, [$"D{round}W1", $"D{round}W2"]);
            var his = country.His(country.Bill(Eastward, $"D{round}E3"));
            var reversal = new WithdrawRequest { InstitutionCode = country.Bill(Eastward, $"D{round}E3").Institution, SettlementId = country.Bill(Eastward, $"D{round}E3").MessageId, NegativeId = $"D{round}N" };
            (await his.Settlements.ReverseAsync(reversal, cancellationToken: Ending)).State.ShouldBe(SettlementState.Reversed);
            var negative = $"{reversal.InstitutionCode}:{reversal.NegativeId}";
            (await country.Booked([.. east, .. west, negative], Ending)).ShouldBeTrue();
            var (years, accounts) = (await Years(country), await Accounts(country));

            await test.Restore(node);
            (await country.Book(node).Find([.. east, .. west], Ending)).ShouldBeEmpty($"{node} knows nothing of the day");
            country.Morning(days[^1]);

            // Where the node was treatment a person confirms; everything else the platform takes back alone.
            string[] rebuilt = node == Hubei ? [.. east, negative] : node == Guizhou ? [.. west] : [];
            var compared = await test.OpenAre(days[^1], rebuilt);
            foreach (var difference in compared.Differences.Where(d => d["open"]!.GetValue<bool>()))
            {
                ((string?)difference["work"]).ShouldBe("RebuildAtTreatment");
                await test.Confirm(difference, "AddMissing");
            }

            compared = await test.OpenAre(days[^1], []);
            compared.Differences.Select(d => (string)d["settlement_id"]!).Order(StringComparer.Ordinal).ShouldBe(east.Concat(west).Append(negative).Order(StringComparer.Ordinal), $"all that {node} lost, and nothing else");
            compared.Agrees.ShouldBeTrue();
            await test.BooksShouldBeEqual([.. days]);
            (await Years(country)).ShouldBe(years, "the benefit years are as they were, to the fen");
            (await Accounts(country)).ShouldBe(accounts);
            (await his.Settlements.GetSettlementAsync(new GetSettlementRequest { InstitutionCode = reversal.InstitutionCode, SettlementId = reversal.SettlementId }, cancellationToken: Ending)).State.ShouldBe(SettlementState.Reversed);

            // The hospital repeats what it had settled: answered from what was taken back, without a second effect.
            var again = await his.Settle(country.Bill(Eastward, $"D{round}E1"), null, Ending);
            (again.NationalId, again.State).ShouldBe((east[0], SettlementState.Granted));
            (await Years(country)).ShouldBe(years);
        }
    }

    /// <summary>Every benefit year at every node, as its sums say.</summary>
    private static async Task<IReadOnlyList<string>> Years(Cli.Reconciling.SampleCountry country)
    {
        var lines = new List<string>();
        foreach (var node in TestCountry.Nodes)
        {
            foreach (var name in await country.Rows(node, "settlement").Query("select distinct stream_id from mt_events where stream_id like 'benefit-year/%' order by 1", r => r.GetString(0)))
            {
                var year = (await country.Stage.Facts(node.Code, "settlement", name)).Select(stored => stored.Fact).Aggregate(BenefitYear.Empty, static (state, fact) => state.Evolve(fact));
                lines.Add($"{node} {name}: {year.Accumulators.Admissions} {string.Join(' ', year.Accumulators.Sums.Select(sum => $"{sum.Key}={sum.Value}"))} of {string.Join(' ', year.Live.Order(StringComparer.Ordinal))}");
            }
        }

        return lines;
    }

    private static async Task<IReadOnlyList<string>> Accounts(Cli.Reconciling.SampleCountry country)
    {
        var lines = new List<string>();
        foreach (var node in TestCountry.Nodes)
        {
            foreach (var name in await country.Rows(node, "settlement").Query("select distinct stream_id from mt_events where stream_id like 'account/%' order by 1", r => r.GetString(0)))
            {
                var account = (await country.Stage.Facts(node.Code, "settlement", name)).Select(stored => stored.Fact).Aggregate(PersonalAccount.Empty, static (state, fact) => state.Evolve(fact));
                lines.Add($"{node} {name}: {account.Account}");
            }
        }

        return lines;
    }
}
