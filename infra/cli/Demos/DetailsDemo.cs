using System.Text;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Backing;
using Yibao.Cli.His;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.HospitalInterface.Reading;
using Yibao.Hosting.Identity;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Details;
using Yibao.Settlement.Manual;
using Role = Yibao.Kernel.Deciding.Role;
using Settled = Yibao.Contracts.Settlement.V1.Settlement;

namespace Yibao.Cli.Demos;

/// <summary>After the settlement and without one: a stay's details reach the nation and the home place; a visit that a fault hindered is reimbursed online, and once.</summary>
internal sealed class DetailsDemo() : Demo("details", "结算之后：住院明细上传与下载；未能直接结算的线上手工报销，同一次就诊只支付一次")
{
    public override async Task Run(DemoStage stage, CancellationToken cancellation)
    {
        await Details(stage, cancellation);
        await ByHand(stage, cancellation);
    }

    private static async Task Details(DemoStage stage, CancellationToken cancellation)
    {
        stage.Chapter("(1) 贵阳职工在武汉住院：明细三日内上传国家，参保地可下载");
        var id = (await Stay(stage, cancellation)).NationalId;
        var (treatment, home) = (stage.Door("420000", "settlement"), stage.Door("520000", "settlement"));
        stage.Check("结算即欠明细，按就医地规定的期限", await stage.Eventually(async () => (await treatment.Read(DetailDuty.Stream(id), cancellation)).Duty is { DueOn: not null }, cancellation));

        var node = DemoStage.Area("420000");
        var sent = (await stage.Platform[node, "settlement"].Services!.GetRequiredService<DetailsDesk>().Upload(id, Actor.System(node, "demo"), "demo/details", cancellation)).Sent;
        stage.Check("国家节点收齐并回执：DetailsPending → DetailsUploaded", await stage.Eventually(async () => (await treatment.Read(DetailDuty.Stream(id), cancellation)).Status == DetailsStatus.DetailsUploaded, cancellation));
        stage.Check($"参保地持有全部 {sent!.Lines} 行，合计 {sent.Total}", await stage.Eventually(async () =>
            await home.Read(HeldDetails.Stream(id), cancellation) is { CompleteAt: not null } held && held.Lines == sent.Lines && held.Total == sent.Total, cancellation));
    }

    private static async Task ByHand(DemoStage stage, CancellationToken cancellation)
    {
        stage.Chapter("(2) 宜昌职工在贵阳住院，出院时网络故障：上报明细，回参保地线上手工报销");
        var message = await Another("d-unfiled-emergency-in-guiyang", stage);
        var his = stage.His(message);
        var visit = (await his.Upload(message, cancellation)).VisitId;
        var hospital = stage.Platform[DemoStage.Area("520000"), "settlement"].Services!;
        using (hospital.GetRequiredService<ICurrentActor>().Act(new Actor("his-demo", Role.Institution, DemoStage.Area("520100"), message.Institution), "demo/undirect"))
        {
            var (reported, _) = await hospital.GetRequiredService<UndirectDesk>().Report(
                visit, new UndirectFault(UndirectFaults.Network, Settlement.RoundTrip.Sealing.Truncate(TimeProvider.System.GetUtcNow().AddSeconds(-1))), HisClient.Terms(message).CareUntil.ToDateTimeOffset(), [new Diagnosis("S06.000", "脑震荡", true)], cancellation);
            stage.Say($"  上报 {reported.Lines.Count} 行，合计 {reported.Undirect!.Total}");
        }

        var home = stage.Door("420000", "settlement");
        stage.Check("参保地收齐明细和诊断，无须录入票据（SET-022）", await stage.Eventually(async () => (await home.Read(HeldDetails.Stream(Contracts.Settlements.FeeDetails.ReferenceOf(visit)), cancellation)).CompleteAt is not null, cancellation));
        var opened = await At(stage, "maker", desk => desk.Open(visit, cancellation));
        await At(stage, "maker", desk => desk.Calculate(visit, cancellation));
        var alone = await Refusal(() => At(stage, "maker", desk => desk.Pay(visit, cancellation)));
        stage.Check($"计算人不能自己支付：{alone?.Message}", alone?.Code == ManualErrors.SecondPersonNeeded.Code);
        var paid = (await At(stage, "checker", desk => desk.Pay(visit, cancellation))).Paid!;
        stage.Say($"  受理原因 {opened.Opened!.Reason}；按参保地规定支付 {paid.Figures.FundTotal}，个人承担 {paid.Figures.Cash}");
        stage.Check("由另一人复核支付，两个恒等式成立", paid.Figures.Holds && paid.Figures.FundTotal > Money.Zero);

        var direct = await his.Settle(message, null, cancellation);
        stage.Check($"网络恢复后再直接结算被拒绝：{direct.RefusalMessage}", direct.RefusalCode == ManualErrors.AlreadyReimbursed.Code);
    }

    /// <summary>The stay of the main demo, or settled here when that was not shown.</summary>
    private static async Task<Settled> Stay(DemoStage stage, CancellationToken cancellation)
    {
        var message = stage.Message("a-guiyang-employee-in-wuhan");
        var his = stage.His(message);
        try
        {
            return await his.Settlements.GetSettlementAsync(new GetSettlementRequest { InstitutionCode = message.Institution, SettlementId = message.MessageId }, cancellationToken: cancellation);
        }
        catch (RpcException unknown) when (Hosting.Grpc.ErrorStatus.FromRpc(unknown)?.Code == SettlementErrors.Unknown.Code)
        {
            return await his.Settle(message, (await his.Prepare(message, cancellation)).Quote, cancellation);
        }
    }

    /// <summary>A sample's bill as another visit of the same person.</summary>
    private static async Task<InterfaceRequest> Another(string bill, DemoStage stage)
    {
        var message = stage.Message(bill);
        var visit = message.Input.One("mdtrtinfo")!;
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root(), "infra", "samples", bill + ".json"));
        foreach (var (given, becomes) in ((string, string)[])[(visit.Text("mdtrt_id")!, visit.Text("mdtrt_id") + "M"), (message.MessageId, message.MessageId[..^3] + "988")]) text = text.Replace(given, becomes, StringComparison.Ordinal);
        return InterfaceRequest.Read(Encoding.UTF8.GetBytes(text));
    }

    private static async Task<T> At<T>(DemoStage stage, string user, Func<ManualDesk, Task<T>> work)
    {
        var services = stage.Platform[DemoStage.Area("420000"), "settlement"].Services!;
        using var acting = services.GetRequiredService<ICurrentActor>().Act(new Actor(user, Role.CityOperator, DemoStage.Area("420500")), "demo/manual");
        return await work(services.GetRequiredService<ManualDesk>());
    }

    private static async Task<Error?> Refusal(Func<Task> work)
    {
        try
        {
            await work();
            return null;
        }
        catch (RefusedException refused)
        {
            return refused.Error;
        }
    }
}
