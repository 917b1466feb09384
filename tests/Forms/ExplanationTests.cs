using Yibao.Contracts.Settlements;
using Yibao.Forms.Printing;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Forms.Tests;

public sealed class ExplanationTests
{
    [Fact]
    public void The_patient_reads_every_step_with_its_reason_and_its_source()
    {
        var html = FormHtml.Render(Samples.Explanation.Issue());
        Golden.ShouldMatch(html, "explanation");
        var seen = Golden.Seen(html);
        foreach (var line in Samples.Explanation.Explained.Lines)
        {
            seen.ShouldContain(line.Reason);
            // A step that rests on no document says none.
            if (line.Source.Length > 0) seen.ShouldContain(SettlementExplanation.Basis(line));
            else SettlementExplanation.Basis(line).ShouldBe("");
        }

        seen.ShouldContain("演示政策包 三级医院 （示意）"); // an illustrative figure says so where it stands
        seen.Count(line => line == "20,000.00").ShouldBe(2); // both sums end at the same total
    }

    [Fact]
    public void Without_illustrative_figures_there_is_no_such_note()
    {
        var official = Samples.Explanation with { Explained = Samples.Explanation.Explained with { Lines = [.. Samples.Explanation.Explained.Lines.Select(line => line with { Worth = "official" })] } };
        Golden.Text(FormHtml.Render(official.Issue())).ShouldNotContain("演示数据");
    }

    [Fact]
    public void It_is_made_from_what_every_node_holds()
    {
        var content = new SettlementContent("S1", null, "V1", Samples.Wuhan, Samples.Guiyang, "H42010000001", PersonKey.Create(), InsuranceType.Employee, "21", new DateOnly(2023, 3, 10),
            new DateTimeOffset(2023, 3, 10, 6, 0, 0, TimeSpan.Zero), Samples.Statement.Split, Samples.Statement.Figures, "hash", "520100-2023-01-01", 1);
        var made = SettlementExplanation.Of(content, Samples.Explanation.Explained, NodeRegistry.Reference.At(content.Instant));
        (made with { SettlementId = Samples.Explanation.SettlementId }).ShouldBe(Samples.Explanation);
    }

    [Fact]
    public void What_does_not_add_up_is_not_explained() =>
        Should.Throw<RefusedException>(() => (Samples.Explanation with { Figures = Samples.Explanation.Figures with { Cash = Money.Zero } }).Issue()).Error.Code.ShouldBe("IDENTITY_2");
}
