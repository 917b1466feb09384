using CsCheck;
using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Kernel;
using Yibao.Kernel.Places;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.Paths;
using Yibao.Settlement.Rate;
using Yibao.Settlement.RoundTrip;
using static Yibao.Settlement.Tests.After.Land;
using FeeLine = Yibao.Settlement.FeeSplit.FeeLine;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.Settlement.Tests.After;

/// <summary>What follows from settlements as sums: receivables of institutions, the direct settlement rate.</summary>
[Collection(nameof(Land))]
public sealed class SumsAfterwards(Land land)
{
    private const string Shiyan = "420300", Ezhou = "420700";

    [Fact, Covers("SET-002")]
    public async Task The_patient_pays_his_share_and_the_institution_is_owed_the_rest_by_the_treatment_agency()
    {
        // Total 20,000.00, fund 12,080.00.
        List<FeeLine> lines = [.. Lines(3, 16_000m), new FeeLine("s", "S", null, 4_000m, 1m, Money.Yuan(4_000), new DateOnly(2023, 3, 5))];
        var visit = await land.Admit(Shiyan, Guiyang, Person(), lines);
        var settled = await land.His(Shiyan).SettleAsync(land.Settle(Shiyan, visit));

        (settled.Figures.TotalFen, settled.Figures.CashFen).ShouldBe((20_000_00, 7_920_00));
        var request = new ReceivableRequest { InstitutionCode = Hospital(Shiyan), From = "2023-03-10", Until = "2023-03-10", Limit = 10 };
        await Until(async () => (await land.Sums(Shiyan).GetReceivableAsync(request)).Count == 1, "nothing is receivable");
        var owed = await land.Sums(Shiyan, Role.Institution).GetReceivableAsync(request);
        (owed.ReceivableFen, owed.CashFen, owed.TotalFen, owed.HospitalBorneFen).ShouldBe((12_080_00, 7_920_00, 20_000_00, 0));
        owed.Lines.Single().NationalId.ShouldBe(settled.NationalId);

        // A refund is a line of its own; together they sum to nothing.
        await land.His(Shiyan).RefundAsync(new WithdrawRequest { InstitutionCode = Hospital(Shiyan), SettlementId = "s-" + visit, NegativeId = "r-" + visit });
        await Until(async () => (await land.Sums(Shiyan).GetReceivableAsync(request)).Count == 2, "the refund is missing");
        var after = await land.Sums(Shiyan, Role.Institution).GetReceivableAsync(request);
        (after.ReceivableFen, after.CashFen, after.TotalFen).ShouldBe((0, 0, 0));
        after.Lines.Single(line => line.OriginalId == settled.NationalId).ReceivableFen.ShouldBe(-12_080_00);

        // Asked again it is no second one; another institution and another city see nothing of it.
        (await land.His(Shiyan).SettleAsync(land.Settle(Shiyan, visit))).NationalId.ShouldBe(settled.NationalId);
        (await land.Sums(Shiyan).GetReceivableAsync(request)).Count.ShouldBe(2);
        (await Refusals.CodeOf(land.Sums(Wuhan, Role.Institution).GetReceivableAsync(request))).ShouldBe("OUT_OF_REGION");
        (await land.Sums(Wuhan).GetReceivableAsync(request)).Count.ShouldBe(0);
        (await Refusals.CodeOf(land.Sums(Shiyan).GetReceivableAsync(new ReceivableRequest { InstitutionCode = Hospital(Shiyan), From = "2023-03-10", Until = "2023-03-09" }))).ShouldBe("FIELD_INVALID");
    }

    [Fact, Covers("SET-030")]
    public async Task Of_ten_thousand_discharges_seven_thousand_three_hundred_directly_meet_the_goal()
    {
        var (discharges, home) = (land.Get<CrossDischarges>(Hubei), new AdminDivision(Ezhou));
        var direct = Enumerable.Range(0, 7_300).Select(i => Content($"H11000000001:d{i}", home, new DateOnly(2023, 2, 1 + i % 28))).ToList();
        await Stored(PartyRole.Home, direct);
        // A province relays some that it was home of, and adopts what it had lost: each counts once.
        await Stored(PartyRole.Relay, direct);
        await Parallel.ForEachAsync(Enumerable.Range(0, 2_700), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => await discharges.Take(Told(new ManualTold($"undirect:H11000000001:m{i}/manual-1", home, new DateOnly(2023, 2, 1 + i % 28), true))));

        var rate = await land.Sums("420000", Role.ProvinceOperator).GetDirectRateAsync(new DirectRateRequest { HomeArea = Ezhou, FromMonth = "2023-02", UntilMonth = "2023-02" });

        (rate.Direct, rate.Manual, rate.Ratio, rate.Target, rate.TargetBy, rate.Met).ShouldBe((7_300, 2_700, "0.7300", "0.7000", "2025-12-31", true));
        // What is taken back no longer counts, whichever side it was; local, intra-province and outpatient care never did.
        var original = direct[0];
        await Stored(PartyRole.Home, [original.Negate("H11000000001:n0", new DateOnly(2023, 3, 5), original.Instant, Money.Zero)]);
        await Stored(PartyRole.Home, [original]);
        await discharges.Take(Told(new ManualTold("undirect:H11000000001:m0/manual-1", home, new DateOnly(2023, 2, 1), false)));
        await Stored(PartyRole.Home, [Content("H42010000001:i", home, new DateOnly(2023, 2, 1)) with { TreatmentArea = new(Wuhan) }, Content("H11000000001:o", home, new DateOnly(2023, 2, 1)) with { CareType = "11" }]);
        await Stored(PartyRole.Treatment, [Content("H42070000001:t", new(Guiyang), new DateOnly(2023, 2, 1)) with { TreatmentArea = home }]);
        var after = await land.Sums(Ezhou).GetDirectRateAsync(new DirectRateRequest { HomeArea = Ezhou, FromMonth = "2023-02", UntilMonth = "2023-02" });
        (after.Direct, after.Manual).ShouldBe((7_299, 2_699));

        (await land.Sums(Ezhou).GetDirectRateAsync(new DirectRateRequest { HomeArea = Ezhou, FromMonth = "2019-02", UntilMonth = "2019-02" })).ShouldSatisfyAllConditions(none => none.Ratio.ShouldBeEmpty(), none => none.HasMet.ShouldBeFalse());
        (await Refusals.CodeOf(land.Sums(Yichang).GetDirectRateAsync(new DirectRateRequest { HomeArea = Ezhou, FromMonth = "2023-02", UntilMonth = "2023-02" }))).ShouldBe("OUT_OF_REGION");
    }

    [Fact]
    public void The_rate_is_a_share_and_the_goal_is_compared_exactly()
    {
        var target = new DirectRateTarget(0.70m, new DateOnly(2025, 12, 31));
        Gen.Select(Gen.Long[0, 10_000_000], Gen.Long[0, 10_000_000]).Sample((direct, manual) =>
        {
            var rate = new DirectRate(direct, manual);
            if (rate.All == 0) rate.Ratio.ShouldBeNull();
            else rate.Ratio!.Value.ShouldBeInRange(0m, 1m);
            rate.Meets(target).ShouldBe(rate.All == 0 ? null : 10 * direct >= 7 * (direct + manual));
            rate.Meets(null).ShouldBeNull();
        });
        // Printed as 70.00 %, and not reached.
        new DirectRate(69_996, 30_004).ShouldSatisfyAllConditions(rate => rate.Ratio.ShouldBe(0.7000m), rate => rate.Meets(target).ShouldBe(false));
    }

    [Fact]
    public async Task An_insurance_that_is_none_of_the_two_is_refused_at_the_door()
    {
        var request = new RegisterVisitRequest
        {
            InstitutionCode = Hospital(Wuhan), VisitId = "maternity", CareType = "21", CareFrom = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(On("2023-03-01 08:00")),
            HomeArea = Guiyang, InsuranceType = "510", CredentialType = "01", CredentialValue = "x", InpatientType = 1,
        };

        (await Refusals.CodeOf(land.His(Wuhan).RegisterVisitAsync(request))).ShouldBe("INSURANCE_TYPE_UNSUPPORTED");
    }

    /// <summary>The rows that go with settlements of these contents.</summary>
    private Task Stored(PartyRole role, IEnumerable<SettlementContent> contents)
    {
        var (registry, rows) = (land.Get<NodeRegistry>(Hubei), land.Get<IRows>(Hubei));
        return Parallel.ForEachAsync(contents, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (content, _) =>
        {
            if (CrossDischarges.Row(registry, Hubei, role, content) is { } row) await rows.Execute(row.Sql, [.. row.Arguments.Select(Alone)]);
        });

        // The statement is written for many rows: here each goes by itself.
        static object? Alone(object? argument) => argument switch
        {
            AdminDivision area => new[] { area.Code },
            string text => new[] { text },
            DateOnly date => new[] { date },
            bool flag => new[] { flag },
            _ => throw new InvalidOperationException($"{argument}"),
        };
    }

    private static SettlementContent Content(string id, AdminDivision home, DateOnly day) => new(
        id, null, id + "v", new(Beijing), home, "H11000000001", PersonKey.Create(), InsuranceType.Employee, "21", day, On("2023-02-28 08:00"),
        new SplitTotals(Money.Yuan(100), Money.Yuan(100), Money.Zero, Money.Zero, Money.Zero), new Contracts.Settlements.Figures(Money.Yuan(100), [new Contracts.Settlements.FundAmount(Fund.Pooled, "统筹", Money.Yuan(80))], Money.Yuan(20), Money.Zero, Money.Zero), "h", "p", 0);

    private Envelope Told(ManualTold told) =>
        land.Get<Sealing>(Hubei).Make(Hubei, $"{told.PaymentId}/{told.Standing}", land.Time.Now, DetailsKinds.Manual, told);
}
