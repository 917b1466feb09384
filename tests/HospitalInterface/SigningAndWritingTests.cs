using System.Text;
using System.Text.Json.Nodes;
using Yibao.HospitalInterface.Signing;
using Yibao.HospitalInterface.Writing;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.HospitalInterface.Tests;

public sealed class SigningTests
{
    private static readonly DateTimeOffset Then = DateTimeOffset.FromUnixTimeMilliseconds(1700000000000);
    private static readonly SignedHeaders Genuine = new("1101", "1.0.0", "1700000000000", "AKdemo", "QVbJmFmpxBOK4QfWE8kn+XO78L0=");
    private readonly HmacSha1Signature _check = new();

    [Fact]
    public void Accepts_the_published_check_vector() => _check.Fault(Genuine, "SKdemo", Then).ShouldBeNull();

    [Theory]
    [InlineData(30, true)]
    [InlineData(-30, true)]
    [InlineData(31, false)]
    [InlineData(-31, false)]
    public void Has_a_window_of_thirty_minutes(int minutes, bool accepted) =>
        (_check.Fault(Genuine, "SKdemo", Then.AddMinutes(minutes)) is null).ShouldBe(accepted);

    [Fact]
    public void Refuses_every_alteration()
    {
        _check.Fault(Genuine with { Name = "2304" }, "SKdemo", Then).ShouldBe("签名不正确");
        _check.Fault(Genuine with { AccessKey = "AKother" }, "SKdemo", Then).ShouldBe("签名不正确");
        _check.Fault(Genuine, "SKother", Then).ShouldBe("签名不正确");
        _check.Fault(Genuine, null, Then).ShouldBe("访问账号不存在");
        _check.Fault(Genuine with { Signature = "" }, "SKdemo", Then).ShouldBe("缺少签名请求头");
        _check.Fault(Genuine with { Timestamp = "1700000000" }, "SKdemo", Then).ShouldBe("时间戳不正确");
    }
}

public sealed class WritingTests
{
    private static readonly ReplyStamp Stamp = new(new AdminDivision("420000"), new DateTimeOffset(2026, 11, 22, 2, 3, 4, 5, TimeSpan.Zero), new DateTimeOffset(2026, 11, 22, 2, 3, 4, 45, TimeSpan.Zero), 7);

    [Fact]
    public void Writes_amounts_as_numbers_with_two_decimals_in_the_tables_order()
    {
        var node = new OutputNode("2304", "setlinfo").Set("setl_id", "S1").Set("medfee_sumamt", Money.Yuan(20000m)).Set("psn_cash_pay", Money.Yuan(-0.5m)).Build();
        var json = Encoding.UTF8.GetString(InterfaceReply.Success(Stamp, new JsonObject { ["setlinfo"] = node }));
        json.ShouldContain("\"medfee_sumamt\":20000.00");
        json.ShouldContain("\"psn_cash_pay\":-0.50");
        json.ShouldContain("\"infcode\":0");
        json.ShouldContain("\"inf_refmsgid\":\"420000202611221003040000000007\"");
        json.ShouldContain("\"refmsg_time\":\"20261122100304005\"");
        json.IndexOf("setl_id", StringComparison.Ordinal).ShouldBeLessThan(json.IndexOf("medfee_sumamt", StringComparison.Ordinal));
        node["psn_name"]!.GetValue<string>().ShouldBe("");
    }

    [Fact]
    public void Refuses_a_field_the_table_does_not_have() =>
        Should.Throw<InvalidOperationException>(() => new OutputNode("2304", "setlinfo").Set("medfee_sum", "1").Build());

    [Fact]
    public void Words_a_failure_in_at_most_200_characters()
    {
        var reply = JsonNode.Parse(InterfaceReply.Failure(Stamp, InterfaceErrors.Fields.With(20, new string('长', 500))))!;
        reply["infcode"]!.GetValue<int>().ShouldBe(-1);
        reply["err_msg"]!.GetValue<string>().ShouldSatisfyAllConditions(m => m.Length.ShouldBe(200), m => m.ShouldStartWith("[FIELDS_INVALID]报文有 20 处不正确"));
        reply["output"].ShouldBeNull();
    }
}
