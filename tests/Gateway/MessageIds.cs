using Microsoft.Extensions.DependencyInjection;
using Yibao.Hosting;
using Yibao.Kernel.Places;
using Yibao.Settlement.Visits;

namespace Yibao.Gateway.Tests;

/// <summary>msgid is the idempotency key: the same message twice has one effect and one answer; another message under it is refused.</summary>
public sealed class MessageIds(SampleNodes nodes)
{
    private readonly Counter _counter = new(nodes.His(), SampleNodes.XiningRetiree);

    [Fact]
    public async Task The_same_message_eight_times_at_once_has_one_effect_and_one_answer()
    {
        var person = await _counter.Person();
        var (id, number) = (_counter.His.NextMessageId(), Counter.Number());
        var registration = _counter.Registration(person, number);

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _counter.Call("2201", registration, id)));

        replies.ShouldAllBe(reply => reply.Succeeded);
        replies.Select(reply => reply.Body!["inf_refmsgid"]!.GetValue<string>()).Distinct().Count().ShouldBe(1);
        replies.Select(reply => reply.Output.ToJsonString()).Distinct().Count().ShouldBe(1);
        (await Facts($"visit/{SampleNodes.Wuhan}:{number}")).Count(stored => stored.Fact is VisitRegistered).ShouldBe(1);
    }

    [Fact]
    public async Task Another_message_or_transaction_under_a_used_id_is_refused()
    {
        var person = await _counter.Person();
        var id = _counter.His.NextMessageId();
        await _counter.Done("2201", _counter.Registration(person, Counter.Number()), id);

        (await _counter.Call("2201", _counter.Registration(person, Counter.Number()), id)).Error.ShouldStartWith("[MESSAGE_ID_REUSED]");
        (await _counter.Call("1101", _counter.PersonQuery(), id)).Error.ShouldStartWith("[MESSAGE_ID_REUSED]");
    }

    [Fact]
    public async Task What_was_refused_and_had_no_effect_may_be_corrected_under_the_same_id()
    {
        var (person, visit) = await _counter.Ready();
        var id = _counter.His.NextMessageId();

        (await _counter.Call("2207", _counter.Settlement(person, visit, 1m), id)).Error.ShouldStartWith("[TOTAL_MISMATCH]");

        (await _counter.Done("2207", _counter.Settlement(person, visit, 366.39m), id))["setlinfo"]!["setl_id"]!.GetValue<string>().ShouldBe(id);
    }

    [Fact]
    public async Task A_refunded_settlement_is_not_answered_as_if_it_still_stood()
    {
        var (person, visit) = await _counter.Ready();
        var id = _counter.His.NextMessageId();
        var message = _counter.Settlement(person, visit, 366.39m);
        await _counter.Done("2207", message, id);
        var refund = await _counter.Done("2208", Counter.Data(("setl_id", id), ("mdtrt_id", visit), ("psn_no", person)));

        refund["setlinfo"]!["medfee_sumamt"]!.ToJsonString().ShouldBe("-366.39");
        (await _counter.Call("2207", message, id)).Error.ShouldStartWith("[MESSAGE_REVERSED]");
        (await _counter.Call("2208", Counter.Data(("setl_id", id), ("mdtrt_id", visit), ("psn_no", person)))).Error.ShouldStartWith("[SETTLEMENT_ALREADY_REVERSED]");
    }

    [Fact]
    public async Task The_same_bill_under_a_new_id_is_answered_with_the_first_settlement()
    {
        var (person, visit) = await _counter.Ready();
        var first = (await _counter.Done("2207", _counter.Settlement(person, visit, 366.39m)))["setlinfo"]!;

        var again = (await _counter.Done("2207", _counter.Settlement(person, visit, 366.39m)))["setlinfo"]!;

        again["setl_id"]!.GetValue<string>().ShouldBe(first["setl_id"]!.GetValue<string>());
        again["psn_cash_pay"]!.ToJsonString().ShouldBe(first["psn_cash_pay"]!.ToJsonString());
    }

    [Fact]
    public async Task A_reversal_of_a_message_that_never_came_keeps_it_from_being_carried_out()
    {
        var (person, visit) = await _counter.Ready();
        var lost = _counter.His.NextMessageId();
        await _counter.Done("2601", Counter.Data(("psn_no", person), ("omsgid", lost), ("oinfno", "2207")));

        (await _counter.Call("2207", _counter.Settlement(person, visit, 366.39m), lost)).Error.ShouldStartWith("[MESSAGE_REVERSED]");
        (await _counter.Call("2601", Counter.Data(("psn_no", person), ("omsgid", lost), ("oinfno", "2204")))).Error.ShouldContain("原交易编号（oinfno）");
    }

    [Fact]
    public async Task Stored_answers_say_nothing_of_who_the_patient_is_and_give_it_back_all_the_same()
    {
        var id = _counter.His.NextMessageId();
        var first = await _counter.Done("1101", _counter.PersonQuery(), id);
        var again = await _counter.Done("1101", _counter.PersonQuery(), id);

        first["baseinfo"]!["psn_name"]!.GetValue<string>().ShouldBe(SampleNodes.XiningRetiree.Name);
        first["baseinfo"]!["gend"]!.GetValue<string>().ShouldBe("2");
        first["baseinfo"]!["brdy"]!.GetValue<string>().ShouldBe("1956-08-05");
        again.ToJsonString().ShouldBe(first.ToJsonString());
        var rows = nodes.Gateway().Services!.GetRequiredService<IRows>();
        var stored = await rows.Query("select coalesce(output, '') || hash from hospital_messages", reader => reader.GetString(0));
        stored.ShouldNotBeEmpty();
        stored.ShouldAllBe(row => !row.Contains(SampleNodes.XiningRetiree.CertificateNumber) && !row.Contains(SampleNodes.XiningRetiree.Name) && !row.Contains("样例甲"));
    }

    private Task<IReadOnlyList<Stored<Kernel.Deciding.IFact>>> Facts(string stream) =>
        nodes.Platform[new AdminDivision("420000"), "settlement"].Services!.GetRequiredService<IHistory>().Of(stream);
}
