using Yibao.SampleHis;

namespace Yibao.Gateway.Tests;

/// <summary>A HIS that knows only the public specification settles across provinces, over HTTP, and takes everything back.</summary>
public sealed class GoldenPathTests(SampleNodes nodes)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_outpatient_of_another_province_is_settled_end_to_end_and_refunded()
    {
        var path = new GoldenPath(nodes.His());
        await path.Outpatient(SampleNodes.XiningRetiree, SampleNodes.OutpatientCharges, Cancel);
        Holds(path, "2207");
        path.LastFigures.Total.ShouldBe(366.39m);
    }

    [Fact]
    public async Task A_settlement_whose_answer_was_lost_is_reversed_and_stays_so()
    {
        var path = new GoldenPath(nodes.His());
        await path.Reversal(SampleNodes.XiningRetiree, SampleNodes.OutpatientCharges, Cancel);
        Holds(path, "2601");
    }

    [Fact]
    public async Task An_inpatient_of_another_province_is_settled_end_to_end_and_everything_is_undone()
    {
        var path = new GoldenPath(nodes.His());
        await path.Inpatient(SampleNodes.GuiyangEmployee, SampleNodes.InpatientCharges, Cancel);
        Holds(path, "2404");
        path.LastFigures.Funds.ShouldBeGreaterThan(0);
    }

    private static void Holds(GoldenPath path, string reached)
    {
        path.Steps.Where(step => !step.Holds).Select(step => $"{step.Infno} {step.What}: {step.Detail}").ShouldBeEmpty();
        path.Steps.ShouldContain(step => step.Infno == reached);
    }
}
