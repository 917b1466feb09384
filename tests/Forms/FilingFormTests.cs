using Yibao.Forms.Hubei;
using Yibao.Forms.Printing;
using Yibao.Kernel.Errors;

namespace Yibao.Forms.Tests;

public sealed class FilingFormTests
{
    private static readonly string[] Hints =
    [
        "1.异地就医直接结算执行就医地规定的支付范围及有关规定、参保地规定的基本医疗保险基金起付标准、支付比例、最高支付限额、门诊慢特病病种范围等有关政策。",
        "2.办理备案时直接备案到就医地市或直辖市。参保人员根据病情、居住地、交通等情况，自主选择就医地开通的异地就医定点医疗机构住院就医。",
        "3.到海南、西藏等省级统筹的省份和新疆生产建设兵团就医的，可备案到就医省份和新疆生产建设兵团。",
        "4.参保人员在异地普通门诊就诊和药店购药时，无需办理异地就医备案即可在就医地开通的异地就医定点医药机构直接结算。门诊慢特病异地就医直接结算时，需要办理异地备案手续。",
        "5.未按规定办理登记备案手续，或在就医地非异地就医直接结算定点医疗机构发生的医疗费用，按参保地现有规定执行。",
        "6.异地就医直接结算时，应使用医保电子凭证或社会保障卡办理结算。",
    ];

    [Fact]
    [Covers("FRM-004")]
    public void A_stationed_worker_to_guangzhou_gets_every_field_and_the_six_hints()
    {
        var html = FormHtml.Render(Samples.Filing.Issue());
        Golden.ShouldMatch(html, "annex-01");

        var seen = Golden.Seen(html);
        seen.ShouldContain("备案编号：420500202303100001");
        seen.ShouldContain("☑3.常驻异地工作人员");
        seen.ShouldContain("☑1.新增");
        seen.ShouldContain("☑1.职工医保");
        seen.Count(line => line.StartsWith('☑')).ShouldBe(3);
        seen.ShouldContain("□5.其他临时外出就医人员");
        seen.ShouldContain("广东省");
        seen.ShouldContain("广州市");
        foreach (var hint in Hints) seen.ShouldContain(hint);
        Sheet.Open(FormWorkbook.Render(Samples.Filing.Issue())).Texts.ShouldContain("广东省");
    }

    [Fact]
    public void A_card_number_is_optional_and_a_social_security_number_is_not()
    {
        (Samples.Filing with { CardNumber = "" }).Issue();
        Should.Throw<RefusedException>(() => (Samples.Filing with { SocialSecurityNumber = "" }).Issue()).Error.Message.ShouldContain("社会保障号码");
    }

    [Fact]
    [Covers("FRM-005")]
    public void The_commitment_letter_has_exactly_one_box_ticked()
    {
        foreach (var category in (PrintedCategory[])[PrintedCategory.ResettledRetiree, PrintedCategory.LongTermResident, PrintedCategory.StationedWorker])
        {
            var seen = Golden.Seen(FormHtml.Render((Samples.Commitment with { Category = category }).Issue()));
            seen.Count(line => line.StartsWith('☑')).ShouldBe(1);
            seen.Count(line => line.StartsWith('□')).ShouldBe(2);
            seen.ShouldContain("本表由参保人员填写，由医保经办部门存档，两年内不得销毁。");
        }

        Golden.ShouldMatch(FormHtml.Render(Samples.Commitment.Issue()), "annex-02");
    }

    [Theory]
    [InlineData(PrintedCategory.Referred)]
    [InlineData(PrintedCategory.OtherTemporary)]
    public void The_commitment_letter_has_no_box_for_the_temporary(PrintedCategory category) =>
        Should.Throw<RefusedException>(() => (Samples.Commitment with { Category = category }).Issue()).Error.Code.ShouldBe("FORM_CONTENT_INVALID");
}
