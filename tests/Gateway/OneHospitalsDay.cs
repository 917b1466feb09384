using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Hosting;
using Yibao.SampleHis;

namespace Yibao.Gateway.Tests;

/// <summary>A hospital that nobody else uses here: its books, its files, its gateway that is stopped and started.</summary>
[Collection(nameof(Alone))]
public sealed class OneHospitalsDay(SampleNodes nodes)
{
    private readonly Counter _counter = new(nodes.His(SampleNodes.Guiyang), SampleNodes.GuiyangEmployee);

    [Fact]
    public async Task Settles_survives_a_restart_of_its_gateway_and_reconciles()
    {
        var (person, visit) = await _counter.Ready();
        var id = _counter.His.NextMessageId();
        var message = _counter.Settlement(person, visit, 366.39m);
        var settled = await _counter.Call("2207", message, id);
        settled.Succeeded.ShouldBeTrue(settled.Error);

        await nodes.Gateway("520000").StopAsync(Counter.Cancel);
        await nodes.Gateway("520000").StartAsync(Counter.Cancel);

        var again = await _counter.Call("2207", message, id);
        again.Output.ToJsonString().ShouldBe(settled.Output.ToJsonString());
        again.Body!["inf_refmsgid"]!.GetValue<string>().ShouldBe(settled.Body!["inf_refmsgid"]!.GetValue<string>());

        var info = settled.Node("setlinfo");
        await Reconciles(info);
        await ComparesDetails(id, visit, person, info);
        await KeepsTheSettlementList(id, visit, person);
    }

    private async Task Reconciles(JsonObject info)
    {
        // The book hears of a settlement by message.
        var equal = await Counter.Eventually(() => _counter.Done("3201", Totals(info, "366.39", "1")), answer => Result(answer, "stmtinfo") == "0");
        Result(equal, "stmtinfo").ShouldBe("0", equal["stmtinfo"]!["stmt_rslt_dscr"]!.GetValue<string>());

        var unequal = await _counter.Done("3201", Totals(info, "366.40", "2"));
        Result(unequal, "stmtinfo").ShouldBe("1");
        unequal["stmtinfo"]!["stmt_rslt_dscr"]!.GetValue<string>().ShouldBe("笔数：贵院 2，平台 1；医疗费总额：贵院 366.40，平台 366.39");

        var tooLong = Totals(info, "366.39", "1");
        tooLong["data"]!["stmt_begndate"] = "2026-01-01";
        (await _counter.Call("3201", tooLong)).Error.ShouldStartWith("[PERIOD_TOO_LONG]");
    }

    private async Task ComparesDetails(string id, string visit, string person, JsonObject info)
    {
        string Line(string setl, string total) => string.Join('\t', setl, visit, person, total, info["fund_pay_sumamt"]!.ToJsonString(), info["acct_pay"]!.ToJsonString(), "0") + "\n";
        var number = await Upload(Encoding.UTF8.GetBytes(Line(id, "366.40") + Line("H52010000001202611220000009999", "1.00")));

        var answer = (await _counter.Done("3202", new JsonObject { ["data"] = new JsonObject
        {
            ["setl_optins"] = "520100", ["file_qury_no"] = number, ["stmt_begndate"] = Today, ["stmt_enddate"] = Today, ["medfee_sumamt"] = 366.40m, ["fund_pay_sumamt"] = 0, ["cash_payamt"] = 0, ["fixmedins_setl_cnt"] = 2,
            ["clr_type"] = "11", ["fixmedins_refd_setl_flag"] = "0",
        } }))["fileinfo"]!;

        var file = await _counter.Call("9102", new JsonObject { ["fsDownloadIn"] = new JsonObject { ["file_qury_no"] = answer["file_qury_no"]!.GetValue<string>(), ["filename"] = answer["filename"]!.GetValue<string>(), ["fixmedins_code"] = SampleNodes.Guiyang } });
        file.Body.ShouldBeNull("a file, no message");
        await using var archive = new ZipArchive(new MemoryStream(file.Raw));
        using var reader = new StreamReader(await archive.Entries.ShouldHaveSingleItem().OpenAsync(Counter.Cancel));
        var rows = (await reader.ReadToEndAsync(Counter.Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('\t')).ToList();
        rows.Count.ShouldBe(2);
        rows[0][2..7].ShouldBe([id, id, "1", "0", "医疗费总额不一致"]);
        rows[0][0].ShouldBe(person);
        rows[1][2..7].ShouldBe(["H52010000001202611220000009999", "H52010000001202611220000009999", "1", "0", "平台没有该笔结算"]);
    }

    [Theory]
    [InlineData("base64")]
    [InlineData("bytes")]
    [InlineData("multipart")]
    public async Task A_file_comes_back_as_it_went_up(string way)
    {
        byte[] content = [0, 255, 10, 13, 0x7f, 0x80];
        var number = await Upload(content, way);

        var file = await Download(number, SampleNodes.Guiyang);

        file.Raw.ShouldBe(content);
        (await new Counter(nodes.His(), SampleNodes.XiningRetiree).Call("9102", Wanted(number, SampleNodes.Wuhan))).Error.ShouldStartWith("[FILE_UNKNOWN]");
    }

    [Fact]
    public async Task Signs_in_and_out()
    {
        var signed = (await _counter.Done("9001", new JsonObject { ["opter_no"] = "7", ["mac"] = "00", ["ip"] = "10.0.0.1" }))["signinoutb"]!;
        var number = signed["sign_no"]!.GetValue<string>();

        (await _counter.Done("9002", new JsonObject { ["signOut"] = new JsonObject { ["sign_no"] = number, ["opter_no"] = "7" } }))["sign_time"]!["sign_time"]!.GetValue<string>().Length.ShouldBe(19);
        (await _counter.Call("9002", new JsonObject { ["signOut"] = new JsonObject { ["sign_no"] = "nothing", ["opter_no"] = "7" } })).Error.ShouldStartWith("[SIGN_NUMBER_UNKNOWN]");
    }

    [Fact]
    public async Task Knows_institutions_by_code()
    {
        var own = (await _counter.Done("1201", new JsonObject { ["medinsinfo"] = new JsonObject { ["fixmedins_type"] = "1" } }))["medinsinfo"]![0]!;
        own["fixmedins_name"]!.GetValue<string>().ShouldBe("示范省人民医院（贵阳）");
        (await _counter.Call("1201", new JsonObject { ["medinsinfo"] = new JsonObject { ["fixmedins_type"] = "1", ["fixmedins_code"] = "H52010099999" } })).Error.ShouldStartWith("[INSTITUTION_UNKNOWN]");
    }

    [Fact]
    public async Task Chronic_registrations_follow_the_home_places_rules()
    {
        var person = await _counter.Person();
        (await _counter.Done("5301", Counter.Data(("psn_no", person))))["feedetail"]!.AsArray().ShouldBeEmpty();
        var picked = (await _counter.Done("2505", Counter.Data(("psn_no", person), ("biz_appy_type", "03"), ("begndate", Today), ("fix_srt_no", "1"), ("fixmedins_code", SampleNodes.Guiyang), ("fixmedins_name", "示范省人民医院"))))["result"]!;
        await _counter.Done("2506", Counter.Data(("psn_no", person), ("trt_dcla_detl_sn", picked["trt_dcla_detl_sn"]!.GetValue<string>()), ("memo", "改选")));

        // Recognition by the treating institution is a pilot that Guiyang has not joined.
        (await _counter.Call("2503", Counter.Data(("psn_no", person), ("insutype", "310"), ("opsp_dise_code", "M03900"), ("opsp_dise_name", "高血压"), ("insu_optins", "520100"), ("ide_fixmedins_no", SampleNodes.Guiyang),
            ("ide_fixmedins_name", "医院"), ("hosp_ide_date", Today), ("diag_dr_codg", "D"), ("diag_dr_name", "医师"), ("begndate", Today)))).Error.ShouldStartWith("[");
        (await _counter.Call("2504", Counter.Data(("psn_no", person), ("trt_dcla_detl_sn", "520100M03900"), ("memo", "误报")))).Error.ShouldStartWith("[");
    }

    private async Task KeepsTheSettlementList(string id, string visit, string person)
    {
        var list = new JsonObject { ["setlinfo"] = new JsonObject { ["mdtrt_id"] = visit, ["setl_id"] = id, ["psn_no"] = person, ["psn_name"] = "样例甲", ["certno"] = "999000197103149019", ["hosp_lv"] = "2" } };
        var number = (await _counter.Done("4101", list))["setl_list_id"]!.GetValue<string>();

        var rows = nodes.Gateway("520000").Services!.GetRequiredService<IRows>();
        var content = (await rows.Query("select content from hospital_lists where number = $1", reader => reader.GetString(0), number)).ShouldHaveSingleItem();
        content.ShouldContain("hosp_lv");
        content.ShouldNotContain("9990001971");
        content.ShouldNotContain("样例");
    }

    private async Task<string> Upload(byte[] content, string way = "base64")
    {
        var upload = new JsonObject { ["fsUploadIn"] = new JsonObject { ["filename"] = "stmt.txt", ["fixmedins_code"] = SampleNodes.Guiyang } };
        if (way == "base64") upload["fsUploadIn"]!["in"] = Convert.ToBase64String(content);
        // Java writes a byte[] as signed numbers.
        if (way == "bytes") upload["fsUploadIn"]!["in"] = new JsonArray([.. content.Select(value => (JsonNode)JsonValue.Create(unchecked((sbyte)value)))]);
        if (way != "multipart") return (await _counter.Done("9101", upload))["data"]!["file_qury_no"]!.GetValue<string>();

        var message = new JsonObject { ["infno"] = "9101", ["msgid"] = _counter.His.NextMessageId(), ["fixmedins_code"] = SampleNodes.Guiyang, ["input"] = upload };
        using var form = new MultipartFormDataContent { { new StringContent(message.ToJsonString()), "jsonStr" }, { new ByteArrayContent(content), "file", "stmt.txt" } };
        var reply = await _counter.His.Send("9101", form, "", Counter.Cancel);
        reply.Succeeded.ShouldBeTrue(reply.Error);
        return reply.Node("data")["file_qury_no"]!.GetValue<string>();
    }

    private Task<HisReply> Download(string number, string institution) => _counter.Call("9102", Wanted(number, institution));

    private static JsonObject Wanted(string number, string institution) => new() { ["fsDownloadIn"] = new JsonObject { ["file_qury_no"] = number, ["filename"] = "stmt.txt", ["fixmedins_code"] = institution } };

    private JsonObject Totals(JsonObject info, string total, string count) => Counter.Data(
        ("insutype", "310"), ("clr_type", "11"), ("setl_optins", "520100"), ("stmt_begndate", Today), ("stmt_enddate", Today), ("medfee_sumamt", total), ("fund_pay_sumamt", info["fund_pay_sumamt"]!.ToJsonString()),
        ("acct_pay", info["acct_pay"]!.ToJsonString()), ("fixmedins_setl_cnt", count), ("fixmedins_refd_setl_flag", "0"));

    private string Today => _counter.His.Now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Result(JsonObject answer, string node) => answer[node]!["stmt_rslt"]!.GetValue<string>();
}
