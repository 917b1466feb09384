using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Hosting;
using Yibao.Kernel.Deciding;

namespace Yibao.Doors.Tests;

/// <summary>Archives, consents and sharing with other departments, through the gateway.</summary>
public sealed class PrivacyTests(OneNode node)
{
    private static readonly string Digest = new('a', 64);

    private readonly Outside _outside = new(node);

    [Fact, Covers("SEC-006")]
    public async Task Filing_documents_are_the_homes_and_audit_cases_the_treatments_and_others_read_on_request()
    {
        var (home, treatment) = (node.Token(Role.CityOperator, "630200"), node.Token(Role.CityOperator, "632800"));
        (await Archive("A6-filing", "FILING", home)).GetProperty("keeper").GetString().ShouldBe("630200");
        (await Archive("A6-audit", "AUDIT_CASE", treatment)).GetProperty("keeper").GetString().ShouldBe("632800");
        // The same again is the same; another document under the same number is none; a foreign one is not archived here.
        (await Archive("A6-filing", "FILING", home)).GetProperty("retain_until").GetString()!.Length.ShouldBe(10);
        (await Code("/api/filing/archives", Document("A6-filing", "COMMITMENT"), home)).ShouldBe("ARCHIVE_DOCUMENT_DIFFERENT");
        (await Code("/api/filing/archives", Document("A6-other", "AUDIT_CASE"), home)).ShouldBe("OUT_OF_REGION");
        (await Code("/api/filing/archives", Document("A6-short", "FILING") with { RetentionYears = 1 }, home)).ShouldBe("FIELD_INVALID");

        const string Reading = "/api/filing/archives/A6-filing/readings?purpose=%E7%A8%BD%E6%A0%B8";
        (await Code(Reading, new { }, treatment)).ShouldBe("ARCHIVE_READING_NOT_GRANTED");
        (await _outside.Post("/api/filing/archives/A6-filing/requests", new { request_id = "q1", purpose = "稽核" }, treatment)).Status.ShouldBe(HttpStatusCode.Accepted);
        (await Code(Reading, new { }, treatment)).ShouldBe("ARCHIVE_READING_NOT_GRANTED");
        (await Code("/api/filing/archives/A6-filing/requests/q1/decision", new { until = "2099-12-31" }, treatment)).ShouldBe("ARCHIVE_NOT_KEEPER");
        (await Code("/api/filing/archives/A6-filing/requests/q1/decision", new { until = "2099-12-31" }, home)).ShouldBe("OK");
        (await Code(Reading, new { }, treatment)).ShouldBe("OK");
        (await Code("/api/filing/archives/A6-filing/readings", new { }, treatment)).ShouldBe("PURPOSE_MISSING");
        (await Code("/api/filing/archives/A6-filing/destruction", new { }, node.Token(Role.Supervisor, "630200"))).ShouldBe("ARCHIVE_RETENTION_RUNS");
        (await Code(Reading, new { }, node.Token(Role.CityOperator, "630100"))).ShouldBe("ARCHIVE_READING_NOT_GRANTED");
    }

    [Fact, Covers("SEC-007")]
    public async Task A_question_to_another_department_needs_the_persons_consent_for_that_purpose()
    {
        var person = await _outside.Registered(72001, "390", "2101");
        var clerk = node.Token(Role.CityOperator, "630200");
        var question = new { inquiry_id = "i1", consent_id = (string?)null, person_key = person, department = "公安", purpose = "核验居住信息" };
        (await Code("/api/filing/inquiries", question, clerk)).ShouldBe("CONSENT_MISSING");

        (await Code("/api/filing/consents", new { id = "c7", person_key = person, department = "公安", purpose = "核验居住信息", document = "annex-2/c7", signed_on = "2023-03-01" }, clerk)).ShouldBe("OK");
        (await Code("/api/filing/inquiries", question with { consent_id = "c7" }, clerk)).ShouldBe("OK");
        (await Code("/api/filing/inquiries", question with { consent_id = "c7" }, clerk)).ShouldBe("OK");
        (await Code("/api/filing/inquiries", question with { consent_id = "c7", inquiry_id = "i2", department = "民政" }, clerk)).ShouldBe("CONSENT_MISSING");
        (await Code("/api/filing/inquiries", question with { consent_id = "c7", inquiry_id = "i2", purpose = "核验收入" }, clerk)).ShouldBe("CONSENT_MISSING");
        (await Code("/api/filing/inquiries", question with { consent_id = "none", inquiry_id = "i2" }, clerk)).ShouldBe("CONSENT_MISSING");
        (await Code("/api/filing/inquiries", question with { consent_id = "c7", inquiry_id = "i3" }, node.Token(Role.CityOperator, "632800"))).ShouldBe("OUT_OF_REGION");

        (await Code("/api/filing/consents/c7/inquiries/i1/false-statement", new { finding = "居住地与承诺不符" }, clerk)).ShouldBe("OK");
        (await Code("/api/filing/consents/c7/withdrawal", new { }, clerk)).ShouldBe("OK");
        (await Code("/api/filing/inquiries", question with { consent_id = "c7", inquiry_id = "i4" }, clerk)).ShouldBe("CONSENT_MISSING");
        var stored = await node.Host("filing").Services!.GetRequiredService<IHistory>().Of("consent/c7");
        stored.Select(fact => fact.Fact.GetType().Name).ShouldBe(["ConsentGiven", "VerificationAsked", "FalseStatementFound", "ConsentWithdrawn"]);
    }

    [Fact, Covers("SEC-008")]
    public async Task Nothing_leaves_beyond_an_agreements_fields()
    {
        await _outside.Applied(73001, "390", "2101");
        var chief = node.Token(Role.Supervisor, "630200");
        (await Code("/api/filing/sharing/agreements", new { id = "s8", agency = "630200", recipient = "民政局", purpose = "救助核对", fields = new[] { "person_key", "status" }, from = "2023-01-01", until = "2099-12-31" }, chief)).ShouldBe("OK");
        var export = new { export_id = "e1", purpose = "救助核对", fields = new[] { "person_key", "status" }, applied_from = "2023-01-01", applied_to = "2099-12-30" };

        (await Code("/api/filing/sharing/agreements/s8/exports", export with { fields = ["person_key", "place"] }, chief)).ShouldBe("SHARING_FIELD_NOT_AGREED");
        (await Code("/api/filing/sharing/agreements/s8/exports", export with { purpose = "商业保险" }, chief)).ShouldBe("SHARING_PURPOSE_NOT_AGREED");
        (await Code("/api/filing/sharing/agreements/s8/exports", export, node.Token(Role.Supervisor, "632800"))).ShouldBe("OUT_OF_REGION");
        (await Code("/api/filing/sharing/agreements", new { id = "s9", agency = "630200", recipient = "民政局", purpose = "x", fields = new[] { "name" }, from = "2023-01-01", until = "2099-12-31" }, chief)).ShouldBe("FIELD_INVALID");

        var given = await _outside.Post("/api/filing/sharing/agreements/s8/exports", export, chief);
        given.Status.ShouldBe(HttpStatusCode.OK, given.Text);
        using var rows = JsonDocument.Parse(given.Text);
        rows.RootElement.GetProperty("rows").EnumerateArray().ShouldNotBeEmpty();
        rows.RootElement.GetProperty("rows").EnumerateArray().ShouldAllBe(row => row.EnumerateObject().Select(field => field.Name).SequenceEqual(new[] { "person_key", "status" }));
        using var log = JsonDocument.Parse((await _outside.Post("/api/filing/sharing/agreements/s8/end", new { }, chief)).Text);
        log.RootElement.GetProperty("log")[0].GetProperty("export_id").GetString().ShouldBe("e1");
        (await Code("/api/filing/sharing/agreements/s8/exports", export with { export_id = "e2" }, chief)).ShouldBe("SHARING_AGREEMENT_NOT_IN_FORCE");
    }

    private static DocumentBody Document(string id, string kind) => new(id, kind, "630200", "632800", "SEC-006", Digest, 10);

    private async Task<JsonElement> Archive(string id, string kind, string token)
    {
        var answer = await _outside.Post("/api/filing/archives", Document(id, kind), token);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return JsonDocument.Parse(answer.Text).RootElement;
    }

    private async Task<string> Code(string path, object body, string token)
    {
        var answer = await _outside.Post(path, body, token);
        return answer.Status == HttpStatusCode.OK ? "OK" : JsonDocument.Parse(answer.Text).RootElement.GetProperty("code").GetString()!;
    }

    private sealed record DocumentBody(string Id, string Kind, string HomeArea, string TreatmentArea, string Business, string Digest, int RetentionYears);
}
