using System.Collections.Immutable;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Forms;

/// <summary>"Why this much": a page that a patient can read beside the statement. Each step with what it took in, what it gave, the rule and its article.</summary>
public sealed record SettlementExplanation
{
    private const string Name = "医疗费用结算说明";

    public required string SettlementId { get; init; }

    public required AdminDivision HomeArea { get; init; }

    /// <summary>参保地 as printed; it is its rules that count.</summary>
    public required string HomePlace { get; init; }

    /// <summary>就医地 as printed; it is its catalogue that split the fees.</summary>
    public required string TreatmentPlace { get; init; }

    public required SplitTotals Split { get; init; }

    public required Figures Figures { get; init; }

    /// <summary>In the order of the calculation.</summary>
    public required ImmutableArray<ExplainedStep> Steps { get; init; }

    /// <summary>Which rules: pack and version.</summary>
    public required string PolicyVersion { get; init; }

    /// <exception cref="RefusedException"><c>IDENTITY_1</c>, <c>IDENTITY_2</c>: what does not add up is not explained but refused.</exception>
    public Form Issue()
    {
        if (!Split.Holds) throw FeeErrors.Identity1.With(Split.Total, Split.InScope + Split.ClassBSelfPay + Split.OverLimit + Split.SelfFunded).AsException();
        if (!Figures.Holds || Figures.Total != Split.Total) throw FeeErrors.Identity2.With(Split.Total, Figures.FundTotal, Figures.Cash, Figures.HospitalBorne).AsException();

        return new Form(new FormIdentity("WHY", "结算说明", SettlementId, HomeArea), Name, [12, 32, 25, 25, 52, 40],
        [
            new Part.Line($"就医地：{TreatmentPlace}　　参保地：{HomePlace}", "单位：元"),
            new Part.Heading("一、费用怎样划分（按就医地的目录）"),
            new Part.Grid([
                new([Cell.Label("项目", 2), Cell.Label("金额"), Cell.Label("说明", 3)]),
                Fee("统筹基金支付范围内费用", Split.InScope, "目录内可以按参保地政策报销的部分"),
                Fee("乙类先行自付费用", Split.ClassBSelfPay, "乙类药品、项目按规定先由个人负担的部分"),
                Fee("超限价自付费用", Split.OverLimit, "价格超过医保限价的部分"),
                Fee("自费费用", Split.SelfFunded, "目录外费用"),
                new([Cell.Text("总费用", 2) with { Strong = true }, Cell.Yuan(Split.Total) with { Strong = true }, Cell.Text("以上四项之和", 3) with { Left = true }]),
            ]),
            new Part.Heading("二、报销怎样计算（按参保地的待遇政策）"),
            new Part.Grid([
                new([Cell.Label("序号"), Cell.Label("步骤"), Cell.Label("计算基数"), Cell.Label("金额"), Cell.Label("为什么"), Cell.Label("依据")]),
                .. Steps.Select((step, i) => new Row([
                    Cell.Count(i + 1), Cell.Text(step.Name), Cell.YuanOrBlank(step.TookIn), Cell.YuanOrBlank(step.Result),
                    Cell.Text(step.Reason) with { Left = true }, Cell.Text(step.Basis) with { Left = true }])),
            ]),
            new Part.Heading("三、谁付多少"),
            new Part.Grid([
                new([Cell.Label("支付方", 2), Cell.Label("金额"), Cell.Label("说明", 3)]),
                .. Figures.Funds.Where(fund => !fund.Amount.IsZero).Select(fund => Fee(fund.Name, fund.Amount, fund.Fund == Fund.PersonalAccount ? "从本人（或家庭共济）个人账户划出" : "由医保基金与医院结算，您无需垫付")),
                .. Borne(),
                Fee("个人现金支付", Figures.Cash, "请向医院支付"),
                new([Cell.Text("合计", 2) with { Strong = true }, Cell.Yuan(Figures.Total) with { Strong = true }, Cell.Text("等于总费用", 3) with { Left = true }]),
            ]),
            new Part.Notes([
                "注：1.目录、价格执行就医地规定，起付标准、支付比例、最高支付限额执行参保地规定。",
                $"    2.待遇政策版本：{PolicyVersion}。对结果有疑问，请凭结算号向参保地经办机构查询；同一政策版本重新计算，结果一分不差。",
                .. Illustrative(),
            ]),
        ]);
    }

    private IEnumerable<Row> Borne() => Figures.HospitalBorne.IsZero ? [] : [Fee("医院承担", Figures.HospitalBorne, "由医院自行负担，不向您收取")];

    private IEnumerable<string> Illustrative() => Steps.Any(step => step.Worth == FigureWorth.Illustrative) ? ["    3.标有“示意”的参数为演示数据，未经官方核实，不作为政策依据。"] : [];

    private static Row Fee(string name, Money amount, string why) => new([Cell.Text(name, 2), Cell.Yuan(amount), Cell.Text(why, 3) with { Left = true }]);
}

/// <summary>One step of the calculation as the patient reads it.</summary>
/// <param name="Name">起付标准, 统筹基金分段 …</param>
/// <param name="TookIn">What it worked on; null where there is no amount.</param>
/// <param name="Result">What it paid or took off; null where there is no amount.</param>
/// <param name="Reason">Why, in plain Chinese.</param>
/// <param name="Article">Article or section.</param>
/// <param name="Source">The document.</param>
/// <param name="Worth">What the figure is worth.</param>
public sealed record ExplainedStep(string Name, Money? TookIn, Money? Result, string Reason, string Article, string Source, FigureWorth Worth)
{
    /// <summary>Source, article and worth in one cell.</summary>
    public string Basis => string.Join(' ', new[] { Source, Article, Worth switch { FigureWorth.Official => "", FigureWorth.Illustrative => "（示意）", FigureWorth.Default => "（平台默认）" } }.Where(text => text.Length > 0));
}

/// <summary>What a figure of a policy is worth.</summary>
public enum FigureWorth
{
    /// <summary>From a published document.</summary>
    Official,
    /// <summary>For demonstration.</summary>
    Illustrative,
    /// <summary>The platform's fallback where the area says nothing.</summary>
    Default,
}
