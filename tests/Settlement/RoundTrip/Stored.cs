using System.Text.Json;
using System.Text.Json.Serialization;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.RoundTrip;
using static Yibao.Settlement.Tests.RoundTrip.Country;

namespace Yibao.Settlement.Tests.RoundTrip;

/// <summary>What is stored comes back as it was: the same states, the same hashes, the same signed bytes.</summary>
public sealed class Stored
{
    private static readonly JsonSerializerOptions Store = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Converters = { new JsonStringEnumConverter() } };

    [Fact]
    public async Task Every_fact_survives_the_store()
    {
        var country = new Country();
        await country.Admit("v1");
        await country.Admit("v2");
        await country.Admit("v3", careType: "11", only: 80m);
        await country.Settle("s1", "v1");
        await country.Settle("s2", "v2");
        await country.Settle("s2b", "v2");
        await country.Refund("s1", "f1");
        await country.Refund("s2", "f2");
        country.Ineligible = static _ => Kernel.Errors.FilingErrors.InsuredNotActive;
        await country.Settle("s3", "v3");
        await country.Reverse("never", "r9");

        foreach (var node in (AdminNode[])[new(Hubei), new(Nation), new(Guizhou)])
        {
            foreach (var stream in country[node.Code].Door.Streams())
            {
                foreach (var stored in country[node.Code].Door.Facts(stream))
                {
                    var json = JsonSerializer.Serialize(stored.Fact, stored.Fact.GetType(), Store);
                    var back = (IFact)JsonSerializer.Deserialize(json, stored.Fact.GetType(), Store)!;
                    JsonSerializer.Serialize(back, back.GetType(), Store).ShouldBe(json);
                    if (OutcomeOf(stored.Fact) is { } outcome) OutcomeOf(back)!.Hash().ShouldBe(outcome.Hash());
                }
            }
        }

        static SettlementOutcome? OutcomeOf(IFact fact) => fact switch
        {
            SettlementGranted granted => granted.Outcome,
            SettlementReversed reversed => reversed.Outcome,
            OutcomeReceived received => received.Outcome,
            OutcomeRelayed relayed => relayed.Outcome,
            _ => null,
        };
    }

    /// <summary>An auditor decides again from what is recorded: standing, case, request and the year as it stood; a later history changes nothing.</summary>
    [Fact]
    public async Task Recorded_settlements_adjudicated_again_give_the_same_fen()
    {
        var country = new Country();
        for (var i = 1; i <= 4; i++)
        {
            await country.Admit($"v{i}", careType: i % 2 == 0 ? "11" : "21", only: 1_000.37m * i);
            await country.Settle($"s{i}", $"v{i}");
        }

        await country.Refund("s2", "f2");
        await country.Settle("s5", "v2");
        var home = country[Guizhou].Door;
        var moved = home.Facts(BenefitYear.Stream(Guiyang, Person.ToString(), InsuranceType.Employee, 2023).Id).Select(stored => stored.Fact).ToList();
        var again = 0;
        foreach (var stream in home.Streams().Where(stream => stream.EndsWith("/home", StringComparison.Ordinal)))
        {
            foreach (var granted in home.Facts(stream).Select(stored => stored.Fact).OfType<SettlementGranted>())
            {
                var back = JsonSerializer.Deserialize<SettlementGranted>(JsonSerializer.Serialize(granted, Store), Store)!;
                var content = back.Outcome.Content!;
                var year = moved.Take((int)content.AccumulatorsVersion).Aggregate(BenefitYear.Empty, static (state, fact) => state.Evolve(fact));
                var breakdown = BenefitEngine.Adjudicate(country.Policy, back.Standing, year.Accumulators, Account.None, back.Request.Split, back.Case);
                breakdown.Figures.ShouldBe(content.Figures);
                breakdown.PolicyVersion.ShouldBe(content.PolicyVersion);
                breakdown.Explained.ShouldBe(back.Outcome.Explanation);
                moved.OfType<BenefitDrawn>().Single(drawn => drawn.SettlementId == content.SettlementId).Contribution.ShouldBe(breakdown.Draws);
                again++;
            }
        }

        again.ShouldBe(5);
    }

    [Fact]
    public async Task The_answer_is_the_same_bytes_whether_it_was_signed_just_now_or_is_made_again_from_what_is_stored()
    {
        var country = new Country();
        List<Contracts.Nodes.Envelope> answers = [];
        country.OnAnswer = (from, to, answer) =>
        {
            if ((from == Guizhou || to == Guizhou) && answer.Kind == SettlementKinds.Outcome) answers.Add(answer);
        };
        await country.Admit();
        await country.Settle();
        var granted = (SettlementGranted)country[Guizhou].Door.Facts(HomeSettlement.Stream(National("s1")).Id)[0].Fact;
        var back = JsonSerializer.Deserialize<SettlementGranted>(JsonSerializer.Serialize(granted, Store), Store)!;
        var again = Sealing.Restore(back.OutcomeSeal, SettlementKinds.Outcome, back.Outcome);
        var first = answers.ShouldHaveSingleItem();
        first.Payload.ToArray().ShouldBe(again.Payload.ToArray());
        first.Signature.ToArray().ShouldBe(again.Signature.ToArray());
        (first.From, first.To, first.Id, first.Instant, first.KeyId).ShouldBe((again.From, again.To, again.Id, again.Instant, again.KeyId));
        first.Path.ShouldBe(again.Path);
    }

    [Fact]
    public async Task What_was_signed_is_made_again_from_what_is_stored()
    {
        var country = new Country();
        Contracts.Nodes.Envelope? sent = null;
        country.OnRequest = (_, to, message) => sent = to == Nation ? message : sent;
        await country.Admit();
        await country.Settle();

        var intended = (SettlementIntended)country.Treatment.Door.Facts(TreatmentSettlement.Stream(National("s1")).Id)[0].Fact;
        var back = JsonSerializer.Deserialize<SettlementIntended>(JsonSerializer.Serialize(intended, Store), Store)!;
        var again = Sealing.Restore(back.IntentSeal, SettlementKinds.Intent, back.Request);

        again.Payload.ToArray().ShouldBe(sent!.Payload.ToArray());
        (again.From, again.To, again.Id, again.Instant, again.KeyId).ShouldBe((sent.From, sent.To, sent.Id, sent.Instant, sent.KeyId));
        back.Request.Hash().ShouldBe(intended.RequestHash);
    }

    /// <summary>The canonical form is permanent: a hash that changes here would break every stored comparison.</summary>
    [Fact]
    public void The_content_hash_of_a_known_settlement_never_changes()
    {
        var content = new SettlementContent("H42010000001:1", null, "H42010000001:v", Wuhan, Guiyang, Hospital, Person, InsuranceType.Employee, "21",
            new DateOnly(2023, 3, 10), new DateTimeOffset(2023, 3, 10, 7, 0, 0, TimeSpan.Zero),
            new SplitTotals(Money.Yuan(20_000), Money.Yuan(16_000), Money.Yuan(1_200), Money.Yuan(300), Money.Yuan(2_500)),
            new Figures(Money.Yuan(20_000), [new FundAmount(Fund.Pooled, "统筹基金", Money.Yuan(12_080)), new FundAmount(Fund.Other, "其他", Money.Zero)], Money.Yuan(7_920), Money.Zero, Money.Zero),
            new string('0', 64), "policy", 3);

        content.Hash().ShouldBe(Known);
        // Names and zero funds mean nothing; a fen, a date, a person do.
        (content with { Figures = content.Figures with { Funds = [new FundAmount(Fund.Pooled, "居民基金", Money.Yuan(12_080))] } }).Hash().ShouldBe(Known);
        (content with { BusinessDate = new DateOnly(2023, 3, 11) }).Hash().ShouldNotBe(Known);
        (content with { OriginalId = "" }).Hash().ShouldNotBe(Known);
        (content with { Figures = content.Figures with { Cash = Money.Yuan(7_920.01m) } }).Hash().ShouldNotBe(Known);
        (content with { VisitId = "H42010000001:", Institution = "v" + Hospital }).Hash().ShouldNotBe(Known);
    }

    private const string Known = "8bdec0e7e129b0373bae3388ea551a01f80252eae22b0dc3151aacfcd2b3c637";

    private sealed record AdminNode(Kernel.Places.AdminDivision Code);
}
