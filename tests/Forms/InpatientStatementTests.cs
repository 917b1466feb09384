using CsCheck;
using Yibao.Contracts.Settlements;
using Yibao.Forms.Hubei;
using Yibao.Forms.Printing;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;

namespace Yibao.Forms.Tests;

public sealed class InpatientStatementTests
{
    [Fact]
    [Covers("FRM-014")]
    public void The_statement_prints_once_both_identities_hold()
    {
        var html = FormHtml.Render(Samples.Statement.Issue());
        Golden.ShouldMatch(html, "annex-13");

        var seen = Golden.Seen(html);
        After(seen, "总费用").ShouldBe("20,000.00");
        After(seen, "统筹基金支付范围内费用").ShouldBe("16,000.00");
        After(seen, "乙类先行自付费用").ShouldBe("1,200.00");
        After(seen, "超限价自付费用").ShouldBe("300.00");
        After(seen, "自费费用").ShouldBe("2,500.00");
        After(seen, "基金支付合计金额").ShouldBe("12,080.00");
        After(seen, "个人现金支付金额").ShouldBe("7,920.00");
        After(seen, "住院天数").ShouldBe("12");
    }

    [Fact]
    [Covers("SET-025")]
    public void A_fund_is_printed_under_the_name_that_home_returned()
    {
        var statement = Samples.Statement with
        {
            Figures = new Figures(Yuan(20_000m), [new(Fund.Pooled, "基本医疗保险", Yuan(11_280m)), new(Fund.ResidentCatastrophic, "大病保险", Yuan(800.00m))], Yuan(7_920m), Money.Zero, Money.Zero),
        };
        After(Golden.Seen(FormHtml.Render(statement.Issue())), "大病保险").ShouldBe("800.00");
    }

    [Fact]
    public void A_fund_that_pays_nothing_is_not_printed() => Golden.Seen(FormHtml.Render(Samples.Statement.Issue())).ShouldNotContain("医疗救助"); // SET-024

    [Fact]
    public void Six_funds_need_six_lines()
    {
        var funds = Enum.GetValues<Fund>().Take(6).Select((fund, i) => new FundAmount(fund, $"基金{i + 1}", Yuan(i == 0 ? 12_030m : 10m))).ToList();
        var seen = Golden.Seen(FormHtml.Render((Samples.Statement with { Figures = new Figures(Yuan(20_000m), funds, Yuan(7_920m), Money.Zero, Money.Zero) }).Issue()));
        foreach (var fund in funds) After(seen, fund.Name).ShouldBe(fund.Amount.ToString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void One_fen_off_is_not_printed(long fen)
    {
        var figures = Samples.Statement.Figures with { Cash = Samples.Statement.Figures.Cash + new Money(fen) };
        Refusal(Samples.Statement with { Figures = figures }).ShouldBe("IDENTITY_2");
        var split = Samples.Statement.Split with { InScope = Samples.Statement.Split.InScope + new Money(fen) };
        Refusal(Samples.Statement with { Split = split }).ShouldBe("IDENTITY_1");
    }

    [Fact]
    public void Figures_of_another_bill_are_not_printed() // each identity holds by itself, but not together
    {
        var figures = Samples.Statement.Figures with { Total = Yuan(20_001m), Cash = Yuan(7_921m) };
        figures.Holds.ShouldBeTrue();
        Refusal(Samples.Statement with { Figures = figures }).ShouldBe("IDENTITY_2");
    }

    [Fact]
    public void What_the_hospital_bears_is_part_of_the_second_identity() // AMB-18
    {
        var figures = Samples.Statement.Figures with { Cash = Yuan(7_900m), HospitalBorne = Yuan(20m) };
        After(Golden.Seen(FormHtml.Render((Samples.Statement with { Figures = figures }).Issue())), "医院承担").ShouldBe("20.00");
    }

    [Fact]
    public void Every_missing_field_is_named()
    {
        var error = Should.Throw<RefusedException>(() => (Samples.Statement with { Patient = " ", Department = "" }).Issue()).Error;
        error.Code.ShouldBe("FIELD_REQUIRED");
        error.Message.ShouldContain("患者姓名、出院科室");
    }

    [Fact]
    public void A_day_case_counts_one_day() => (Samples.Statement with { Admitted = Samples.Statement.Discharged }).Days.ShouldBe(1);

    [Fact]
    public void A_discharge_before_the_admission_is_refused() => Refusal(Samples.Statement with { Admitted = Samples.Statement.Discharged.AddDays(1) }).ShouldBe("FORM_CONTENT_INVALID");

    [Fact]
    [Covers("FRM-039")]
    public void A_reprint_and_a_reversed_statement_cannot_pass_for_the_original()
    {
        var original = Samples.Statement.Issue();
        var copy = FormHtml.Render(original.AsCopy(1, new DateOnly(2023, 3, 12).At(9, 30)));
        Golden.ShouldMatch(copy, "annex-13-copy");
        Golden.Seen(copy).ShouldContain("补打");
        Golden.Seen(copy).ShouldContain("第1次 2023-03-12 09:30");
        Golden.Seen(copy).ShouldContain("医疗收费票据号码：0042000123"); // statement and invoice are given together

        var withdrawn = FormHtml.Render(original.AsVoid("420100-20230311-000007"));
        Golden.ShouldMatch(withdrawn, "annex-13-void");
        Golden.Seen(withdrawn).ShouldContain("作废");
        Golden.Seen(withdrawn).ShouldContain("冲正单号 420100-20230311-000007");

        Golden.Seen(FormHtml.Render(original)).ShouldNotContain("补打");
        Golden.Seen(FormHtml.Render(original)).ShouldNotContain("作废");
        Sheet.Open(FormWorkbook.Render(original.AsCopy(1, new DateOnly(2023, 3, 12).At(9, 30)))).Texts.ShouldContain("补打　第1次 2023-03-12 09:30");
    }

    [Fact]
    public void The_workbook_holds_real_numbers()
    {
        var sheet = Sheet.Open(FormWorkbook.Render(Samples.Statement.Issue()));
        sheet.Number("总费用").ShouldBe(20_000.00m);
        sheet.Number("基金支付合计金额").ShouldBe(12_080.00m);
        sheet.Number("职工大额医疗费用补助").ShouldBe(2_580.00m);
        sheet.Number("个人现金支付金额").ShouldBe(7_920.00m);
        sheet.Number("住院天数").ShouldBe(12m);
        sheet.After("社会保障号码").InlineString!.InnerText.Length.ShouldBe(18); // a number of 18 digits stays text: a spreadsheet would round it
        sheet.Merged.Count.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void Any_bill_whose_parts_sum_up_prints_the_same_sums_on_paper_and_in_the_workbook() =>
        Gen.Select(Gen.Long[0, 100_000_000], Gen.Long[0, 10_000_000], Gen.Long[0, 10_000_000], Gen.Long[0, 10_000_000], Gen.Int[0, 100]).Sample((inScope, classB, over, self, percent) =>
        {
            var total = new Money(inScope + classB + over + self);
            var fund = Money.Rounded(new Money(inScope).Fen * percent / 100m);
            var statement = Samples.Statement with
            {
                Split = new SplitTotals(total, new(inScope), new(classB), new(over), new(self)),
                Figures = new Figures(total, [new(Fund.Pooled, "统筹基金", fund)], total - fund, Money.Zero, Money.Zero),
            };
            var form = statement.Issue();
            var seen = Golden.Seen(FormHtml.Render(form));
            After(seen, "个人现金支付金额").ShouldBe((total - fund).ToString());
            var sheet = Sheet.Open(FormWorkbook.Render(form));
            (sheet.Number("统筹基金支付范围内费用") + sheet.Number("乙类先行自付费用") + sheet.Number("超限价自付费用") + sheet.Number("自费费用")).ShouldBe(sheet.Number("总费用"));
            (sheet.Number("基金支付合计金额") + sheet.Number("个人现金支付金额")).ShouldBe(sheet.Number("总费用"));
        }, iter: 20);

    private static string Refusal(InpatientStatement statement) => Should.Throw<RefusedException>(() => statement.Issue()).Error.Code;

    private static string After(IReadOnlyList<string> seen, string label) => seen[seen.ToList().IndexOf(label) + 1];

    private static Money Yuan(decimal yuan) => Money.Yuan(yuan);
}
