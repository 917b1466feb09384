using Yibao.Forms.Printing;
using Yibao.Kernel.Errors;

namespace Yibao.Forms.Tests;

public sealed class InstitutionFormTests
{
    [Fact]
    [Covers("FRM-012")]
    public void The_trauma_commitment_fills_both_agency_blanks_and_needs_the_course()
    {
        var html = FormHtml.Render(Samples.Trauma.Issue());
        Golden.ShouldMatch(html, "annex-11");

        var text = Golden.Text(html);
        text.ShouldContain("本人同意授权武汉市医保经办机构通过信息共享方式查询");
        text.ShouldContain("同意武汉市医保经办机构将本人虚假行为上报");
        text.ShouldContain("本人于2023年3月1日14时在示例农贸市场（地点）发生行走时踩到积水滑倒，右手腕着地受伤（外伤经过）。");
        text.ShouldContain("承诺人（签名）：");
        text.ShouldContain("1.反欺诈法律提示：");
        text.ShouldContain("2.此表可现场填写，");

        Should.Throw<RefusedException>(() => (Samples.Trauma with { Course = "" }).Issue()).Error.Code.ShouldBe("FIELD_REQUIRED");
    }

    [Fact]
    [Covers("FRM-013")]
    public void An_unsealed_slip_prints_but_its_costs_are_not_includable()
    {
        Golden.ShouldMatch(FormHtml.Render(Samples.Slip.Issue()), "annex-12");
        var signed = Samples.Slip with { Physician = "示例医师" };
        var whole = signed with { SealedOn = new DateOnly(2023, 3, 5) };

        signed.NotIncludable()!.Code.ShouldBe("SLIP_NOT_VALID");
        signed.NotIncludable()!.Message.ShouldContain("盖章");
        (Samples.Slip with { SealedOn = new DateOnly(2023, 3, 5) }).NotIncludable()!.Message.ShouldContain("医师签字");
        Samples.Slip.NotIncludable()!.Code.ShouldBe("SLIP_NOT_VALID");
        whole.NotIncludable().ShouldBeNull();
        Golden.Text(FormHtml.Render(whole.Issue())).ShouldContain("2023年03月05日");
    }
}
