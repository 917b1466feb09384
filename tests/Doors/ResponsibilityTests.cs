using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Hosting;
using Yibao.Kernel.Deciding;

namespace Yibao.Doors.Tests;

/// <summary>落实安全管理责任 (SEC-005): for every component of a node somebody answers, by a process, and it can be looked up who.</summary>
public sealed class ResponsibilityTests(OneNode node)
{
    private readonly Outside _outside = new(node);

    [Fact]
    public async Task Somebody_answers_for_each_component_and_who_did_before_stays_known()
    {
        var chief = node.Token(Role.Supervisor);
        var before = await List(node.Token(Role.CityOperator, "630200"));
        before.Select(row => row.GetProperty("component").GetString()).Take(3).ShouldBe(["INFRASTRUCTURE", "NETWORK_SECURITY", "CLOUD_PLATFORM"]);
        before.Select(row => row.GetProperty("component").GetString()).ShouldContain("SETTLEMENT");
        before.Single(row => row.GetProperty("component").GetString() == "NETWORK_SECURITY").GetProperty("missing").GetBoolean().ShouldBeTrue();

        var first = new { unit = "信息中心网络科", owner = "network.duty", contact = "值班室 0971-0000001", process = "青医保信〔2026〕3号" };
        (await Code("NETWORK_SECURITY", first, chief)).ShouldBe("OK");
        (await Code("NETWORK_SECURITY", first, chief)).ShouldBe("OK");
        (await Code("NETWORK_SECURITY", first with { owner = "security.duty" }, chief)).ShouldBe("OK");

        var row = (await List(node.Token(Role.Auditor))).Single(row => row.GetProperty("component").GetString() == "NETWORK_SECURITY");
        row.GetProperty("missing").GetBoolean().ShouldBeFalse();
        row.GetProperty("now").GetProperty("owner").GetString().ShouldBe("security.duty");
        // The same word twice stands once.
        row.GetProperty("history").EnumerateArray().Select(entry => entry.GetProperty("owner").GetString()).ShouldBe(["network.duty", "security.duty"]);
        var stored = await node.Host("filing").Services!.GetRequiredService<IHistory>().Of("responsibilities/630000");
        stored.ShouldAllBe(fact => fact.Context.Actor.User == "Supervisor-1");
    }

    [Fact]
    public async Task Only_the_nodes_own_supervisor_names_who_answers_and_never_for_the_past()
    {
        var assignment = new { unit = "信息中心", owner = "infra.duty", contact = "值班室", process = "青医保信〔2026〕4号", from = "2099-01-01" };

        (await Code("INFRASTRUCTURE", assignment, node.Token(Role.Supervisor, "630200"))).ShouldBe("OUT_OF_REGION");
        (await Code("INFRASTRUCTURE", assignment, node.Token(Role.ProvinceOperator))).ShouldBe("FORBIDDEN");
        (await Code("INFRASTRUCTURE", assignment with { from = "2020-01-01" }, node.Token(Role.Supervisor))).ShouldBe("FIELD_INVALID");
        (await Code("INFRASTRUCTURE", assignment with { owner = "张三" }, node.Token(Role.Supervisor))).ShouldBe("FIELD_INVALID");
        (await Code("INFRASTRUCTURE", assignment with { contact = "" }, node.Token(Role.Supervisor))).ShouldBe("FIELD_MISSING");
        (await Code("PRINTER", assignment, node.Token(Role.Supervisor))).ShouldBe("FIELD_INVALID");
        // Named for a later day: until then nobody answers.
        (await Code("INFRASTRUCTURE", assignment, node.Token(Role.Supervisor))).ShouldBe("OK");
        (await List(node.Token(Role.Auditor))).Single(row => row.GetProperty("component").GetString() == "INFRASTRUCTURE").GetProperty("missing").GetBoolean().ShouldBeTrue();
    }

    private async Task<List<JsonElement>> List(string token)
    {
        var answer = await _outside.Get("/api/filing/responsibilities", token);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return [.. JsonDocument.Parse(answer.Text).RootElement.EnumerateArray()];
    }

    private async Task<string> Code(string component, object body, string token)
    {
        var answer = await _outside.Post($"/api/filing/responsibilities/{component}", body, token);
        return answer.Status == HttpStatusCode.OK ? "OK" : JsonDocument.Parse(answer.Text).RootElement.GetProperty("code").GetString()!;
    }
}
