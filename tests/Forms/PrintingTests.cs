using System.Collections.Immutable;
using System.Security.Cryptography;
using CsCheck;
using Yibao.Forms.Printing;
using Yibao.Kernel;
using Yibao.Kernel.Places;

namespace Yibao.Forms.Tests;

public sealed class PrintingTests
{
    private static readonly FormIdentity Identity = new("T", "附件X", "1", new AdminDivision("420000"));

    private static readonly string[] Hostile = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "&lt;", "=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "\u0000\u0008", "\ud800", "𠮷野家"];

    public static TheoryData<string> Names => [.. All.Keys];

    private static Dictionary<string, Form> All => new()
    {
        ["1"] = Samples.Filing.Issue(),
        ["2"] = Samples.Commitment.Issue(),
        ["11"] = Samples.Trauma.Issue(),
        ["12"] = Samples.Slip.Issue(),
        ["13"] = Samples.Statement.Issue(),
        ["why"] = Samples.Explanation.Issue(),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_form_gives_the_same_bytes(string name)
    {
        FormHtml.Render(All[name]).ShouldBe(FormHtml.Render(All[name]));
        Convert.ToHexString(SHA256.HashData(FormWorkbook.Render(All[name]))).ShouldBe(Convert.ToHexString(SHA256.HashData(FormWorkbook.Render(All[name]))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_page_needs_nothing_from_outside(string name)
    {
        var html = FormHtml.Render(All[name]);
        html.ShouldContain("default-src 'none'");
        foreach (var reference in (string[])["http:", "https:", "src=\"", "href=", "url(", "<script", "@import", "<link"]) html.ShouldNotContain(reference);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_workbook_is_valid_and_shows_what_the_page_shows(string name)
    {
        var sheet = Sheet.Open(FormWorkbook.Render(All[name]));
        sheet.HasFormula.ShouldBeFalse();
        var page = Golden.Text(FormHtml.Render(All[name]));
        foreach (var part in All[name].Parts.OfType<Part.Grid>().SelectMany(grid => grid.Rows).SelectMany(row => row.Cells).Where(cell => cell.Printed.Length > 0))
        {
            page.ShouldContain(part.Printed);
            if (part.Kind != CellKind.Number) sheet.Texts.ShouldContain(part.Printed);
        }
    }

    [Fact]
    public void Whatever_a_name_holds_it_stays_text() => Gen.OneOf(Gen.String, Gen.Int[0, Hostile.Length - 1].Select(i => Hostile[i])).Sample(text =>
    {
        var form = One(Cell.Text(text));
        var html = FormHtml.Render(form);
        html.ShouldNotContain("<script");
        html.ShouldNotContain("<img");
        var sheet = Sheet.Open(FormWorkbook.Render(form));
        sheet.HasFormula.ShouldBeFalse();
        if (text.Length > 0 && !text.Contains('\r', StringComparison.Ordinal)) sheet.Texts.ShouldContain(Words.Printable(text));
    }, iter: 60);

    [Fact]
    public void Prefund_amounts_print_in_wan_and_yuan_amounts_in_yuan()
    {
        var sheet = Sheet.Open(FormWorkbook.Render(new Form(Identity, "表", [40, 40],
        [
            new Part.Grid([new([Cell.Text("万元"), Cell.Wan(Money.Wan(660.00m))]), new([Cell.Text("元"), Cell.Yuan(Money.Yuan(161_800m))])]),
        ])));
        sheet.Number("万元").ShouldBe(660.00m);
        sheet.Number("元").ShouldBe(161_800.00m);
    }

    [Fact]
    public void Merged_header_cells_keep_their_place()
    {
        var form = new Form(Identity, "湖北省示例表", [20, 20, 20, 20],
        [
            new Part.Grid([
                new([Cell.Label("地区", rows: 2), Cell.Label("武汉市", 2), Cell.Label("合计", rows: 2)]),
                new([Cell.Label("应收"), Cell.Label("应付")]),
                new([Cell.Text("北京市"), Cell.Yuan(Money.Yuan(1m)), Cell.Yuan(Money.Yuan(2m)), Cell.Yuan(Money.Yuan(3m))]),
            ]),
        ]);
        Sheet.Open(FormWorkbook.Render(form)).Merged.ShouldBe(["A1:D1", "A2:A3", "B2:C2", "D2:D3", "A5:D5"]);
        FormHtml.Render(form).ShouldContain("<thead>\n<tr><th rowspan=\"2\">地区</th><th colspan=\"2\">武汉市</th><th rowspan=\"2\">合计</th></tr>\n<tr><th>应收</th><th>应付</th></tr>\n</thead>");
    }

    /// <summary>The shape of Annex 14: two rows a province, two columns a city. What it means is clearing's business; that it can be printed is ours.</summary>
    [Fact]
    public void A_matrix_of_all_provinces_and_all_cities_fits_on_a_wide_sheet_with_its_header_on_every_page()
    {
        var map = NodeRegistry.Reference.Latest;
        var cities = map.Children(new AdminDivision("420000"));
        var provinces = map.Children(AdminDivision.National).Where(place => place.Code != new AdminDivision("420000")).ToList();
        Part.Grid grid = new([
            new([Cell.Label("地区", 2, 2), .. cities.Select(city => Cell.Label(city.Printed, 2)), Cell.Label("合计", rows: 2)]),
            new([.. cities.SelectMany(_ => (Cell[])[Cell.Label("应收"), Cell.Label("应付")])]),
            .. provinces.SelectMany((province, p) => (Row[])
            [
                new([Cell.Text("应收"), Cell.Text(province.Printed, rows: 2), .. cities.SelectMany((_, c) => (Cell[])[Cell.Text(""), Cell.Yuan(new Money((p * 7919L) + (c * 104_729L)))]), Cell.Yuan(Money.Zero)]),
                new([Cell.Text("应付"), .. cities.SelectMany((_, c) => (Cell[])[Cell.Yuan(new Money((p * 104_729L) + (c * 7919L))), Cell.Text("")]), Cell.Yuan(Money.Zero)]),
            ]),
        ]);
        var form = new Form(Identity with { Period = "202302" }, "湖北省跨省异地就医费用清算表", [14, 28, .. Enumerable.Repeat(19, cities.Count * 2), 22], [new Part.Line("清算月份：2023年02月", "单位：元（保留两位小数）"), grid]) { Landscape = true, Paper = Paper.A3 };

        Golden.ShouldMatch(FormHtml.Render(form), "wide-matrix");
        var sheet = Sheet.Open(FormWorkbook.Render(form));
        sheet.Rows.ShouldBe((uint)(2 + 2 + (provinces.Count * 2) + 1));
        sheet.Texts.ShouldContain("恩施州");
    }

    [Theory]
    [InlineData(1, 1)] // a hole
    [InlineData(3, 1)] // sticks out to the right
    [InlineData(2, 2)] // sticks out below
    public void A_table_whose_spans_do_not_fit_is_a_mistake_in_the_form(int columns, int rows)
    {
        var form = One(Cell.Text("x", columns, rows)) with { Columns = [20, 20] };
        Should.Throw<InvalidOperationException>(() => FormHtml.Render(form));
        Should.Throw<InvalidOperationException>(() => FormWorkbook.Render(form));
    }

    [Fact]
    public void A_set_of_forms_is_one_print_with_a_page_each_and_one_workbook_with_a_sheet_each()
    {
        IReadOnlyList<Form> set = [Samples.Statement.Issue(), Samples.Explanation.Issue(), Samples.Statement.Issue()];
        FormHtml.Render(set).Split("<section").Length.ShouldBe(4);
        Sheet.Names(FormWorkbook.Render(set)).ShouldBe(["附件13", "结算说明", "附件13 (2)"]);
        Sheet.Open(FormWorkbook.Render(set), index: 2).Number("总费用").ShouldBe(20_000m);
    }

    [Fact]
    public void A_form_that_holds_an_identity_does_not_print_it_into_a_log()
    {
        foreach (var text in (string[])[Samples.Statement.ToString(), Samples.Filing.ToString(), Samples.Commitment.ToString(), Samples.Trauma.ToString(), Samples.Slip.ToString()])
        {
            text.ShouldNotContain(Samples.Statement.SocialSecurityNumber);
            text.ShouldNotContain(Samples.Statement.Patient);
        }
    }

    private static Form One(Cell cell) => new(Identity, "表", ImmutableArray.Create(40), [new Part.Grid([new([cell])])]);
}
