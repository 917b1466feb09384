using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.HandOvers;
using Yibao.Settlement.RoundTrip;
using static Yibao.Settlement.Tests.RoundTrip.Country;

namespace Yibao.Settlement.Tests.RoundTrip;

/// <summary>At midnight Xining gets a node of its own: benefit years and accounts go along, what Qinghai decided before stays answered there.</summary>
public sealed class HandingOver
{
    private static readonly AdminDivision Qinghai = new("630000"), Xining = new("630100");

    private static readonly NodeRegistry Registry = NodeRegistry.Parse(
        """
        code,name,printed,short,tier,parent,order,pool,same_city_as,confidence,note
        100000,国家,国家,国家,nation,,1,no,,A,
        420000,湖北省,湖北省,湖北,province,100000,17,no,,A,
        420100,武汉市,武汉市,武汉,city,420000,1,yes,,A,
        520000,贵州省,贵州省,贵州,province,100000,24,no,,A,
        630000,青海省,青海省,青海,province,100000,29,no,,A,
        630100,西宁市,西宁市,西宁,city,630000,1,yes,,A,
        """,
        """
        since,code,change,note
        2017-01-01T00:00:00+08:00,100000,node_opened,
        2017-01-01T00:00:00+08:00,420000,node_opened,
        2017-01-01T00:00:00+08:00,520000,node_opened,
        2017-01-01T00:00:00+08:00,630000,node_opened,
        2023-03-11T00:00:00+08:00,630100,node_opened,
        """);

    private readonly Country _country = new(Registry, Qinghai, Xining) { Policy = Benefits.TestPolicy.Of(deductible: 900m, ratio: 0.80m, DeductibleKind.Annual) };

    [Fact]
    public async Task The_year_goes_on_at_the_new_host_where_the_former_one_left_it()
    {
        await Credit(Qinghai, 300m);
        await Outpatient("1", 1_000m, useAccount: true);
        AtMidnight();
        await Outpatient("2", 1_000m, useAccount: true);

        // The deductible of 900 was borne before the hand-over, the account is where it was left.
        var (first, second) = (await Figures("s1"), await Figures("s2"));
        first.Of(Fund.Pooled).ShouldBe(Money.Yuan(80));
        second.Of(Fund.Pooled).ShouldBe(Money.Yuan(800));
        first.AccountBalance.ShouldBe(Money.Zero);
        second.Of(Fund.PersonalAccount).ShouldBe(Money.Zero);
        _country.Year(Xining, Xining).Live.ShouldBe([National("s1"), National("s2")]);
        _country.Year(Xining, Xining).Accumulators.Of(Counters.AnnualCap).ShouldBe(Money.Yuan(880));
        // Facts on both sides, signed.
        var given = _country.Year(Qinghai, Xining).HandedOver!;
        given.To.ShouldBe(Xining);
        given.RequestSeal.From.ShouldBe(Xining);
        _country[Xining].Door.Facts(YearStream).Select(stored => stored.Fact).OfType<BenefitTakenOver>().Single().AnswerSeal.From.ShouldBe(Qinghai);
    }

    [Fact]
    public async Task A_trial_at_the_new_host_comes_to_the_figures_of_the_settlement()
    {
        await Outpatient("1", 1_000m);
        AtMidnight();
        await Admit("2", 1_000m);

        var (quote, _) = await _country.Treatment.Desk.PreSettle(Terms("v2"));

        Sealing.Read<SettlementQuote>(quote).Figures.Of(Fund.Pooled).ShouldBe(Money.Yuan(800));
    }

    [Fact]
    public async Task An_id_from_before_that_arrives_after_is_refused_on_the_whole_path_and_a_new_one_goes_to_the_new_host()
    {
        await Admit("1", 1_000m);
        _country.OnRequest = static (_, to, _) =>
        {
            if (to == Qinghai) throw Lost;
        };
        await Should.ThrowAsync<RefusedException>(() => _country.Settle("s1", "v1"));
        _country.OnRequest = static (_, _, _) => { };
        AtMidnight();

        var refused = (await _country.Treatment.Desk.Drive(National("s1"))).Outcome!;

        refused.State.ShouldBe(OutcomeState.Refused);
        refused.Refusal!.Code.ShouldBe("AREA_HANDED_OVER");
        _country.State(Qinghai, HomeSettlement.Stream(National("s1"))).Outcome!.Hash().ShouldBe(refused.Hash());
        _country.State(Nation, RelaySettlement.Stream(National("s1"))).Outcome!.Hash().ShouldBe(refused.Hash());
        _country.Year(Qinghai, Xining).Drawn.ShouldBeEmpty();
        (await _country.Settle("s2", "v1")).State.Outcome!.State.ShouldBe(OutcomeState.Granted);
        _country.Year(Xining, Xining).Live.ShouldBe([National("s2")]);
    }

    [Fact]
    public async Task Handed_over_is_handed_over_even_if_the_former_hosts_clock_is_behind()
    {
        await Admit("1", 1_000m);
        Envelope? late = null;
        _country.OnRequest = (_, to, message) =>
        {
            if (to != Qinghai || message.Kind != SettlementKinds.Intent) return;
            late = message;
            throw Lost;
        };
        await Should.ThrowAsync<RefusedException>(() => _country.Settle("s1", "v1"));
        _country.OnRequest = static (_, _, _) => { };
        AtMidnight();
        await Outpatient("2", 1_000m);
        _country.Time.Now -= TimeSpan.FromMinutes(2);

        var answer = Sealing.Read<SettlementOutcome>(await _country[Nation].Send(Qinghai, late!));

        answer.Refusal!.Code.ShouldBe("AREA_HANDED_OVER");
        _country.Year(Qinghai, Xining).Drawn.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_decided_before_stays_answered_there()
    {
        Envelope? intent = null;
        _country.OnRequest = (_, to, message) => intent ??= to == Qinghai && message.Kind == SettlementKinds.Intent ? message : null;
        await Outpatient("1", 1_000m);
        var granted = (await _country.Find("s1")).State.Outcome!;
        AtMidnight();
        await Outpatient("2", 1_000m);

        Sealing.Read<SettlementOutcome>(await _country[Nation].Send(Qinghai, intent!)).Hash().ShouldBe(granted.Hash());
    }

    [Fact]
    public async Task A_refund_of_a_settlement_from_before_is_restored_at_the_new_host_exactly_once()
    {
        await Credit(Qinghai, 2_000m);
        await Outpatient("1", 1_000m, useAccount: true);
        AtMidnight();
        await Outpatient("2", 1_000m, useAccount: true);
        Envelope? restore = null, reversal = null;
        _country.OnRequest = (_, to, message) =>
        {
            if (to == Xining && message.Kind == SettlementKinds.Restore) restore = message;
            if (to == Qinghai && message.Kind == SettlementKinds.Reversal) reversal = message;
        };

        var refunded = (await _country.Refund("s1", "f1")).State.Outcome!;
        await _country[Qinghai].Send(Xining, restore!);
        var again = await _country[Nation].Send(Qinghai, reversal!);

        Sealing.Read<SettlementOutcome>(again).Hash().ShouldBe(refunded.Hash());
        refunded.State.ShouldBe(OutcomeState.Reversed);
        refunded.Negative!.Figures.Of(Fund.Pooled).ShouldBe(Money.Yuan(-80));
        var year = _country.Year(Xining, Xining);
        year.Live.ShouldBe([National("s2")]);
        year.Accumulators.Of(Counters.AnnualCap).ShouldBe(Money.Yuan(800));
        _country[Xining].Door.Facts(YearStream).Count(stored => stored.Fact is BenefitRestored).ShouldBe(1);
        _country.Year(Qinghai, Xining).Restored.ShouldBeEmpty();
        // 2,000 less what the second drew; the first gave its 920 back.
        Account(Xining).Balance.ShouldBe(Money.Yuan(1_800));
        refunded.Negative.Figures.AccountBalance.ShouldBe(Money.Yuan(1_800));
        Account(Qinghai).ShouldBe(Yibao.Settlement.Benefits.Account.None);
    }

    [Fact]
    public async Task With_the_new_host_away_nothing_is_taken_back_until_the_redrive_finds_it()
    {
        await Outpatient("1", 1_000m);
        AtMidnight();
        await Outpatient("2", 1_000m);
        var away = true;
        _country.OnRequest = (_, to, _) =>
        {
            if (away && to == Xining) throw Lost;
        };
        (await Should.ThrowAsync<RefusedException>(() => _country.Refund("s1", "f1"))).Error.Code.ShouldBe("OUTCOME_UNKNOWN");
        _country.State(Qinghai, HomeSettlement.Stream(National("s1"))).Outcome!.State.ShouldBe(OutcomeState.Granted);
        // The answer is lost, too: the new host has restored, and the former does not know.
        away = false;
        _country.OnAnswer = static (_, from, _) =>
        {
            if (from == Xining) throw Lost;
        };
        await Should.ThrowAsync<RefusedException>(() => _country.Treatment.Desk.Drive(National("s1")));
        _country.Year(Xining, Xining).Restored.Count.ShouldBe(1);
        _country.OnAnswer = static (_, _, _) => { };

        (await _country.Treatment.Desk.Drive(National("s1"))).Outcome!.State.ShouldBe(OutcomeState.Reversed);

        _country[Xining].Door.Facts(YearStream).Count(stored => stored.Fact is BenefitRestored).ShouldBe(1);
    }

    [Fact]
    public async Task The_new_host_knows_what_came_after_and_its_no_is_remembered()
    {
        await _country.Admit("v1", Xining);
        await _country.Settle("s1", "v1");
        AtMidnight();
        await _country.Admit("v2", Xining);
        await _country.Settle("s2", "v2");

        (await _country.Refund("s1", "f1")).Denial!.Refusal.Code.ShouldBe("REFUND_NOT_LAST");
        await _country.Refund("s2", "f2");

        (await _country.Refund("s1", "f1")).Denial!.Refusal.Code.ShouldBe("REFUND_NOT_LAST");
        (await _country.Refund("s1", "f3")).State.Outcome!.State.ShouldBe(OutcomeState.Reversed);
        _country.Year(Xining, Xining).Live.ShouldBeEmpty();
        _country.Year(Xining, Xining).Denied.Keys.ShouldBe([National("f1")]);
    }

    [Fact]
    public async Task A_refund_before_the_year_went_is_restored_where_it_lies_and_goes_along()
    {
        await Outpatient("1", 1_000m);
        AtMidnight();
        await _country.Refund("s1", "f1");
        _country.Year(Qinghai, Xining).Restored.Count.ShouldBe(1);

        await Outpatient("2", 1_000m);

        var year = _country.Year(Xining, Xining);
        year.Live.ShouldBe([National("s2")]);
        year.Restored.Keys.ShouldBe([National("s1")]);
        (await Figures("s2")).Of(Fund.Pooled).ShouldBe(Money.Yuan(80));
    }

    [Fact]
    public async Task The_account_went_with_another_year_and_the_restore_finds_it()
    {
        await Credit(Qinghai, 2_000m);
        _country.Time.Now = new DateTimeOffset(2022, 12, 30, 2, 0, 0, TimeSpan.Zero);
        await Outpatient("1", 1_000m, useAccount: true, day: new DateTimeOffset(2022, 12, 30, 1, 0, 0, TimeSpan.Zero));
        _country.Time.Now = new DateTimeOffset(2023, 3, 10, 17, 0, 0, TimeSpan.Zero);
        await Outpatient("2", 1_000m, useAccount: true);

        (await _country.Refund("s1", "f1")).State.Outcome!.State.ShouldBe(OutcomeState.Reversed);

        _country.Year(Xining, Xining, 2022).Live.ShouldBeEmpty();
        Account(Xining).Balance.ShouldBe(Money.Yuan(2_000 - 920));
    }

    [Fact]
    public async Task Only_the_host_that_the_registry_names_gets_anything_and_not_before_its_time()
    {
        await Outpatient("1", 1_000m);
        var request = new TakeOverRequest(Xining, Person, InsuranceType.Employee, 2023, Registry.Latest.Since);
        var facts = _country.Facts;

        (await Asked(Xining, request)).ShouldBe("AREA_UNREACHABLE");
        AtMidnight();
        (await Asked(Hubei, request)).ShouldBe("WRONG_SIGNER");
        (await Asked(Xining, request with { Since = request.Since.AddDays(1) })).ShouldBe("AREA_UNREACHABLE");

        _country.Facts.ShouldBe(facts);
    }

    [Fact]
    public async Task Nobody_but_the_former_host_restores_anything()
    {
        await Outpatient("1", 1_000m);
        AtMidnight();
        await Outpatient("2", 1_000m);
        var facts = _country.Facts;
        var since = Registry.Latest.Since;
        var request = new RestoreRequest(National("s1"), National("f1"), WayBack.Refund, "11", Xining, Person, InsuranceType.Employee, 2023, since);

        (await Answered(Xining, Made(Hubei, Xining, since, SettlementKinds.Restore, request))).ShouldBe("WRONG_SIGNER");
        (await Answered(Xining, Made(Qinghai, Xining, since, SettlementKinds.Restore, request with { SettlementId = National("s9") }))).ShouldBe("SETTLEMENT_UNKNOWN");

        _country.Facts.ShouldBe(facts);
    }

    [Fact]
    public async Task An_area_that_comes_back_brings_everything_back()
    {
        var registry = Registry.With("since,code,change,note\n2023-03-12T00:00:00+08:00,630100,node_closed,\n");
        var country = new Country(registry, Qinghai, Xining) { Policy = _country.Policy };
        var there = new HandingOver(country);
        await there.Credit(Qinghai, 2_000m);
        await there.Outpatient("1", 1_000m, useAccount: true);
        there.AtMidnight();
        await there.Outpatient("2", 1_000m, useAccount: true);
        country.Time.Now += TimeSpan.FromDays(1);
        await there.Outpatient("3", 1_000m, useAccount: true);

        (await country.Refund("s2", "f2")).State.Outcome!.State.ShouldBe(OutcomeState.Reversed);
        (await country.Refund("s1", "f1")).State.Outcome!.State.ShouldBe(OutcomeState.Reversed);

        var year = country.Year(Qinghai, Xining);
        year.HandedOver.ShouldBeNull();
        year.Live.ShouldBe([National("s3")]);
        there.Account(Qinghai).Balance.ShouldBe(Money.Yuan(1_800));
        there.Account(Xining).ShouldBe(Yibao.Settlement.Benefits.Account.None);
    }

    public HandingOver()
    {
    }

    private HandingOver(Country country) => _country = country;

    private static string YearStream => BenefitYear.Stream(Xining, Person.ToString(), InsuranceType.Employee, 2023).Id;

    private Account Account(AdminDivision node) => _country.State(node, PersonalAccount.Stream(Person.ToString())).Account;

    private void AtMidnight() => _country.Time.Now = new DateTimeOffset(2023, 3, 10, 16, 5, 0, TimeSpan.Zero);

    private Task<string> Admit(string number, decimal yuan, DateTimeOffset? day = null) => _country.Admit("v" + number, Xining, "11", yuan, day);

    private async Task Outpatient(string number, decimal yuan, bool useAccount = false, DateTimeOffset? day = null)
    {
        await Admit(number, yuan, day);
        var answer = await _country.Settle("s" + number, Terms("v" + number, useAccount) with { CareUntil = day ?? Terms().CareUntil });
        answer.State.Outcome!.State.ShouldBe(OutcomeState.Granted, answer.State.Outcome.Refusal?.Code);
    }

    private async Task<Figures> Figures(string id) => (await _country.Find(id)).State.Outcome!.Content!.Figures;

    private async Task Credit(AdminDivision node, decimal yuan)
    {
        var stream = PersonalAccount.Stream(Person.ToString());
        (await _country[node].Door.Execute(new Command(Actor.System(node, "opening"), "opening", [stream], _ => Decision.Accept(stream, new AccountCredited("opening", Money.Yuan(yuan), Money.Zero))))).OrThrow();
    }

    private Task<string> Asked(AdminDivision by, TakeOverRequest request) => Answered(Qinghai, Made(by, Qinghai, request.Since, SettlementKinds.TakeOver, request));

    private Envelope Made<T>(AdminDivision by, AdminDivision to, DateTimeOffset at, string kind, T payload) => new Sealing(_country[by]).Make(to, Guid.NewGuid().ToString("N"), at, kind, payload);

    private async Task<string> Answered(AdminDivision node, Envelope message)
    {
        try
        {
            return (await _country[Nation].Send(node, message)).Kind;
        }
        catch (RefusedException refused)
        {
            return refused.Error.Code;
        }
    }
}
