using Spectre.Console;
using Yibao.Cli.His;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.RoundTrip;
using Settled = Yibao.Contracts.Settlement.V1.Settlement;

namespace Yibao.Cli.Demos;

/// <summary>The main job: a hospital's request travels 就医地→国家→参保地→back, and the patient's slip comes out.</summary>
internal sealed class RoundTripDemo() : Demo("roundtrip", "异地就医直接结算：就医地→国家→参保地→返回")
{
    public override bool Main => true;

    public override async Task Run(DemoStage stage, CancellationToken cancellation)
    {
        var quote = await Inpatient(stage, cancellation);
        var outpatient = await Outpatient(stage, cancellation);
        await IntraProvince(stage, cancellation);
        await Emergency(stage, cancellation);
        await Repeats(stage, quote, cancellation);
        await RelayKilled(stage, cancellation);
        await Reversal(stage, cancellation);
        await Refund(stage, outpatient, cancellation);
    }

    private static async Task<PreSettleAnswer> Inpatient(DemoStage stage, CancellationToken cancellation)
    {
        stage.Chapter("(a) 贵阳职工在武汉三级医院住院 12 天");
        var message = stage.Message("a-guiyang-employee-in-wuhan");
        var (settled, quote) = await SettleWhole(stage, message, cancellation);
        await Slip(stage, "a", message, settled, cancellation);
        await Path(stage, settled, ["420000", "100000", "520000"]);
        stage.Check("三个节点各存各的事件：就医地、国家、参保地", await Holds(stage, settled, "420000", "treatment") && await Holds(stage, settled, "100000", "relay") && await Holds(stage, settled, "520000", "home"));
        stage.Check("清分账已由消息入账（国家，跨省）", await stage.Eventually(() => Booked(stage, "100000", settled.NationalId), cancellation));
        return quote;
    }

    private static async Task<(InterfaceRequest Message, Settled Settled)> Outpatient(DemoStage stage, CancellationToken cancellation)
    {
        stage.Chapter("(b) 西宁退休人员在武汉普通门诊：途经四个节点");
        var message = stage.Message("b-xining-outpatient-in-wuhan");
        var (settled, _) = await SettleWhole(stage, message, cancellation);
        await Slip(stage, "b", message, settled, cancellation);
        await Path(stage, settled, ["420000", "100000", "630000", "630100"]);
        stage.Check("青海省节点只中继，西宁市节点作决定", await Holds(stage, settled, "630000", "relay") && await Holds(stage, settled, "630100", "home"));
        return (message, settled);
    }

    private static async Task IntraProvince(DemoStage stage, CancellationToken cancellation)
    {
        stage.Chapter("(c) 宜昌居民在武汉住院：省内异地，在省平台折返");
        var (settled, _) = await SettleWhole(stage, stage.Message("c-yichang-resident-in-wuhan"), cancellation);
        await Path(stage, settled, ["420000"]);
        stage.Check("国家节点没有这笔结算的任何事件（SET-007）", !await Holds(stage, settled, "100000", "relay"));
    }

    private static async Task Emergency(DemoStage stage, CancellationToken cancellation)
    {
        stage.Chapter("(d) 宜昌职工未备案，在贵阳急诊住院：视同已备案");
        var (settled, _) = await SettleWhole(stage, stage.Message("d-unfiled-emergency-in-guiyang"), cancellation);
        var reason = settled.Explanation.Lines[0].Reason;
        stage.Say($"  {reason}");
        stage.Check("按异地急诊抢救待遇计算（SET-018）", reason.Contains("急诊", StringComparison.Ordinal));
    }

    private static async Task Repeats(DemoStage stage, PreSettleAnswer quote, CancellationToken cancellation)
    {
        stage.Chapter("(e) 同一请求发两次；同一账单换一个标识再发");
        var message = stage.Message("a-guiyang-employee-in-wuhan");
        var again = await stage.His(message).Settle(message, quote, cancellation);
        var other = message with { MessageId = message.MessageId + "X" };
        var renamed = await stage.His(message).Settle(other, null, cancellation);
        stage.Check("重发得到同一笔结算", again.State == SettlementState.Granted && again.SettlementId == message.MessageId);
        stage.Check("换标识的同一账单得到第一次的结算", renamed.NationalId == again.NationalId && renamed.ContentHash == again.ContentHash);
        var year = await Year(stage, "520000", again);
        stage.Check("年度累计只计一次", year.Live.Count == 1);
    }

    private static async Task RelayKilled(DemoStage stage, CancellationToken cancellation)
    {
        stage.Chapter("(f) 参保地提交之后，国家节点突然停机");
        var message = stage.Message("f-guiyang-inpatient-in-wuhan");
        var his = stage.His(message);
        await his.Prepare(message, cancellation);
        var relay = stage.Platform[DemoStage.Area("100000"), "settlement"];
        var stopped = new TaskCompletionSource();
        stage.Faults.Arm("100000", FaultPoints.RelayBeforeStore, () => _ = Task.Run(async () =>
        {
            await relay.StopAsync(CancellationToken.None);
            stopped.SetResult();
        }, CancellationToken.None));

        var told = "";
        try
        {
            await his.Settle(message, null, cancellation);
        }
        catch (Grpc.Core.RpcException failure)
        {
            told = failure.Trailers.GetValue("yibao-error-code") ?? failure.Status.Detail;
        }

        stage.Say($"  医院得到：{told}");
        stage.Check("医院被告知结果未知，而不是失败", told.Contains("OUTCOME_UNKNOWN", StringComparison.Ordinal) || told.Contains("结果未知", StringComparison.Ordinal));
        await stopped.Task;
        var id = SettlementId.Of(message.Institution, message.MessageId);
        stage.Check("此时参保地已提交，就医地尚不知道", (await stage.Facts("520000", "settlement", $"settlement/{id}/home")).Count > 0 && (await stage.Facts("420000", "settlement", $"settlement/{id}/treatment")).Count == 1);

        await relay.StartAsync(cancellation);
        var resolved = await stage.Eventually(async () => (await stage.Facts("420000", "settlement", $"settlement/{id}/treatment")).Count > 1, cancellation);
        stage.Check("国家节点恢复后，就医地自动续办至确定", resolved);
        var undelivered = await his.Settlements.ListUndeliveredAsync(new ListUndeliveredRequest { InstitutionCode = message.Institution }, cancellationToken: cancellation);
        stage.Check("列入该院“未送达”清单", undelivered.Settlements.Any(entry => entry.NationalId == id));
        var settled = await his.Settle(message, null, cancellation);
        stage.Check("医院用原标识重发，得到同一结果", settled.State == SettlementState.Granted && settled.NationalId == id);
        await Path(stage, settled, ["420000", "100000", "520000"]);
    }

    private static async Task Reversal(DemoStage stage, CancellationToken cancellation)
    {
        stage.Chapter("(g) 冲正");
        var message = stage.Message("g-xining-outpatient-to-reverse");
        var his = stage.His(message);
        await his.Prepare(message, cancellation);
        var before = (await Year(stage, "630100", await Earlier(stage, cancellation))).Live.Count;
        var settled = await his.Settle(message, null, cancellation);
        var reversed = await his.Settlements.ReverseAsync(new WithdrawRequest { InstitutionCode = message.Institution, SettlementId = message.MessageId, NegativeId = message.MessageId + "R" }, cancellationToken: cancellation);
        stage.Say($"  结算 {settled.NationalId}：基金 {new Money(settled.Figures.FundTotalFen)}；冲正 {reversed.Negative?.NationalId}：基金 {new Money(reversed.Negative?.Figures.FundTotalFen ?? 0)}");
        stage.Check("负结算与原结算相加为零", reversed.State == SettlementState.Reversed && reversed.Negative!.Figures.TotalFen == -settled.Figures.TotalFen && reversed.Negative.Figures.CashFen == -settled.Figures.CashFen);
        var after = (await Year(stage, "630100", settled)).Live.Count;
        stage.Check("年度累计恢复原状", before == after);
    }

    /// <summary>The same person's settlement of (b): its benefit year is the one to look at.</summary>
    private static async Task<Settled> Earlier(DemoStage stage, CancellationToken cancellation)
    {
        var message = stage.Message("b-xining-outpatient-in-wuhan");
        return await stage.His(message).Settlements.GetSettlementAsync(new GetSettlementRequest { InstitutionCode = message.Institution, SettlementId = message.MessageId }, cancellationToken: cancellation);
    }

    private static async Task Refund(DemoStage stage, (InterfaceRequest Message, Settled Settled) outpatient, CancellationToken cancellation)
    {
        stage.Chapter("(h) 退费");
        var (message, settled) = outpatient;
        var refunded = await stage.His(message).Settlements.RefundAsync(new WithdrawRequest { InstitutionCode = message.Institution, SettlementId = message.MessageId, NegativeId = message.MessageId + "T" }, cancellationToken: cancellation);
        stage.Say($"  退费 {refunded.Negative?.NationalId}，业务日期 {refunded.Negative?.BusinessDate}：总额 {new Money(refunded.Negative?.Figures.TotalFen ?? 0)}");
        stage.Check("退费是另一笔负结算，原结算不变", refunded.State == SettlementState.Reversed && refunded.ContentHash == settled.ContentHash && refunded.Negative!.Figures.FundTotalFen == -settled.Figures.FundTotalFen);
        try
        {
            await stage.His(message).Settlements.RefundAsync(new WithdrawRequest { InstitutionCode = message.Institution, SettlementId = message.MessageId, NegativeId = message.MessageId + "U" }, cancellationToken: cancellation);
            stage.Check("第二次退费被拒绝", false);
        }
        catch (Grpc.Core.RpcException failure)
        {
            stage.Check($"第二次退费被拒绝：{failure.Status.Detail}", true);
        }
    }

    /// <summary>Registers, uploads, shows the trial figures, settles with the quote, and checks what must always hold.</summary>
    private static async Task<(Settled Settled, PreSettleAnswer Quote)> SettleWhole(DemoStage stage, InterfaceRequest message, CancellationToken cancellation)
    {
        var his = stage.His(message);
        var prepared = await his.Prepare(message, cancellation);
        var settled = await his.Settle(message, prepared.Quote, cancellation);
        if (settled.State != SettlementState.Granted) throw new Shell.FailedException($"{message.MessageId}: {settled.RefusalCode} {settled.RefusalMessage}");
        stage.Check("预结算与结算一致", prepared.Quote.Figures.Equals(settled.Figures));
        var (split, figures) = (settled.Split, settled.Figures);
        stage.Check($"总费用 {new Money(split.TotalFen)} = 范围内 {new Money(split.InScopeFen)} + 乙类先行自付 {new Money(split.ClassBSelfPayFen)} + 超限价 {new Money(split.OverLimitFen)} + 自费 {new Money(split.SelfFundedFen)}",
            split.TotalFen == split.InScopeFen + split.ClassBSelfPayFen + split.OverLimitFen + split.SelfFundedFen);
        stage.Check($"总费用 {new Money(figures.TotalFen)} = 基金 {new Money(figures.FundTotalFen)} + 个人现金 {new Money(figures.CashFen)}",
            figures.TotalFen == figures.FundTotalFen + figures.CashFen + figures.HospitalBorneFen && figures.FundTotalFen == figures.Funds.Sum(fund => fund.AmountFen));
        return (settled, prepared.Quote);
    }

    /// <summary>The statement (Annex 13) and the page that says why, as the patient gets them.</summary>
    private static async Task Slip(DemoStage stage, string name, InterfaceRequest message, Settled settled, CancellationToken cancellation)
    {
        foreach (var (page, html) in await PatientPages.Html(stage, message, settled, cancellation)) await File.WriteAllTextAsync(System.IO.Path.Combine(stage.Results, $"{name}-{page}.html"), html, cancellation);
        var text = await PatientPages.Text(stage, message, settled, cancellation);
        stage.Print(console =>
        {
            console.Write(new Text(text));
            foreach (var line in settled.Explanation.Lines) console.Write(new Text($"  · {line.Reason}{(line.Article.Length > 0 ? $"（{line.Article}）" : "")}\n"));
        });
    }

    /// <summary>Every node on the path with what it stored, and how long after the intent.</summary>
    private static async Task Path(DemoStage stage, Settled settled, string[] nodes)
    {
        var steps = new List<(string Node, string Role, string Fact, DateTimeOffset At)>();
        foreach (var node in nodes)
            foreach (var role in new[] { "treatment", "relay", "home" })
                steps.AddRange((await stage.Facts(node, "settlement", $"settlement/{settled.NationalId}/{role}")).Select(fact => (node, role, fact.Fact.GetType().Name, fact.Context.At)));
        var start = steps.Min(step => step.At);
        stage.Print(console =>
        {
            var table = new Table { Border = TableBorder.Minimal };
            table.AddColumn("节点").AddColumn("角色").AddColumn("事件").AddColumn(new TableColumn("意向后（毫秒）") { Alignment = Justify.Right });
            foreach (var step in steps.OrderBy(step => step.At))
                table.AddRow(step.Node, step.Role, step.Fact, (step.At - start).TotalMilliseconds.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture));
            console.Write(table);
        });
    }

    private static async Task<bool> Holds(DemoStage stage, Settled settled, string node, string role) =>
        (await stage.Facts(node, "settlement", $"settlement/{settled.NationalId}/{role}")).Count > 0;

    private static async Task<bool> Booked(DemoStage stage, string node, string id) =>
        (await stage.Rows(node, "clearing").Query("select 1 from book where settlement_id = $1", _ => 1, id)).Count > 0;

    private static Task<BenefitYear> Year(DemoStage stage, string node, Settled settled)
    {
        var year = settled.CareUntil.ToDateTimeOffset().ToOffset(TimeSpan.FromHours(8)).Year;
        var insurance = Enum.Parse<InsuranceType>(settled.InsuranceType);
        return stage.Door(node, "settlement").Read(BenefitYear.Stream(DemoStage.Area(settled.HomeArea), settled.PersonKey, insurance, year));
    }
}
