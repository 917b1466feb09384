using Yibao.HospitalInterface.Reading;
using Yibao.Kernel.Errors;
using Settled = Yibao.Contracts.Settlement.V1.Settlement;

namespace Yibao.Cli.Demos;

/// <summary>What the patient gets at discharge, as the HIS asks the platform for it: the statement (Annex 13) of a stay, and the page that says why.</summary>
internal static class PatientPages
{
    /// <summary>As pages to be opened and printed; the first print is the original.</summary>
    /// <returns>The pages by name.</returns>
    public static async Task<IReadOnlyList<(string Name, string Html)>> Html(DemoStage stage, InterfaceRequest message, Settled settled, CancellationToken cancellation)
    {
        var pages = new List<(string, string)> { ("结算说明", await stage.Paper(message, HttpMethod.Get, $"settlements/{settled.SettlementId}/explanation", null, cancellation)) };
        if (settled.CareType.StartsWith('2')) pages.Insert(0, ("结算单", await Statement(stage, message, settled, "html", cancellation)));
        return pages;
    }

    /// <summary>The same sheet as lines for a terminal; of an outpatient the explanation.</summary>
    public static Task<string> Text(DemoStage stage, InterfaceRequest message, Settled settled, CancellationToken cancellation) => settled.CareType.StartsWith('2')
        ? Statement(stage, message, settled, "text", cancellation)
        : stage.Paper(message, HttpMethod.Get, $"settlements/{settled.SettlementId}/explanation?format=text", null, cancellation);

    private static Task<string> Statement(DemoStage stage, InterfaceRequest message, Settled settled, string format, CancellationToken cancellation)
    {
        var data = message.Input.One("data") ?? throw SystemErrors.FieldMissing.With("data").AsException();
        var visit = message.Input.One("mdtrtinfo") ?? throw SystemErrors.FieldMissing.With("mdtrtinfo").AsException();
        // The same print id in every format: one sheet, however often it is looked at.
        return stage.Paper(message, HttpMethod.Post, $"settlements/{settled.SettlementId}/statement?format={format}", new
        {
            print_id = $"{settled.SettlementId}-1",
            invoice_number = data.Text("invono"),
            patient = data.Text("psn_name") ?? "",
            social_security_number = data.Text("certno") ?? "",
            inpatient_number = visit.Text("ipt_no") ?? visit.Text("mdtrt_id") ?? "",
            department = visit.Text("adm_dept_name") ?? "",
            main_diagnosis = visit.Text("dscg_maindiag_name") ?? "",
        }, cancellation);
    }
}
