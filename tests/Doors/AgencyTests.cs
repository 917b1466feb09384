using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Clearing.Book;
using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;

namespace Yibao.Doors.Tests;

/// <summary>Agencies and those who work for them, through the gateway: each keeps to its own.</summary>
public sealed class AgencyTests(OneNode node)
{
    private readonly Outside _outside = new(node);

    [Fact, Covers("SEC-001")]
    public async Task A_prefecture_lists_its_own_settlements_and_the_province_all_of_the_province()
    {
        await Booked("SEC001-haixi-home", "420100", "632800");
        await Booked("SEC001-haixi-treats", "632800", "420500");
        await Booked("SEC001-haidong", "420100", "630200");

        (await Listed(node.Token(Role.CityOperator, "632800"))).ShouldBe(["SEC001-haixi-home", "SEC001-haixi-treats"]);
        (await Listed(node.Token(Role.ProvinceOperator))).ShouldBe(["SEC001-haidong", "SEC001-haixi-home", "SEC001-haixi-treats"]);
        // One by one, by the cursor of the page before.
        (await Listed(node.Token(Role.ProvinceOperator), 1)).Count.ShouldBe(3);
        (await Listed(node.Token(Role.Auditor, "630200"))).ShouldBe(["SEC001-haidong"]);
    }

    [Fact, Covers("SEC-002")]
    public async Task A_commissioned_insurer_approves_within_his_commission_on_behalf_of_the_agency()
    {
        var (resident, residentFiling) = await _outside.Applied(71001, "390", "2101");
        var insurer = node.Token(Role.DelegatedInsurer, "630200");
        (await _outside.Approve(residentFiling, insurer)).ShouldBe("OK");
        var by = (await node.Host("filing").Services!.GetRequiredService<IHistory>().Of($"filings/{resident}")).Last(stored => stored.Actor.Role == Role.DelegatedInsurer).Actor;
        by.User.ShouldBe("DelegatedInsurer-1");
        by.OnBehalfOf.ShouldBe("630200");

        var (_, employeeFiling) = await _outside.Applied(71002, "310", "1101");
        (await _outside.Approve(employeeFiling, insurer)).ShouldBe("DELEGATION_EXCEEDED");
        var (_, third) = await _outside.Applied(71003, "390", "2101");
        (await _outside.Approve(third, Insurer("review", new DateOnly(2099, 12, 31)))).ShouldBe("DELEGATION_EXCEEDED");
        (await _outside.Approve(third, Insurer("filing", new DateOnly(2020, 12, 31)))).ShouldBe("UNAUTHENTICATED");
        (await _outside.Approve(third, node.Token(Role.DelegatedInsurer, "632800"))).ShouldBe("OUT_OF_REGION");
    }

    [Fact, Covers("SEC-005")]
    public async Task Every_read_of_a_persons_record_leaves_who_of_which_node_what_for_and_when()
    {
        var person = await _outside.Registered(71004, "390", "2101");
        var clerk = node.Token(Role.CityOperator, "630200");
        (await _outside.Get($"/api/filing/persons/{person}", clerk)).Status.ShouldBe(HttpStatusCode.OK);
        var masked = await _outside.Get($"/api/filing/persons/{person}/identity?purpose={Uri.EscapeDataString("打印备案表")}", clerk);
        masked.Status.ShouldBe(HttpStatusCode.OK);
        masked.Text.ShouldContain("**********");
        (await _outside.Get($"/api/filing/persons/{person}/identity", clerk)).Text.ShouldContain("PURPOSE_MISSING");
        var revealed = await _outside.Post($"/api/filing/persons/{person}/identity/reveal", new { text = "核对纸质材料" }, clerk);
        revealed.Text.ShouldContain(InventedPerson.Number(71004).Id.Reveal());
        (await _outside.Post($"/api/filing/persons/{person}/identity/reveal", new { text = "核对" }, node.Token(Role.Auditor, "630200"))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await _outside.Get($"/api/filing/persons/{person}/identity?purpose=x", node.Token(Role.CityOperator, "632800"))).Status.ShouldBe(HttpStatusCode.Forbidden);

        var log = await _outside.Get($"/api/filing/persons/{person}/access", node.Token(Role.Auditor, "630200"));
        using var lines = JsonDocument.Parse(log.Text);
        lines.RootElement.EnumerateArray().Select(line => (line.GetProperty("user").GetString(), line.GetProperty("node").GetString(), line.GetProperty("purpose").GetString(), line.GetProperty("whole").GetBoolean())).ShouldBe(
        [
            ("CityOperator-1", "630200", "查询参保状态", false), ("CityOperator-1", "630200", "打印备案表", false), ("CityOperator-1", "630200", "核对纸质材料", true),
        ]);
        lines.RootElement.EnumerateArray().ShouldAllBe(line => line.GetProperty("at").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
        log.Text.ShouldNotContain(InventedPerson.Number(71004).Name);
    }

    private string Insurer(string function, DateOnly until) => node.Platform.Issuer.Issue(new TokenOf("insurer-2", new AdminDivision("630200"), Role.DelegatedInsurer)
    {
        Delegation = new Delegation(new AdminDivision("630200"), new HashSet<string> { "390" }, new HashSet<string> { function }, until),
    });

    private async Task Booked(string id, string treatment, string home)
    {
        var (total, fund) = (Money.Yuan(20000m), Money.Yuan(12080m));
        var day = new DateOnly(2023, 3, 10);
        var at = new DateTimeOffset(2023, 3, 10, 10, 0, 0, TimeSpan.FromHours(8));
        var content = new SettlementContent(id, null, "V" + id, new(treatment), new(home), "H" + treatment + "00001", PersonKey.From(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16)),
            InsuranceType.Employee, "21", day, at, new SplitTotals(total, total, Money.Zero, Money.Zero, Money.Zero),
            new Figures(total, [new FundAmount(Fund.Pooled, "统筹基金", fund)], total - fund, Money.Zero, Money.Zero), "request-" + id, "policy-1", 1);
        await node.Host("clearing").Services!.GetRequiredService<IBook>().Record([new BookEntry(PartyRole.Relay, content, 1, at, new Crossing(new("420000"), new("630000"), false))], at, TestContext.Current.CancellationToken);
    }

    private async Task<List<string>> Listed(string token, int pageSize = 0)
    {
        var (found, cursor) = (new List<string>(), "");
        do
        {
            var page = await _outside.Get($"/api/clearing/settlements?from=2023-03-01&to=2023-03-31&page_size={pageSize}&cursor={Uri.EscapeDataString(cursor)}", token);
            page.Status.ShouldBe(HttpStatusCode.OK, page.Text);
            using var json = JsonDocument.Parse(page.Text);
            found.AddRange(json.RootElement.GetProperty("settlements").EnumerateArray().Select(line => line.GetProperty("settlement_id").GetString()!));
            cursor = json.RootElement.GetProperty("next").GetString()!;
        }
        while (cursor.Length > 0);
        return found;
    }
}
