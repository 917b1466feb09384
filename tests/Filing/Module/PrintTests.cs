using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Yibao.Contracts.Filing.V1;
using Yibao.Filing.Desks;
using Yibao.Filing.Policy;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Persons;
using Yibao.Tests;

namespace Yibao.Filing.Tests.Module;

/// <summary>Annex 1 and Annex 2 as an operator prints them: from a filing that was made through the door, not from a sample.</summary>
public sealed class PrintTests(BackingSpaceFixture backing) : IClassFixture<BackingSpaceFixture>
{
    private static async Task<string> Filed(FilingHost host, PersonKey person, string id, string place = "440100", bool commitment = true)
    {
        var application = FilingHost.Application(person, "420500", place, id, category: 3);
        var today = DateOnly.FromDateTime(FilingHost.Clock.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).DateTime);
        application.Channel = "COUNTER";
        application.Facts = new CategoryFactsMessage { AwayFrom = $"{today.AddYears(-1):yyyy-MM-dd}", AwayUntil = $"{today.AddYears(2):yyyy-MM-dd}" };
        application.Materials.Clear();
        application.Materials.Add(["E_CREDENTIAL", "FILING_FORM"]);
        if (commitment)
        {
            application.NoticeVersion = host.Get<FilingPolicies>().For(new("420500"), today).NoticeVersion;
            application.Commitment = new CommitmentLetter { Document = "letter-1", Category = 3, Signed = true, SignedOn = $"{today:yyyy-MM-dd}" };
        }
        else
        {
            application.Materials.Add("EMPLOYMENT_CONTRACT");
        }

        using var acting = host.As("420500");
        var filed = await host.Filings.ApplyAsync(application);
        if (filed.Status != "ACTIVE") filed = await host.Filings.HandleAsync(new HandleFilingRequest { Number = filed.Number, Approve = new ApproveStep() });
        filed.Status.ShouldBe("ACTIVE");
        return filed.Number;
    }

    private static List<string> Seen(string html) =>
        [.. Regex.Replace(html[html.IndexOf("<body", StringComparison.Ordinal)..], "<[^>]*>", "\n").Split('\n').Select(line => WebUtility.HtmlDecode(line).Trim()).Where(line => line.Length > 0)];

    [Fact]
    public async Task A_stationed_worker_gets_both_papers_with_everything_he_gave()
    {
        await using var host = await FilingHost.Start(backing.Space, "420000");
        var person = await host.Registered(301, "420500");
        var number = await Filed(host, person, "print-1");
        using var operators = host.Json(new TokenOf("operator-7", new("420500"), Role.CityOperator));

        var form = await operators.GetStringAsync(new Uri($"/filings/{number}/form", UriKind.Relative));
        var seen = Seen(form);
        foreach (var text in (string[])[$"备案编号：{number}", "☑1.职工医保", "☑3.常驻异地工作人员", "☑1.新增", "广东省", "广州市", "赵晓明", "999000194001010011", "某市某路一号", "上海某路二号", "12000000001"])
            seen.ShouldContain(text);
        seen.ShouldContain(line => line.StartsWith("经办机构：宜昌市医疗保障经办机构", StringComparison.Ordinal) && line.Contains("经办人：operator-1", StringComparison.Ordinal));
        seen.Count(line => Regex.IsMatch(line, "^[1-6]\\.(异地就医直接结算|办理备案时|到海南|参保人员在异地|未按规定)")).ShouldBe(6);

        var letter = await operators.GetStringAsync(new Uri($"/filings/{number}/commitment", UriKind.Relative));
        Seen(letter).Count(line => line.StartsWith('☑')).ShouldBe(1);
        Seen(letter).ShouldContain("☑常驻异地工作人员");
        Seen(letter).ShouldContain("本表由参保人员填写，由医保经办部门存档，两年内不得销毁。");
        Seen(letter).ShouldContain(InventedPerson.Number(301).Id.Reveal());
        if (Environment.GetEnvironmentVariable("YIBAO_PAGES") is { Length: > 0 } folder)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "annex-01.html"), form);
            await File.WriteAllTextAsync(Path.Combine(folder, "annex-02.html"), letter);
        }

        foreach (var paper in (string[])["form", "commitment"])
        {
            using var workbook = new ZipArchive(await operators.GetStreamAsync(new Uri($"/filings/{number}/{paper}?format=xlsx", UriKind.Relative)));
            using var sheet = new StreamReader(await workbook.Entries.Single(entry => entry.FullName.EndsWith("sheet1.xml", StringComparison.Ordinal) || entry.FullName.EndsWith("sheet.xml", StringComparison.Ordinal)).OpenAsync(TestContext.Current.CancellationToken));
            (await sheet.ReadToEndAsync()).ShouldContain("常驻异地工作人员");
        }

        // Each look at the particulars is on record, with its purpose.
        (await host.Get<IHistory>().Of($"identity-access/{person}")).Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_filing_by_documents_has_no_letter_and_strangers_get_nothing()
    {
        await using var host = await FilingHost.Start(backing.Space, "420000");
        var person = await host.Registered(302, "420500");
        var number = await Filed(host, person, "print-2", commitment: false);
        using var operators = host.Json(new TokenOf("operator-7", new("420500"), Role.CityOperator));
        using var stranger = host.Json(new TokenOf("operator-8", new("420100"), Role.CityOperator));
        using var hospital = host.Json(new TokenOf("his", new("420500"), Role.Institution) { Institution = "H42050000001" });
        (await Refusal(operators, $"/filings/{number}/commitment")).ShouldBe((HttpStatusCode.BadRequest, "FORM_CONTENT_INVALID"));
        (await Refusal(operators, $"/filings/{number}/form?format=pdf")).ShouldBe((HttpStatusCode.BadRequest, "FIELD_INVALID"));
        (await Refusal(operators, "/filings/420500000000000000000009/form")).Code.ShouldBe("FILING_NOT_FOUND");
        (await Refusal(stranger, $"/filings/{number}/form")).ShouldBe((HttpStatusCode.Forbidden, "OUT_OF_REGION"));
        (await Refusal(hospital, $"/filings/{number}/form")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    private static async Task<(HttpStatusCode Status, string? Code)> Refusal(HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }
}
