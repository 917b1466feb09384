using System.Net;
using System.Text.Json;
using Yibao.Kernel.Persons;

namespace Yibao.EndToEnd.Tests;

/// <summary>Who the patient is, the institution says once, home confirms it, and the treatment node keeps it sealed: its papers need not be told again.</summary>
[Collection(CareTests.Name)]
public sealed class PatientsOfTheNode(CarePlatform platform)
{
    private readonly His _wuhan = platform.Of(CarePlatform.Wuhan);

    [Fact]
    public async Task The_statement_prints_the_patient_from_the_nodes_own_table()
    {
        var person = await platform.Insure(111, "520100", "420100");
        await _wuhan.Admit("own-1", person, "520100", "21", 16_000m, visit => visit.Name = person.Name);
        var settled = await _wuhan.Settle("s-own-1", "own-1");

        var page = await Statement("s-own-1", new { print_id = "p1", inpatient_number = "ZY001", department = "普通外科", main_diagnosis = "急性阑尾炎" });

        page.ShouldContain(person.Name);
        page.ShouldContain(person.Id.Reveal());
        // What the HIS sends again is not what is printed.
        (await Statement("s-own-1", new { print_id = "p1", patient = "别人", social_security_number = InventedPerson.Number(1).Id.Reveal(), inpatient_number = "ZY001", department = "普通外科", main_diagnosis = "急性阑尾炎" })).ShouldBe(page);
        // No fact of the settlement service says who it is.
        foreach (var stream in (string[])[$"visit/{CarePlatform.Wuhan}:own-1", $"settlement/{settled.NationalId}/treatment"])
        {
            var facts = string.Join('\n', (await platform.Facts("420000", stream)).Select(fact => JsonSerializer.Serialize(fact.Fact, fact.Fact.GetType())));
            facts.ShouldNotContain(person.Name);
            facts.ShouldNotContain(person.Id.Reveal());
        }
    }

    [Fact]
    public async Task Who_was_insured_here_before_is_one_person_under_both_keys()
    {
        // The same person is known to Hubei by another key, from an insurance of his own there.
        var person = await platform.Insure(112, "420500");
        await platform.Insure(112, "520100", "420100");
        await _wuhan.Admit("own-2", person, "520100", "21", 16_000m, visit => visit.Name = person.Name);
        await _wuhan.Settle("s-own-2", "own-2");

        (await Statement("s-own-2", new { print_id = "p1", inpatient_number = "ZY002", department = "普通外科", main_diagnosis = "急性阑尾炎" })).ShouldContain(person.Name);
    }

    [Fact]
    public async Task Another_name_than_homes_is_refused_and_nothing_is_stored()
    {
        var person = await platform.Insure(113, "520100", "420100");

        (await His.Refusal(() => _wuhan.Admit("own-3", person, "520100", "21", 100m, visit => visit.Name = "别人"))).ShouldBe("CREDENTIAL_PERSON_DIFFERS");

        (await platform.Facts("420000", $"visit/{CarePlatform.Wuhan}:own-3")).ShouldBeEmpty();
    }

    private async Task<string> Statement(string id, object particulars)
    {
        using var answer = await _wuhan.Print(HttpMethod.Post, $"settlements/{id}/statement", particulars);
        var text = await answer.Content.ReadAsStringAsync(His.Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return WebUtility.HtmlDecode(text);
    }
}
