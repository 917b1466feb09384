using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Yibao.Contracts.Settlement.V1;
using Yibao.Kernel.Persons;
using Yibao.SampleHis;

namespace Yibao.Gateway.Tests;

/// <summary>统一报错: whichever door an error leaves by, it has its code, its class, what is wrong, what to do, and a trace that finds it.</summary>
public sealed class ErrorAnswersTests(SampleNodes nodes) : IDisposable
{
    private static readonly InventedPerson Unfiled = InventedPerson.Number(110_003);
    private readonly Channels _channels = new(nodes);

    [Fact, Covers("OPS-001")]
    public async Task A_patient_who_is_not_filed_here_is_told_so_and_what_to_do()
    {
        await nodes.Insure(new("420000"), new("420500"), Unfiled, "E-110003", "C-110003");
        var counter = new Counter(nodes.His(SampleNodes.Guiyang), new Patient("420500", "310", "01", Unfiled.Id.Reveal(), Unfiled.Name, "11"));
        var person = await counter.Person();

        // By the national interface: code, sentence, step; the class and the trace stand beside it.
        var asked = (await counter.Done("2001", Entitlement(counter, person)))["trtinfo"]![0]!;
        asked["trt_enjymnt_flag"]!.GetValue<string>().ShouldBe("0");
        asked["trt_chk_rslt"]!.GetValue<string>().ShouldBe("[NO_FILING]参保人未在本就医地备案。申请备案");

        // By gRPC, through the gateway.
        var his = _channels.Settlements(SampleNodes.Guiyang);
        var (visit, now) = (Counter.Number(), TimeProvider.System.GetUtcNow());
        await his.RegisterVisitAsync(new RegisterVisitRequest
        {
            InstitutionCode = SampleNodes.Guiyang, VisitId = visit, CareType = "21", CareFrom = Timestamp.FromDateTimeOffset(now.AddDays(-2)), HomeArea = "420500", CredentialType = "02", CredentialValue = Unfiled.Id.Reveal(),
            InpatientType = 1,
        }, cancellationToken: Counter.Cancel);
        await his.UploadFeesAsync(new UploadFeesRequest
        {
            InstitutionCode = SampleNodes.Guiyang, VisitId = visit,
            Lines = { new FeeLine { Serial = "1", Code = SampleNodes.InpatientCharges[0].Code, Price = "73.19", Count = "1", AmountFen = 7_319, Date = now.AddDays(-1).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) } },
        }, cancellationToken: Counter.Cancel);

        var refused = await Should.ThrowAsync<RpcException>(async () => await his.PreSettleAsync(
            new SettleRequest { InstitutionCode = SampleNodes.Guiyang, VisitId = visit, CareUntil = Timestamp.FromDateTimeOffset(now) }, cancellationToken: Counter.Cancel));

        var told = refused.GetRpcStatus().ShouldNotBeNull().GetDetail<ErrorInfo>().ShouldNotBeNull();
        told.Reason.ShouldBe("NO_FILING");
        told.Metadata["category"].ShouldBe("Filing");
        told.Metadata["text"].ShouldBe("参保人未在本就医地备案");
        told.Metadata["next_step"].ShouldBe("申请备案");
        nodes.Log.ShouldContain(line => line.Contains("NO_FILING", StringComparison.Ordinal) && line.Contains(told.Metadata["trace"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_error_of_the_national_interface_is_found_in_the_log_by_its_answers_number_and_by_its_trace()
    {
        var his = nodes.His();
        var body = new JsonObject { ["infno"] = "9999", ["msgid"] = his.NextMessageId(), ["fixmedins_code"] = SampleNodes.Wuhan, ["input"] = Counter.Data(("a", "b")) };

        var (trace, reply) = await Sent(his, "9999", body, his.Headers("9999"));

        var line = nodes.Log.Where(line => line.Contains(trace, StringComparison.Ordinal) && line.Contains("TRANSACTION_UNKNOWN", StringComparison.Ordinal)).ShouldHaveSingleItem();
        line.ShouldContain(reply["inf_refmsgid"]!.GetValue<string>());
    }

    [Fact]
    public async Task Who_is_not_let_in_is_told_with_code_class_and_step_too()
    {
        var his = nodes.His();

        var (trace, reply) = await Sent(his, "1101", new JsonObject(), [.. his.Headers("1101").Select(header => header.Name == "_api_signature" ? (header.Name, "AAAA") : header)]);

        (reply["error"]!.GetValue<string>(), reply["category"]!.GetValue<string>(), reply["trace"]!.GetValue<string>()).ShouldBe(("API_SIGNATURE_REFUSED", "Security", trace));
        reply["next_step"]!.GetValue<string>().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task An_error_of_the_JSON_doors_has_code_class_text_step_and_trace()
    {
        var token = nodes.Platform.Issuer.Issue(new Hosting.Identity.TokenOf("op", new("420000"), Kernel.Deciding.Role.ProvinceOperator));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(nodes.Gateway().Http, "/api/filing/institutions/H42010099999"));
        request.Headers.Authorization = new("Bearer", token);

        using var answer = await nodes.Http.SendAsync(request, Counter.Cancel);

        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Counter.Cancel));
        var said = problem.RootElement;
        (said.GetProperty("code").GetString(), said.GetProperty("category").GetString()).ShouldBe(("INSTITUTION_UNKNOWN", "Institution"));
        foreach (var member in (string[])["title", "detail", "trace"]) said.GetProperty(member).GetString().ShouldNotBeNullOrEmpty();
    }

    public void Dispose() => _channels.Dispose();

    private async Task<(string Trace, JsonObject Reply)> Sent(HisSystem his, string infno, JsonObject body, IReadOnlyList<(string Name, string Value)> headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(his.Gateway, "/fsi/api/rsfComIfsService/callService")) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await nodes.Http.SendAsync(request, Counter.Cancel);
        return (answer.Headers.GetValues("yibao-trace").ShouldHaveSingleItem(), (JsonObject)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Counter.Cancel))!);
    }

    private static JsonObject Entitlement(Counter counter, string person) => Counter.Data(
        ("psn_no", person), ("insutype", "310"), ("fixmedins_code", SampleNodes.Guiyang), ("med_type", "21"), ("begntime", counter.Now()), ("endtime", counter.Now()));
}
