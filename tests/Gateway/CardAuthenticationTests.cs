using System.Text.Json.Nodes;
using Yibao.SampleHis;
using Yibao.Settlement.Identify;

namespace Yibao.Gateway.Tests;

/// <summary>跨省用卡鉴权: a hospital of Guiyang is shown a card of Beijing; Beijing's node says whose it is, in time or not at all.</summary>
public sealed class CardAuthenticationTests(SampleNodes nodes)
{
    private static readonly Patient Bearer = Shown(SampleNodes.BeijingCard);
    private readonly Counter _counter = new(nodes.His(SampleNodes.Guiyang), Bearer);

    [Fact, Covers("SEC-009")]
    public async Task A_card_of_110000_presented_in_520100_is_authenticated_by_the_node_of_110000()
    {
        var known = nodes.Hops.Taken.Count;

        var answer = await _counter.Done("1101", _counter.PersonQuery());

        answer["insuinfo"]![0]!["insuplc_admdvs"]!.GetValue<string>().ShouldBe("110000");
        var person = answer["baseinfo"]!["psn_no"]!.GetValue<string>();
        var asked = nodes.Hops.Taken.Skip(known).Where(hop => hop.Kind == Identification.Question && hop.Target == SampleNodes.Beijing).ToList();
        asked.Select(hop => (hop.From.Code, hop.To.Code)).ShouldBe([("520000", "100000"), ("100000", "110000")]);
        asked.Select(hop => hop.Id).Distinct().ShouldHaveSingleItem();

        // The same card opens the visit; it is asked for anew, as it may have been reported lost since.
        (await _counter.Done("2201", Visit(person)))["data"]!["psn_no"]!.GetValue<string>().ShouldBe(person);
    }

    [Fact]
    public async Task A_card_that_its_home_place_does_not_know_has_failed_the_authentication()
    {
        var stranger = new Counter(nodes.His(SampleNodes.Guiyang), Shown("BJ-OF-NOBODY"));

        var error = (await stranger.Call("1101", stranger.PersonQuery())).Error;

        error.ShouldStartWith("[CARD_AUTH_FAILED]社会保障卡跨省鉴权未通过");
        error.ShouldNotContain("BJ-OF-NOBODY");
        nodes.Log.Where(line => line.Contains("BJ-OF-NOBODY", StringComparison.Ordinal)).ShouldBeEmpty();
        (await stranger.Call("2201", Visit(await _counter.Person(), "BJ-OF-NOBODY"))).Error.ShouldStartWith("[CARD_AUTH_FAILED]");
    }

    [Fact]
    public async Task A_card_with_another_persons_name_is_refused_without_saying_which_is_wrong()
    {
        var mixed = new Counter(nodes.His(SampleNodes.Guiyang), Bearer with { Name = "样例甲" });

        (await mixed.Call("1101", mixed.PersonQuery())).Error.ShouldStartWith("[CREDENTIAL_PERSON_DIFFERS]");
    }

    [Theory]
    [InlineData("529901", "AREA_NOT_CONNECTED")]
    [InlineData("999999", "AREA_UNKNOWN")]
    public async Task An_area_that_is_not_connected_or_not_known_is_not_asked(string home, string code)
    {
        var known = nodes.Hops.Taken.Count(hop => hop.Target.Code == home);

        (await _counter.Call("1101", _counter.PersonQuery(), home: home)).Error.ShouldStartWith($"[{code}]");

        nodes.Hops.Taken.Count(hop => hop.Target.Code == home).ShouldBe(known);
    }

    [Theory]
    [InlineData("settlement")]
    [InlineData("filing")]
    public async Task A_home_node_that_is_away_is_said_to_be_and_answers_the_same_message_once_it_is_back(string service)
    {
        var (message, id) = (_counter.PersonQuery(), _counter.His.NextMessageId());
        var away = nodes.Platform[SampleNodes.Beijing, service];
        await away.StopAsync(Counter.Cancel);
        try
        {
            (await _counter.Call("1101", message, id)).Error.ShouldStartWith("[HOME_NO_ANSWER]参保地 110000 未在时限内应答");
        }
        finally
        {
            await away.StartAsync(Counter.Cancel);
        }

        var back = await Counter.Eventually(() => _counter.Call("1101", message, id), reply => reply.Succeeded);
        back.Succeeded.ShouldBeTrue(back.Error);
    }

    [Fact]
    public async Task A_home_node_that_takes_the_question_and_never_answers_does_not_hold_the_counter()
    {
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        nodes.Hops.Hold(hop => hop.From.Code == "100000" && hop.To == SampleNodes.Beijing ? released.Task : Task.CompletedTask);
        try
        {
            var reply = await _counter.Call("1101", _counter.PersonQuery()).WaitAsync(TimeSpan.FromMinutes(2), Counter.Cancel);

            reply.Error.ShouldStartWith("[HOME_NO_ANSWER]");
            // Neither outcome nor reversal: nothing was stored that could be reversed.
            reply.Error.ShouldNotContain("冲正");
        }
        finally
        {
            nodes.Hops.Hold(null);
            released.SetResult();
        }
    }

    private static Patient Shown(string card) => new("110000", "310", "01", SampleNodes.BeijingEmployee.Id.Reveal(), SampleNodes.BeijingEmployee.Name, "11") { CredentialType = "03", Credential = card };

    private JsonObject Visit(string person, string card = SampleNodes.BeijingCard)
    {
        var message = _counter.Registration(person, Counter.Number());
        (message["data"]!["mdtrt_cert_type"], message["data"]!["mdtrt_cert_no"]) = ("03", card);
        return message;
    }
}
