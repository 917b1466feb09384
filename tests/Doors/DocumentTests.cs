using System.Net;
using System.Text.Json;

namespace Yibao.Doors.Tests;

/// <summary>What people read before they write a client.</summary>
public sealed class DocumentTests(OneNode node)
{
    [Theory]
    [InlineData("agencies", "/api/filing/filings", "/api/settlement/institutions")]
    [InlineData("institutions", "/api/filing/filings", "/api/clearing/reconciliation/{day}")]
    [InlineData("auditors", "/api/clearing/reconciliation/{day}", "/api/filing/consents")]
    public async Task Each_audience_reads_what_it_may_call_and_nothing_else(string audience, string shown, string hidden)
    {
        var text = await node.Http.GetStringAsync(new Uri(node.Host("gateway").Http, $"/openapi/{audience}.json"), TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(text);
        var paths = document.RootElement.GetProperty("paths").EnumerateObject().Select(path => path.Name).ToList();
        paths.ShouldContain(shown);
        paths.ShouldNotContain(hidden);
        // Every reference leads somewhere.
        var schemas = document.RootElement.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => schema.Name).ToHashSet();
        foreach (var reference in References(document.RootElement)) schemas.ShouldContain(reference.Replace("#/components/schemas/", ""));
    }

    [Fact]
    public async Task A_body_is_shown_with_its_shape_and_an_example()
    {
        var text = await node.Http.GetStringAsync(new Uri(node.Host("gateway").Http, "/openapi/agencies.json"), TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(text);
        var body = document.RootElement.GetProperty("paths").GetProperty("/api/filing/filings").GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json");
        body.GetProperty("schema").GetProperty("properties").GetProperty("late_for_admission").GetProperty("format").GetString().ShouldBe("date-time");
        body.GetProperty("example").GetProperty("home_area").GetString().ShouldBe("630200");
    }

    [Theory]
    [InlineData("agencies")]
    [InlineData("institutions")]
    [InlineData("auditors")]
    public async Task Every_operation_is_called_by_its_name_in_the_field(string audience)
    {
        using var document = JsonDocument.Parse(await node.Http.GetStringAsync(new Uri(node.Host("gateway").Http, $"/openapi/{audience}.json"), TestContext.Current.CancellationToken));
        var nameless = document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Where(operation => !operation.Value.TryGetProperty("summary", out _)).Select(operation => $"{operation.Name} {path.Name}"));
        nameless.ShouldBeEmpty("A new operation needs its Chinese name in gateway/Gateway/Documents/OperationTitles.cs.");
    }

    [Fact]
    public async Task The_page_is_there_and_needs_nothing_from_elsewhere()
    {
        using var page = await node.Http.GetAsync(new Uri(node.Host("gateway").Http, "/docs/"), TestContext.Current.CancellationToken);
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        html.ShouldContain("openapi/agencies.json");
        html.ShouldNotContain("cdn.");
        // Nothing on it offers a service outside the network.
        html.ShouldContain("\"agent\":{\"disabled\":true}");
        html.ShouldContain("\"telemetry\":false");
    }

    private static IEnumerable<string> References(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Object => node.EnumerateObject().SelectMany(field => field.Name == "$ref" && field.Value.ValueKind == JsonValueKind.String ? [field.Value.GetString()!] : References(field.Value)),
        JsonValueKind.Array => node.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
