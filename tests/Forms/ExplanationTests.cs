using Yibao.Forms.Printing;
using Yibao.Kernel;
using Yibao.Kernel.Errors;

namespace Yibao.Forms.Tests;

public sealed class ExplanationTests
{
    [Fact]
    public void The_patient_reads_every_step_with_its_reason_and_its_source()
    {
        var html = FormHtml.Render(Samples.Explanation.Issue());
        Golden.ShouldMatch(html, "explanation");
        var seen = Golden.Seen(html);
        foreach (var step in Samples.Explanation.Steps)
        {
            seen.ShouldContain(step.Reason);
            seen.ShouldContain(step.Basis);
        }

        seen.ShouldContain("演示政策包 三级医院 （示意）"); // an illustrative figure says so where it stands
        seen.Count(line => line == "20,000.00").ShouldBe(2); // both sums end at the same total
    }

    [Fact]
    public void Without_illustrative_figures_there_is_no_such_note()
    {
        var official = Samples.Explanation with { Steps = [.. Samples.Explanation.Steps.Select(step => step with { Worth = FigureWorth.Official })] };
        Golden.Text(FormHtml.Render(official.Issue())).ShouldNotContain("演示数据");
    }

    [Fact]
    public void What_does_not_add_up_is_not_explained() =>
        Should.Throw<RefusedException>(() => (Samples.Explanation with { Figures = Samples.Explanation.Figures with { Cash = Money.Zero } }).Issue()).Error.Code.ShouldBe("IDENTITY_2");
}
