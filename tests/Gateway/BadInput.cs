using System.Text;
using System.Text.Json.Nodes;
using Yibao.Gateway.Hospital;
using Yibao.SampleHis;

namespace Yibao.Gateway.Tests;

/// <summary>What is wrong is said in Chinese, by the field's name; who is not genuine is not let in; nobody sees another's visit.</summary>
public sealed class BadInput(SampleNodes nodes)
{
    private readonly Counter _counter = new(nodes.His(), SampleNodes.XiningRetiree);

    [Fact]
    public async Task Each_field_that_is_wrong_is_named_in_chinese()
    {
        var person = await _counter.Person();
        var message = _counter.Registration(person, "N1");
        var data = (JsonObject)message["data"]!;
        (data["insutype"], data["begntime"], data["dept_name"], data["caty"]) = ("777", "22/11/2026", "", new JsonObject());

        var error = (await _counter.Call("2201", message)).Error;

        error.ShouldStartWith("[FIELDS_INVALID]报文有 4 处不正确");
        error.ShouldContain("险种类型（insutype）不在字典中");
        error.ShouldContain("开始时间（begntime）应为 yyyy-MM-dd HH:mm:ss");
        error.ShouldContain("科室名称（dept_name）必填");
        error.ShouldContain("科别（caty）应为单个值");
    }

    [Fact]
    public async Task What_a_service_refuses_is_named_in_chinese_too()
    {
        var person = await _counter.Person();
        var message = _counter.Registration(person, Counter.Number());
        message["data"]!["begntime"] = "2099-01-01 00:00:00";

        (await _counter.Call("2201", message)).Error.ShouldContain("开始时间（begntime）");
    }

    [Theory]
    [InlineData("wrapper")]
    [InlineData("text")]
    [InlineData("numbers")]
    public async Task The_loose_ways_of_the_field_are_understood(string way)
    {
        var input = _counter.PersonQuery();
        var sent = way switch
        {
            // The only node's wrapper left out; the input as a JSON string; null spelled out, a code as a number.
            "wrapper" => (JsonNode)input["data"]!.DeepClone(),
            "text" => JsonValue.Create(input.ToJsonString()),
            _ => Loose(input),
        };
        var his = new HisSystem(nodes.Http, nodes.Gateway().Http, SampleNodes.Account(SampleNodes.Wuhan), TimeProvider.System) { Envelope = message => (message["input"], message["opter_type"], message["sign_no"]) = (sent, 1, "NULL") };

        (await his.Call("1101", "630100", [], cancellation: Counter.Cancel)).Succeeded.ShouldBeTrue();

        static JsonNode Loose(JsonObject input)
        {
            var data = input["data"]!;
            (data["card_sn"], data["begntime"], data["extra"]) = ("NULL", "null", 5);
            return new JsonObject { ["data"] = new JsonArray(data.DeepClone()) };
        }
    }

    [Fact]
    public async Task Who_is_not_genuine_is_not_let_in()
    {
        var his = nodes.His();
        (await Refused(his, his.Headers("1101", his.Now.AddMinutes(-31)))).ShouldBe((401, "接口签名未通过：时间戳超出 30 分钟"));
        (await Refused(his, his.Headers("1101", his.Now.AddMinutes(31)))).ShouldBe((401, "接口签名未通过：时间戳超出 30 分钟"));
        (await Refused(his, Altered("_api_signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="))).ShouldBe((401, "接口签名未通过：签名不正确"));
        (await Refused(his, Altered("_api_version", "2.0.0"))).ShouldBe((401, "接口签名未通过：签名不正确"));
        (await Refused(his, Altered("_api_access_key", "AK-nobody"))).ShouldBe((401, "接口签名未通过：访问账号不存在"));
        (await Refused(his, [.. his.Headers("1101").Where(header => header.Name != "_api_timestamp")])).ShouldBe((401, "接口签名未通过：缺少签名请求头"));
        (await Refused(his, his.Headers("2207"))).ShouldBe((401, "接口签名未通过：签名的交易编号与报文不一致"));

        IReadOnlyList<(string, string)> Altered(string name, string value) => [.. his.Headers("1101").Select(header => header.Name == name ? (name, value) : header)];
    }

    [Fact, Covers("SEC-003")]
    public async Task A_genuine_call_from_an_address_that_is_not_registered_or_not_private_is_refused_and_noted()
    {
        var his = new HisSystem(nodes.Http, nodes.Gateway().Http, new HisAccount("AK-elsewhere", "SK-elsewhere", SampleNodes.Wuhan, "示范医院", "420100"), TimeProvider.System);

        (await Refused(his, his.Headers("1101"))).ShouldBe((403, "请求来自未登记或公共网络"));

        nodes.Log.ShouldContain(line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("127.0.0.1", StringComparison.Ordinal) && line.Contains("NETWORK_NOT_REGISTERED", StringComparison.Ordinal));
        // A public address stays out even where someone registered it.
        var registered = new HospitalAccount("AK", "SK", SampleNodes.Wuhan, new("420100"), [System.Net.IPNetwork.Parse("0.0.0.0/0")]);
        registered.Allows(System.Net.IPAddress.Parse("203.0.113.7")).ShouldBeFalse();
        registered.Allows(System.Net.IPAddress.Parse("10.20.30.40")).ShouldBeTrue();
        registered.Allows(System.Net.IPAddress.Parse("::ffff:203.0.113.7")).ShouldBeFalse();
        registered.Allows(null).ShouldBeFalse();
    }

    [Fact]
    public async Task An_account_speaks_for_its_own_institution_only()
    {
        var his = new HisSystem(nodes.Http, nodes.Gateway().Http, SampleNodes.Account(SampleNodes.Wuhan), TimeProvider.System) { Envelope = message => message["fixmedins_code"] = SampleNodes.Guiyang };

        (await his.Call("9001", "", new JsonObject { ["signIn"] = new JsonObject { ["opter_no"] = "1", ["mac"] = "m", ["ip"] = "i" } }, cancellation: Counter.Cancel)).Error.ShouldStartWith("[INSTITUTION_MISMATCH]");
    }

    [Fact]
    public async Task Another_institutions_visit_is_unknown_and_another_persons_is_refused()
    {
        var (person, visit) = await _counter.Ready();
        var other = new Counter(nodes.His(SampleNodes.Guiyang), SampleNodes.GuiyangEmployee);
        var stranger = await other.Person();

        (await other.Call("2206", other.Settlement(person, visit, 366.39m))).Error.ShouldStartWith("[VISIT_UNKNOWN]");
        (await other.Call("2206", other.Settlement(person, $"{SampleNodes.Wuhan}:{visit}", 366.39m))).Error.ShouldContain("不是本平台的标识");
        (await _counter.Call("2206", _counter.Settlement(stranger, visit, 366.39m))).Error.ShouldStartWith("[PERSON_NUMBER_MISMATCH]");
        (await _counter.Call("2201", _counter.Registration(stranger, Counter.Number()))).Error.ShouldStartWith("[IDENTITY_NOT_VERIFIED]");
    }

    /// <summary>INS-012 at the national interface: an admission from outside says of what kind it is; a change that does not speak of it leaves it.</summary>
    [Fact]
    public async Task An_admission_without_its_kind_is_refused()
    {
        var (person, number) = (await _counter.Person(), Counter.Number());

        (await _counter.Call("2401", _counter.Admission(person, number, null))).Error.ShouldStartWith("[FIELD_REQUIRED]《入院登记》缺少必填项：住院类型（ipt_type）");
        (await _counter.Call("2401", _counter.Admission(person, number, "9"))).Error.ShouldStartWith("[FIELD_INVALID]");
        (await _counter.Call("2401", _counter.Admission(person, number, "0"))).Error.ShouldStartWith("[FIELD_REQUIRED]");

        (await _counter.Done("2401", _counter.Admission(person, number, "1")))["result"]!["mdtrt_id"]!.GetValue<string>().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_name_or_number_that_is_not_the_credentials_is_refused_without_saying_which()
    {
        var wrong = _counter.PersonQuery();
        wrong["data"]!["psn_name"] = "样例甲";
        var error = (await _counter.Call("1101", wrong)).Error;

        error.ShouldStartWith("[CREDENTIAL_PERSON_DIFFERS]");
        error.ShouldNotContain("样例");
        var unknown = _counter.PersonQuery();
        unknown["data"]!["mdtrt_cert_no"] = "999000199302279042";
        (await _counter.Call("1101", unknown)).Error.ShouldStartWith("[");
    }

    [Fact]
    public async Task Nothing_that_was_refused_here_left_an_identity_in_a_log()
    {
        await Another_institutions_visit_is_unknown_and_another_persons_is_refused();
        await A_name_or_number_that_is_not_the_credentials_is_refused_without_saying_which();
        await Each_field_that_is_wrong_is_named_in_chinese();

        string[] identities = ["999000197103149019", "999000195608059028", "999000199302279042", "样例甲", "样例乙"];
        nodes.Log.Where(line => identities.Any(identity => line.Contains(identity, StringComparison.Ordinal))).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_no_message_is_answered_as_the_interface_answers()
    {
        var his = nodes.His();
        (await his.Send("2204", Encoding.UTF8.GetBytes("[" + new string(' ', 1024 * 1024) + "]"), "", Counter.Cancel)).Error.ShouldStartWith("[MESSAGE_TOO_LARGE]");
        (await his.Send("2204", "certno=999000197103149019"u8.ToArray(), "", Counter.Cancel)).Error.ShouldBe("[MESSAGE_NOT_JSON]报文不是合法的 JSON：第 1 行第 1 列。请按接口规范更正报文后重发");
        (await his.Call("3260", "", Counter.Data(("trt_year", "2026")), cancellation: Counter.Cancel)).Error.ShouldStartWith("[TRANSACTION_NOT_OPEN]");
        (await his.Call("9999", "", Counter.Data(("a", "b")), cancellation: Counter.Cancel)).Error.ShouldStartWith("[TRANSACTION_UNKNOWN]");
    }

    private async Task<(int, string)> Refused(HisSystem his, IReadOnlyList<(string Name, string Value)> headers)
    {
        var body = new JsonObject { ["infno"] = "1101", ["msgid"] = his.NextMessageId(), ["fixmedins_code"] = SampleNodes.Wuhan, ["input"] = _counter.PersonQuery() };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(his.Gateway, "/fsi/api/fsiPsnInfoService/queryPsnInfo")) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var reply = await his.Send(request, "", Counter.Cancel);
        return (reply.Status, reply.Error);
    }
}
