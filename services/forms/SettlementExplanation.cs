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

    /// <summary>As home's answer brought it.</summary>
    public required Explained Explained { get; init; }

    /// <summary>Which rules: pack and version.</summary>
    public required string PolicyVersion { get; init; }

    /// <summary>Of a granted settlement as every node holds it.</summary>
    public static SettlementExplanation Of(SettlementContent content, Explained explained, NodeMap places) => new()
    {
        SettlementId = content.SettlementId,
        HomeArea = content.HomeArea,
        HomePlace = places.FullName(content.HomeArea),
        TreatmentPlace = places.FullName(content.TreatmentArea),
        Split = content.Split,
        Figures = content.Figures,
        Explained = explained,
        PolicyVersion = content.PolicyVersion,
    };

    /// <exception cref="RefusedException"><c>IDENTITY_1</c>, <c>IDENTITY_2</c>: what does not add up is not explained but refused.</exception>
    public Form Issue()
    {
        if (!Split.Holds) throw FeeErrors.Identity1.With(Split.Total, Split.InScope + Split.ClassBSelfPay + Split.OverLimit + Split.SelfFunded).AsException();
        if (!Figures.Holds || Figures.Total != Split.Total) throw FeeErrors.Identity2.With(Split.Total, Figures.FundTotal, Figures.Cash, Figures.HospitalBorne).AsException();

        return new Form(new FormIdentity("WHY", "结算说明", SettlementId, HomeArea), Name, [12, 32, 24, 24, 40, 54],
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
                new([Cell.Label("序号"), Cell.Label("计算基数"), Cell.Label("金额"), Cell.Label("为什么", 2), Cell.Label("依据")]),
                .. Explained.Lines.Select((line, i) => new Row([
                    Cell.Count(i + 1), Cell.YuanOrBlank(Shown(line.TookIn)), Cell.YuanOrBlank(line.TookIn.IsZero ? Shown(line.Result) : line.Result),
                    Cell.Text(line.Reason, 2) with { Left = true }, Cell.Text(Basis(line)) with { Left = true }])),
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
                $"    2.待遇政策版本：{PolicyVersion}。对结果有疑问，请凭结算号向参保地经办机构查询；同一政策版本重新计算，结果相同。",
                .. Illustrative(),
            ]),
        ]);
    }

    private IEnumerable<Row> Borne() => Figures.HospitalBorne.IsZero ? [] : [Fee("医院承担", Figures.HospitalBorne, "由医院自行负担，不向您收取")];

    private IEnumerable<string> Illustrative() => Explained.Lines.Any(line => line.Worth == "illustrative") ? ["    3.标有“示意”的参数为演示数据，未经官方核实，不作为政策依据。"] : [];

    /// <summary>A step without an amount (which class the visit falls in) shows none.</summary>
    private static Money? Shown(Money amount) => amount.IsZero ? null : amount;

    /// <summary>Document, article and what the figure is worth, in one cell.</summary>
    internal static string Basis(ExplanationLine line) => string.Join(' ', new[] { line.Source, line.Article, line.Worth switch
    {
        "illustrative" => "（示意）",
        // What rests on nothing (the rest that is cash) needs no remark, and the default pack's own title says it already.
        "default" when line.Source.Length > 0 && !line.Source.Contains("缺省", StringComparison.Ordinal) => "（平台默认）",
        _ => "",
    } }.Where(text => text.Length > 0));

    private static Row Fee(string name, Money amount, string why) => new([Cell.Text(name, 2), Cell.Yuan(amount), Cell.Text(why, 3) with { Left = true }]);
}
