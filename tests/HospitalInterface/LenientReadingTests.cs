using System.Text;
using Yibao.HospitalInterface.Fields;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel;
using Yibao.Kernel.Errors;

namespace Yibao.HospitalInterface.Tests;

/// <summary>What real HIS are seen to send (envelope-and-crosschecks of the interface): read, not refused.</summary>
public sealed class LenientReadingTests
{
    private const string Envelope = """{"infno":"9001","msgid":"H42010000001202611221000000001","mdtrtarea_admvs":"420100","insuplc_admdvs":"null","fixmedins_code":"H42010000001","opter":"op1","inf_time":"2026-11-22 10:00:00","input":INPUT}""";

    private static InterfaceRequest Read(string input) => InterfaceRequest.Read(Encoding.UTF8.GetBytes(Envelope.Replace("INPUT", input, StringComparison.Ordinal)));

    [Fact]
    public void Reads_the_envelope() =>
        Read("{}").ShouldSatisfyAllConditions(
            r => r.Infno.ShouldBe("9001"),
            r => r.TreatmentArea.ShouldBe("420100"),
            r => r.HomeArea.ShouldBe("", "the literal null means: not given"),
            r => r.Institution.ShouldBe("H42010000001"));

    [Theory]
    [InlineData("""{"signIn":{"opter_no":"7"}}""")]
    [InlineData("""{"signIn":[{"opter_no":"7"}]}""")]
    [InlineData("""{"opter_no":"7"}""")]
    [InlineData("""{"opter_no":7}""")]
    [InlineData("\"{\\\"signIn\\\":{\\\"opter_no\\\":\\\"7\\\"}}\"")]
    public void Understands_every_way_of_sending_the_input(string input) => Read(input).Input.One("signIn")!.Text("opter_no").ShouldBe("7");

    [Theory]
    [InlineData("\"12080.00\"", 1208000)]
    [InlineData("12080", 1208000)]
    [InlineData("0.01", 1)]
    [InlineData("\" -80.00 \"", -8000)]
    public void Reads_amounts_as_number_or_text(string amount, long fen) =>
        Read("""{"data":{"medfee_sumamt":X}}""".Replace("X", amount, StringComparison.Ordinal)).Input.One("data")!.Amount("medfee_sumamt").ShouldBe(new Money(fen));

    [Theory]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("\"null\"")]
    [InlineData("\"NULL\"")]
    [InlineData("\"  \"")]
    public void Reads_every_spelling_of_nothing(string nothing) =>
        Read("""{"data":{"invono":X,"y":1}}""".Replace("X", nothing, StringComparison.Ordinal)).Input.One("data")!.Text("invono").ShouldBeNull();

    [Theory]
    [InlineData("""{"data":{"exp_content":"{\"IPT_TYPE\":\"2\"}"}}""")]
    [InlineData("""{"data":{"expContent":{"IPT_TYPE":"2"}}}""")]
    public void Reads_the_extension(string input) => Read(input).Input.One("data")!.Extension().Text("IPT_TYPE").ShouldBe("2");

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"infno\":")]
    [InlineData("not json 110101199003070011")]
    [InlineData("""{"infno":"9001","infno":"9002"}""")]
    public void Refuses_what_is_not_a_message_without_quoting_it(string message) =>
        Should.Throw<RefusedException>(() => InterfaceRequest.Read(Encoding.UTF8.GetBytes(message)))
            .ShouldSatisfyAllConditions(e => e.Error.Code.ShouldBe("MESSAGE_NOT_JSON"), e => e.Message.ShouldNotContain("1101"));

    [Theory]
    [InlineData("{\"data\":{\"memo\":\"\\ud800\"}}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"data\":{\"memo\":\"a\\u0000b\"}}")]
    public void Refuses_half_a_character(string input) => Should.Throw<RefusedException>(() => Read(input)).Error.Code.ShouldBe("MESSAGE_NOT_UTF8");

    [Theory]
    [InlineData("0001-01-01 00:00:00")]
    [InlineData("9999-12-31")]
    [InlineData("2026-02-30")]
    public void Knows_no_day_outside_our_time(string day)
    {
        var data = Read("{\"data\":{\"begntime\":\"" + day + "\"}}").Input.One("data")!;
        data.DateTime("begntime").ShouldBeNull();
        data.Date("begntime").ShouldBeNull();
    }

    [Fact]
    public void Refuses_bytes_that_are_no_utf8() =>
        Should.Throw<RefusedException>(() => InterfaceRequest.Read(Encoding.UTF8.GetBytes(Envelope.Replace("INPUT", "{}", StringComparison.Ordinal)).Append((byte)0xff).ToArray())).Error.Code.ShouldBe("MESSAGE_NOT_UTF8");

    [Fact]
    public void Refuses_ten_thousand_levels() =>
        Should.Throw<RefusedException>(() => Read(string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000)))
            .Error.Code.ShouldBe("MESSAGE_TOO_DEEP");

    [Fact]
    public void Accepts_a_byte_order_mark() =>
        InterfaceRequest.Read(Encoding.UTF8.GetPreamble().Concat(Encoding.UTF8.GetBytes(Envelope.Replace("INPUT", "{}", StringComparison.Ordinal))).ToArray()).Infno.ShouldBe("9001");
}

public sealed class ValidationTests
{
    private static Error Refusal(string infno, string input)
    {
        var json = $$"""{"infno":"{{infno}}","msgid":"m","fixmedins_code":"H42010000001","input":{{input}}}""";
        return Should.Throw<RefusedException>(() => Validation.Check(InterfaceRequest.Read(Encoding.UTF8.GetBytes(json)))).Error;
    }

    [Fact]
    public void Names_the_missing_field_in_chinese() => Refusal("2305", """{"data":{"mdtrt_id":"1","psn_no":"2"}}""").Message.ShouldContain("结算ID（setl_id）必填");

    [Fact]
    public void Names_a_wrong_type() => Refusal("2304", """{"data":{"medfee_sumamt":"abc"}}""").Message.ShouldContain("医疗费总额（medfee_sumamt）应为数值");

    [Fact]
    public void Names_too_many_decimals() => Refusal("2304", """{"data":{"medfee_sumamt":1.005}}""").Message.ShouldContain("医疗费总额（medfee_sumamt）最多 2 位小数");

    [Fact]
    public void Names_a_number_too_large() => Refusal("2304", """{"data":{"medfee_sumamt":100000000000000}}""").Message.ShouldContain("医疗费总额（medfee_sumamt）数值过大");

    [Fact]
    public void Names_an_unknown_dictionary_value() => Refusal("2304", """{"data":{"insutype":"777"}}""").Message.ShouldContain("险种类型（insutype）不在字典中");

    [Fact]
    public void Names_the_row() => Refusal("2301", """{"feedetail":[{"feedetl_sn":"1"},{"feedetl_sn":"2"}]}""").Message.ShouldContain("第 2 行就诊ID（mdtrt_id）必填");

    [Fact]
    public void Never_repeats_a_value() => Refusal("2304", """{"data":{"certno":"420106199001011234567890"}}""").Message.ShouldNotContain("4201061990");

    [Fact]
    public void Refuses_an_unknown_transaction() => Refusal("9999", "{}").Code.ShouldBe("TRANSACTION_UNKNOWN");

    [Fact]
    public void Every_transaction_has_a_chinese_name_and_only_known_types() =>
        FieldTable.Transactions.ShouldSatisfyAllConditions(
            t => t.Count.ShouldBeGreaterThan(35),
            t => t.Values.ShouldAllBe(name => name.Any(c => c >= '\u4e00')),
            t => t.Keys.SelectMany(FieldTable.Input).ShouldAllBe(field => field.Name.Length > 0));
}
