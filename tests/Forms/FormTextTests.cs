using CsCheck;
using Yibao.Forms.Printing;
using Yibao.Kernel.Places;

namespace Yibao.Forms.Tests;

public sealed class FormTextTests
{
    [Fact]
    public void The_statement_reads_in_a_terminal_as_on_paper()
    {
        var text = FormText.Render(Samples.Statement.Issue().AsVoid("420100-20230311-000007"), 120);
        Golden.ShouldMatchText(text, "annex-13");
        foreach (var seen in (string[])["湖北省异地就医住院结算单", "20,000.00", "12,080.00", "7,920.00", "【作废】", "职工大额医疗费用补助", "3.总费用=基金支付合计金额+个人现金支付金额"]) text.ShouldContain(seen);
    }

    [Fact]
    public void Spans_leave_no_line_through_a_cell()
    {
        var form = new Form(new FormIdentity("T", "附件X", "1", new AdminDivision("420000")), "表", [1, 1, 1, 1],
        [
            new Part.Grid([
                new([Cell.Label("地区", rows: 2), Cell.Label("武汉市", 2), Cell.Label("合计", rows: 2)]),
                new([Cell.Label("应收"), Cell.Label("应付")]),
                new([Cell.Text("北京市"), Cell.Text("a"), Cell.Text("b"), Cell.Text("c")]),
            ]),
        ]);
        FormText.Render(form, 41).Split('\n')[1..8].ShouldBe(
        [
            "┌─────────┬───────────────────┬─────────┐",
            "│  地区   │      武汉市       │  合计   │",
            "│         ├─────────┬─────────┤         │",
            "│         │  应收   │  应付   │         │",
            "├─────────┼─────────┼─────────┼─────────┤",
            "│ 北京市  │    a    │    b    │    c    │",
            "└─────────┴─────────┴─────────┴─────────┘",
        ]);
    }

    [Fact]
    public void Every_line_of_every_table_is_as_wide_as_the_others() => Gen.Select(Gen.Int[60, 200], Gen.Int[0, 3]).Sample((width, which) =>
    {
        var form = which switch { 0 => Samples.Statement.Issue(), 1 => Samples.Filing.Issue(), 2 => Samples.Slip.Issue(), _ => Samples.Explanation.Issue() };
        var lines = FormText.Render(form, width).Split('\n').Where(line => line.Length > 0 && "┌│├└".Contains(line[0], StringComparison.Ordinal)).ToList();
        lines.ShouldAllBe(line => Width(line) == width);
    }, iter: 60);

    private static int Width(string line) => line.EnumerateRunes().Sum(rune => rune.Value >= 0x2E80 ? 2 : 1);
}
