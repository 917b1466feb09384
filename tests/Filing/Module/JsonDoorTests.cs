using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Tests;

namespace Yibao.Filing.Tests.Module;

public sealed class JsonDoorTests(BackingSpaceFixture backing) : IClassFixture<BackingSpaceFixture>
{
    private static readonly JsonFormatter Form = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    [Fact]
    public async Task An_operator_files_reads_and_lists_and_every_refusal_is_a_problem_that_says_what_to_do()
    {
        await using var host = await FilingHost.Start(backing.Space, "420000");
        var person = await host.Registered(1, "420100");
        using var wuhan = host.Json(new TokenOf("operator", new("420100"), Role.CityOperator));
        var application = Form.Format(FilingHost.Application(person, "420100", "310000", "json-1"));

        var filed = await Post(wuhan, application);
        filed.Status.ShouldBe(HttpStatusCode.OK);
        var number = filed.Body.GetProperty("number").GetString();
        (await Post(wuhan, application)).Body.GetProperty("number").GetString().ShouldBe(number);
        (await wuhan.GetFromJsonAsync<JsonElement>($"/filings/{number}")).GetProperty("status").GetString().ShouldBe("ACTIVE");
        (await wuhan.GetFromJsonAsync<JsonElement>("/areas/420100/filings?page_size=10")).GetProperty("filings").EnumerateArray().Count(filing => filing.GetProperty("number").GetString() == number).ShouldBe(1);

        var taken = await Post(wuhan, Form.Format(FilingHost.Application(person, "420100", "110000", "json-2")));
        taken.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (taken.Body.GetProperty("code").GetString(), taken.Body.GetProperty("detail").GetString()).ShouldBe(("CLASS_SLOT_TAKEN", "如需更换就医地，请选择替换原备案"));
        (await Post(wuhan, "{ \"no_such_field\": 1 }")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Post(wuhan, "garbage")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Another_city_sees_nothing_of_it_and_an_auditor_changes_nothing()
    {
        await using var host = await FilingHost.Start(backing.Space, "420000");
        var person = await host.Registered(2, "420100");
        using var wuhan = host.Json(new TokenOf("operator", new("420100"), Role.CityOperator));
        using var yichang = host.Json(new TokenOf("operator", new("420500"), Role.CityOperator));
        using var auditor = host.Json(new TokenOf("auditor", new("420000"), Role.Auditor));
        var application = Form.Format(FilingHost.Application(person, "420100", "310000", "json-3"));
        (await Post(yichang, application)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await Post(auditor, application)).Status.ShouldBe(HttpStatusCode.Forbidden);
        var number = (await Post(wuhan, application)).Body.GetProperty("number").GetString();
        (await yichang.GetAsync(new Uri($"/filings/{number}", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await yichang.GetAsync(new Uri("/areas/420100/filings", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await yichang.GetAsync(new Uri($"/persons/{person}", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await auditor.GetAsync(new Uri($"/filings/{number}", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> Post(HttpClient client, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri("/filings", UriKind.Relative), content);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }
}
