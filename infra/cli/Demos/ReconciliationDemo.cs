using System.Globalization;
using System.Text.Json.Nodes;
using Yibao.Cli.Reconciling;
using Yibao.Cli.Shell;
using Yibao.Clearing.Book;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Time;
using Settled = Yibao.Contracts.Settlement.V1.Settlement;

namespace Yibao.Cli.Demos;

/// <summary>日对账: one settlement is altered at one node; the next morning's run names it, shows the three versions and repairs it.</summary>
internal sealed class ReconciliationDemo() : Demo("reconciliation", "日对账：一个节点的一笔账被改，次日凌晨三方对账找出、列示、修复")
{
    private const string Altered = "update book set fund_fen = fund_fen + 10000, cash_fen = cash_fen - 10000 where settlement_id = $1";

    public override async Task Run(DemoStage stage, CancellationToken cancellation)
    {
        await using var country = await SampleCountry.StartAsync(stage.Output, stage.Platform.Backing, "recon_", stage.Results, cancellation);

        stage.Chapter("(1) 白天：三个节点之间结算");
        List<Settled> settled = [];
        foreach (var (sample, visit) in ((string, string)[])[(SampleCountry.Eastward, "RECON1"), (SampleCountry.Westward, "RECON2"), (SampleCountry.Eastward, "RECON3")])
        {
            settled.Add(await country.Settle(sample, visit, cancellation));
            stage.Say($"  {settled[^1].NationalId}：总费用 {new Money(settled[^1].Figures.TotalFen)}，基金 {new Money(settled[^1].Figures.FundTotalFen)}");
        }

        var (victim, day) = (settled[0], DateOnly.ParseExact(settled[0].BusinessDate, "yyyy-MM-dd", CultureInfo.InvariantCulture));
        stage.Check("就医地、国家、参保地三本账各自由消息入账", await country.Booked([.. settled.Select(s => s.NationalId)], cancellation));

        stage.Chapter("(2) 夜里：国家节点账簿中的一行被直接改动");
        var rows = await country.Rows(SampleCountry.Nation, "clearing").Execute(Altered, victim.NationalId);
        stage.Say($"  {victim.NationalId}：基金 {new Money(victim.Figures.FundTotalFen)} → {new Money(victim.Figures.FundTotalFen + 10_000)}，总额不变");
        stage.Check("只改了这一行", rows == 1);

        stage.Chapter("(3) 次日 00:30：日切、三方比对、逐级缩小到差异");
        country.Morning(day);
        var compared = await country.Comparison.Run(day, TimeSpan.FromMinutes(3), cancellation);
        stage.Print(compared.Print);

        var difference = compared.Differences.Count == 1 ? compared.Differences[0] : null;
        stage.Check("找出的恰好是这一笔，没有多报（REC-001）", (string?)difference?["settlement_id"] == victim.NationalId);
        stage.Check("判为金额不符、记录被改", (string?)difference?["kind"] == "AmountDiff" && (string?)difference?["cause"] == "RecordAltered");
        var versions = (difference?["versions"]?.AsArray() ?? []).Select(version => version!.AsObject()).ToDictionary(version => (string)version["node"]!, StringComparer.Ordinal);
        stage.Check("三方版本并列：就医地、国家、参保地，均有参保地签名", versions.Count == 3 && versions.Values.All(version => version["proven"]?.GetValue<bool>() == true));
        stage.Check("只有国家的账与签名金额不同，差 100.00", Fund(versions, "100000") - victim.Figures.FundTotalFen == 10_000 && Fund(versions, "420000") == victim.Figures.FundTotalFen && Fund(versions, "520000") == victim.Figures.FundTotalFen);
        stage.Check("责任机构为参保地市级经办机构（REC-004）", (string?)difference?["owner"] == victim.HomeArea);
        stage.Check("由平台按签名结果更正，差异关闭", (string?)difference?["resolution"] == "Correct" && difference?["history"]?.AsArray().Any(line => ((string?)line)?.EndsWith("done Rebook 100000", StringComparison.Ordinal) == true) == true);
        stage.Check("各边当日关闭，三本账笔数、金额、摘要一致", compared.Agrees && await BooksAgree(country, day, cancellation));

        stage.Chapter("(4) 对平之后才能申报（REC-009）");
        var institution = victim.InstitutionCode;
        var caller = new TokenOf("his", new(victim.TreatmentArea), Role.Institution) { Institution = institution };
        var declarable = new JsonObject();
        var released = await stage.Eventually(async () =>
        {
            declarable = await country.Comparison.Ask(SampleCountry.Hubei, HttpMethod.Get, $"reconciliation/institutions/{institution}/declarable/{day:yyyy-MM}", cancellation, caller: caller);
            return declarable["held"]!.AsArray().Count == 0;
        }, cancellation);
        stage.Say($"  {institution}：可申报 {declarable["reconciled_count"]} 笔，基金 {new Money(declarable["reconciled_fund_fen"]?.GetValue<long>() ?? 0)}");
        stage.Check("医院的两笔均已对平，无暂缓", released && declarable["reconciled"]!.AsArray().Select(id => (string?)id).Order(StringComparer.Ordinal).SequenceEqual([settled[0].NationalId, settled[2].NationalId]));
    }

    private static long Fund(Dictionary<string, JsonObject> versions, string node) => versions.GetValueOrDefault(node)?["booked"]?["fund_fen"]?.GetValue<long>() ?? 0;

    private static async Task<bool> BooksAgree(SampleCountry country, DateOnly day, CancellationToken cancellation)
    {
        foreach (var side in new[] { SampleCountry.Hubei, SampleCountry.Guizhou })
        {
            var (house, child) = (await country.Book(SampleCountry.Nation).Digest(Edge.Down(side), day, cancellation), await country.Book(side).Digest(Edge.Up(SampleCountry.Nation), day, cancellation));
            if (!house.Sums.Agrees(child.Sums) || house.Sums.Count != 3) return false;
        }

        return true;
    }
}
