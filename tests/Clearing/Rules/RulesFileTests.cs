using Yibao.Clearing.Rules;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using static Yibao.Clearing.Tests.Some;

namespace Yibao.Clearing.Tests.Rules;

/// <summary>Grace, time-outs, deadlines and owners are data of infra/regions.</summary>
public sealed class RulesFileTests
{
    private const string National = """
        area: "100000"
        from: 2017-01-01
        document: 示例
        mark: default
        messageTimeoutMinutes: 30
        cutPatienceMinutes: 10
        compareAgainMinutes: 30
        mismatchOwner: homeCity
        monthCloseDay: 3
        institutionFixWorkingDays: 5
        financeFormsCompared: false
        """;

    private static ReconciliationRules Load(params (string, string)[] files) => ReconciliationRules.Load(files, NodeRegistry.Reference.Latest);

    private static string Refused(params (string, string)[] files) => string.Join(' ', Should.Throw<RefusedException>(() => Load(files)).Error.Details);

    [Fact]
    public void The_shipped_files_say_what_the_provinces_decreed()
    {
        var rules = ReconciliationRules.Reference;
        rules.Of(Hubei, Day).ShouldBe(new ProvinceRules(MismatchOwner.HomeCity, 3, 5, true, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30)));
        rules.Of(Qinghai, Day).Owner.ShouldBe(MismatchOwner.Province);
        rules.OwnerOf(Yichang, Hubei, Day).ShouldBe(Yichang);
        rules.OwnerOf(Haidong, Qinghai, Day).ShouldBe(Qinghai);
        rules.Of(Guizhou, Day).ShouldBe(rules.Of(AdminDivision.National, Day), "what a province did not regulate follows the nation");
        // Before its own document began Hubei followed the nation too.
        rules.Of(Hubei, new DateOnly(2022, 12, 31)).FinanceFormsCompared.ShouldBeFalse();
    }

    [Fact]
    public void A_province_says_only_what_differs_and_a_later_file_prevails()
    {
        const string Header = "area: \"520000\"\nfrom: {0}\ndocument: d\nmark: official\n";
        var rules = Load(("100000/reconciliation-2017-01-01.yaml", National),
            ("520000/reconciliation-2023-01-01.yaml", Header.Replace("{0}", "2023-01-01") + "monthCloseDay: 5\n"),
            ("520000/reconciliation-2023-04-01.yaml", Header.Replace("{0}", "2023-04-01") + "messageTimeoutMinutes: 60\n"));
        (rules.Of(Guizhou, Day).MonthCloseDay, rules.Of(Guizhou, Day).MessageTimeout).ShouldBe((5, TimeSpan.FromMinutes(30)));
        (rules.Of(Guizhou, new DateOnly(2023, 4, 1)).MonthCloseDay, rules.Of(Guizhou, new DateOnly(2023, 4, 1)).MessageTimeout).ShouldBe((3, TimeSpan.FromHours(1)));
    }

    [Fact]
    public void A_wrong_file_is_refused_with_file_and_line()
    {
        (string, string) File(string text) => ("100000/reconciliation-2017-01-01.yaml", text);
        Refused(File(National.Replace("monthCloseDay: 3", "monthCloseDay: 0"))).ShouldBe("100000/reconciliation-2017-01-01.yaml 9 monthCloseDay 须为 1 到 28 的整数");
        Refused(File(National.Replace("mismatchOwner: homeCity", "mismatchOwner: nobody"))).ShouldContain("8 mismatchOwner");
        Refused(File(National.Replace("monthCloseDay", "monthClosingDay"))).ShouldContain("9 未知的参数 monthClosingDay");
        Refused(File(National.Replace("compareAgainMinutes: 30\n", ""))).ShouldContain("缺少 compareAgainMinutes");
        Refused(File(National.Replace("area: \"100000\"", "area: \"420000\""))).ShouldContain("文件应为 420000/");
        Refused(File("[")).ShouldContain("不是有效的 YAML");
        Refused(File(National), ("100000/reconciliation-2017-01-01.yaml", National)).ShouldContain("同日生效");
        Refused(("420100/reconciliation-2017-01-01.yaml", National.Replace("100000", "420100"))).ShouldContain("不是国家或省级");
        Refused(("420000/reconciliation-2017-01-01.yaml", National.Replace("100000", "420000"))).ShouldContain("缺少国家默认规则");
    }
}
