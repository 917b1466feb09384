using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Yibao.Forms.Printing;

namespace Yibao.EndToEnd.Tests;

/// <summary>What the patient takes home, from the node's own data through the gateway's JSON door.</summary>
[Collection(CareTests.Name)]
public sealed class Statements(CarePlatform platform)
{
    private readonly His _wuhan = platform.Of(CarePlatform.Wuhan);

    [Fact, Covers("SET-025", "FRM-014", "FRM-039")]
    public async Task The_statement_is_printed_once_copied_after_and_void_once_it_was_taken_back()
    {
        var person = await platform.Insure(41, "520100", "420100");
        await _wuhan.Admit("st1", person, "520100", "21", 16_000m);
        var settled = await _wuhan.Settle("s-st1", "st1");
        object Particulars(string print) => new
        {
            print_id = print, invoice_number = "0042000123", patient = person.Name, social_security_number = person.Id.Reveal(), inpatient_number = "ZY001", department = "普通外科", main_diagnosis = "急性阑尾炎",
        };

        var original = await Page(HttpMethod.Post, "settlements/s-st1/statement", Particulars("p1"));
        foreach (var shown in (string[])["湖北省异地就医住院结算单", "医疗收费票据号码：0042000123", person.Name, "湖北省武汉市", "贵州省贵阳市", "示范市第一医院（武汉）", "三级乙等", "16,000.00", "12,080.00", "3,920.00", "900.00"]) original.ShouldContain(shown);
        original.ShouldNotContain("补打");
        // The same print again is the same sheet; another one is a copy.
        (await Page(HttpMethod.Post, "settlements/s-st1/statement", Particulars("p1"))).ShouldBe(original);
        (await Page(HttpMethod.Post, "settlements/s-st1/statement", Particulars("p2"))).ShouldContain("补打");
        (await Page(HttpMethod.Post, "settlements/s-st1/statement", Particulars("p3"))).ShouldContain("第2次");
        using var workbook = await _wuhan.Print(HttpMethod.Post, "settlements/s-st1/statement?format=xlsx", Particulars("p1"));
        workbook.Content.Headers.ContentType!.MediaType.ShouldBe(FormWorkbook.MediaType);
        (await workbook.Content.ReadAsByteArrayAsync(His.Cancellation)).Take(2).ShouldBe("PK"u8.ToArray());

        await _wuhan.Refund("s-st1", "n-st1");
        var withdrawn = await Page(HttpMethod.Post, "settlements/s-st1/statement", Particulars("p1"));
        withdrawn.ShouldContain("作废");
        withdrawn.ShouldContain($"冲正单号 {CarePlatform.Wuhan}:n-st1");
        // Asked for by the negative's id it is the same sheet: the original stays what it was.
        (await Page(HttpMethod.Post, "settlements/n-st1/statement", Particulars("p1"))).ShouldBe(withdrawn);

        // Nothing of the patient is stored.
        var facts = await platform.Facts("420000", $"settlement/{settled.NationalId}/treatment");
        string.Join('\n', facts.Select(fact => JsonSerializer.Serialize(fact.Fact, fact.Fact.GetType()))).ShouldNotContain(person.Name);
    }

    [Fact]
    public async Task The_explanation_is_a_page_that_says_each_step_with_its_rule_and_article()
    {
        var person = await platform.Insure(42, "520100", "420100", balance: 500m);
        await _wuhan.Admit("ex1", person, "520100", "21", 16_000m);
        var settled = await _wuhan.Settle("s-ex1", "ex1", terms => terms.UseAccount = true);

        var page = await Page(HttpMethod.Get, "settlements/s-ex1/explanation");

        page.ShouldContain("报销怎样计算");
        foreach (var line in settled.Explanation.Lines) page.ShouldContain(line.Reason);
        page.ShouldContain(settled.PolicyVersion);
        page.ShouldNotContain(person.Name);
    }

    [Theory]
    [InlineData("settlements/none/statement", "STATEMENT_NOT_AVAILABLE")]
    [InlineData("settlements/s-op/statement", "STATEMENT_NOT_AVAILABLE")]
    [InlineData("settlements/s%20op/statement", "FIELD_INVALID")]
    public async Task What_has_no_statement_prints_none(string path, string code)
    {
        var person = await platform.Insure(43, "420500");
        await _wuhan.Admit("op", person, "420500", "11", 400m);
        await _wuhan.Settle("s-op", "op");

        (await Refused(await _wuhan.Print(HttpMethod.Post, path, new { print_id = "p1", patient = person.Name, social_security_number = person.Id.Reveal() }))).ShouldBe(code);
    }

    [Fact]
    public async Task Missing_particulars_are_named_and_leave_no_print_and_another_institution_prints_nothing()
    {
        var person = await platform.Insure(44, "520100", "420100");
        await _wuhan.Admit("st4", person, "520100", "21", 16_000m);
        var settled = await _wuhan.Settle("s-st4", "st4");

        (await Refused(await _wuhan.Print(HttpMethod.Post, "settlements/s-st4/statement", new { print_id = "p1", patient = person.Name, social_security_number = person.Id.Reveal() }))).ShouldBe("FIELD_REQUIRED");
        (await Refused(await _wuhan.Print(HttpMethod.Post, "settlements/s-st4/statement", new { print_id = "p1", patiant = "x" }))).ShouldBe("FIELD_INVALID");
        (await Refused(await _wuhan.Print(HttpMethod.Get, "settlements/s-st4/explanation?format=pdf"))).ShouldBe("FIELD_INVALID");
        (await platform.Facts("420000", $"settlement/{settled.NationalId}/treatment")).Select(fact => fact.Fact).OfType<Settlement.Statements.StatementPrinted>().ShouldBeEmpty();
        var other = platform.Of(CarePlatform.WuhanOther);
        (await Refused(await other.Print(HttpMethod.Get, $"../{CarePlatform.Wuhan}/settlements/s-st4/explanation"))).ShouldBe("OUT_OF_REGION");
    }

    private async Task<string> Page(HttpMethod method, string path, object? body = null)
    {
        using var answer = await _wuhan.Print(method, path, body);
        var text = await answer.Content.ReadAsStringAsync(His.Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        answer.Content.Headers.ContentType.ShouldBe(MediaTypeHeaderValue.Parse("text/html; charset=utf-8"));
        return WebUtility.HtmlDecode(text);
    }

    private static async Task<string> Refused(HttpResponseMessage answer)
    {
        using (answer)
        {
            using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(His.Cancellation));
            return problem.RootElement.GetProperty("code").GetString()!;
        }
    }
}
