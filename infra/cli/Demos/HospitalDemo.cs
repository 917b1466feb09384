using Yibao.Cli.His;
using Yibao.SampleHis;

namespace Yibao.Cli.Demos;

/// <summary>A HIS that knows only the national interface's specification: an outpatient and an inpatient of other provinces, by HTTP through the gateway.</summary>
internal sealed class HospitalDemo() : Demo("hospital", "全国医保接口：只按公开接口规范编写的 HIS，经网关完成跨省门诊、冲正和跨省住院")
{
    public override async Task Run(DemoStage stage, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        var gateway = stage.Platform[DemoStage.Area("420000"), "gateway"].Http;
        var path = new GoldenPath(new HisSystem(http, gateway, SampleHospital.Account, TimeProvider.System));

        await Part(stage, path, "(1) 西宁退休人员在武汉门诊：签到、读卡、挂号、费用、预结算、结算、重发、退费", () => path.Outpatient(SampleHospital.Outpatient, SampleHospital.OutpatientCharges, cancellation));
        var outpatient = path.LastFigures;
        await Part(stage, path, "(2) 结算答复丢失：冲正，原报文再到不再受理", () => path.Reversal(SampleHospital.Outpatient, SampleHospital.OutpatientCharges, cancellation));
        await Part(stage, path, "(3) 贵阳职工在武汉住院：入院、费用、预结算、出院、结算、撤销", () => path.Inpatient(SampleHospital.Inpatient, SampleHospital.InpatientCharges, cancellation));
        var inpatient = path.LastFigures;

        stage.Say($"  门诊：总费用 {outpatient.Total:0.00}，基金和账户 {outpatient.Funds:0.00}，现金 {outpatient.Cash:0.00}；住院：总费用 {inpatient.Total:0.00}，基金和账户 {inpatient.Funds:0.00}，现金 {inpatient.Cash:0.00}");
        stage.Check("住院由参保地基金支付一部分，其余由本人支付", inpatient is { Funds: > 0, Cash: > 0 } && inpatient.Funds + inpatient.Cash == inpatient.Total);
        stage.Check("每一步都得到接口规范要求的答复，结算恒等式全部成立", path.Holds);
    }

    private static async Task Part(DemoStage stage, GoldenPath path, string title, Func<Task> walk)
    {
        stage.Chapter(title);
        var before = path.Steps.Count;
        await walk();
        List<PathStep> steps = [.. path.Steps.Skip(before)];
        stage.Say(Sequence.Draw(steps, " HIS", "医保平台网关"));
        stage.Check($"{steps.Count} 步全部成立", steps.TrueForAll(step => step.Holds));
    }
}
