using System.Globalization;
using System.Text;
using Yibao.Backing;
using Yibao.Contracts.Settlement.V1;
using Yibao.Filing;
using Yibao.Gateway;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;
using Yibao.Local;
using Yibao.Local.Samples;
using Yibao.Settlement;

namespace Yibao.Cli.Demos;

/// <summary>The two jurisdictions whose nodes the main sample does not start: Kaifeng under Henan, and Guangdong. With the round trip (Hubei, Guizhou, Qinghai) all five.</summary>
internal sealed class JurisdictionsDemo() : Demo("jurisdictions", "五地政策：开封（河南）与广东各一例，其余三地见 roundtrip")
{
    private const string Kaifeng = "410200", Shanwei = "441500", Guangzhou = "440100";

    public override async Task Run(DemoStage stage, CancellationToken cancellation)
    {
        await using var south = await LocalPlatform.StartAsync(new LocalOptions
        {
            Nodes = [AdminDivision.National, new("410000"), new("420000"), new("440000"), new(Guangzhou), new(Shanwei)],
            Modules = [new FilingModule(), new GatewayModule(), new SettlementModule()],
            Backing = stage.Platform.Backing,
            LogLevel = Microsoft.Extensions.Logging.LogLevel.Critical,
        }, cancellation);
        var (kaifeng, shanwei) = (InventedPerson.Number(770_011), InventedPerson.Number(770_012));
        var folder = Directory.CreateTempSubdirectory("yibao-south-").FullName;
        try
        {
            await Write(folder, "institutions.csv", """
                fixmedins_code,fixmedins_name,admdvs,fixmedins_type,hosp_lv,open_from
                H42010000001,示范市第一医院（武汉）,420100,1,2,2023-01-01
                H44010000001,示范省人民医院（广州）,440100,1,2,2023-01-01
                """);
            await Write(folder, "persons.csv", $"""
                insu_admdvs,insutype,psn_type,psn_cert_type,certno,psn_name,tel,cvlserv_flag,acct_balance
                {Kaifeng},310,11,01,{kaifeng.Id.Reveal()},{kaifeng.Name},{kaifeng.Phone},0,0.00
                {Shanwei},310,11,01,{shanwei.Id.Reveal()},{shanwei.Name},{shanwei.Phone},0,0.00
                """);
            await Write(folder, "filings.csv", $"""
                certno,category,place,applied_at,materials,contact_address
                {kaifeng.Id.Reveal()},5,420100,2026-11-01 09:00:00,ID_CARD FILING_FORM,示例路1号
                """);
            await SampleData.Store(south, folder, cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        await OtherTemporary(stage, south, kaifeng, cancellation);
        await IntraProvinceOutpatient(stage, south, shanwei, cancellation);
    }

    private static async Task OtherTemporary(DemoStage stage, LocalPlatform south, InventedPerson person, CancellationToken cancellation)
    {
        stage.Chapter("(1) 开封职工以“其他临时外出”备案在武汉三级医院住院：各段比例降低 20 个百分点");
        var sample = stage.Message("f-guiyang-inpatient-in-wuhan");
        var visit = sample.Input.One("mdtrtinfo")!;
        var message = await Message("f-guiyang-inpatient-in-wuhan", cancellation,
            (visit.Text("certno")!, person.Id.Reveal()), (sample.Input.One("data")!.Text("psn_name")!, person.Name), (visit.Text("mdtrt_id")!, visit.Text("mdtrt_id") + "K"), (visit.Text("ipt_no")!, visit.Text("ipt_no") + "K"),
            (sample.MessageId, "H42010000001202611121100000588"), ($"\"insuplc_admdvs\": \"{sample.HomeArea}\"", $"\"insuplc_admdvs\": \"{Kaifeng}\""));
        var his = stage.His(message, south);
        var prepared = await his.Prepare(message, cancellation);
        var settled = await his.Settle(message, prepared.Quote, cancellation);
        Tell(stage, settled);
        var segment = settled.Explanation?.Lines.FirstOrDefault(line => line.Rule.Contains(".segments", StringComparison.Ordinal));
        stage.Check("开封的支付比例 85% 降为 65%（BEN-006：降低 20 个百分点）", settled.State == SettlementState.Granted && segment is not null && segment.Reason.Contains("85%", StringComparison.Ordinal) && segment.Reason.Contains("65%", StringComparison.Ordinal));
        stage.Check("降低的依据是开封的文件", settled.Explanation!.Lines[0].Source.Contains("汴医保", StringComparison.Ordinal));
        Two(stage, settled);
    }

    private static async Task IntraProvinceOutpatient(DemoStage stage, LocalPlatform south, InventedPerson person, CancellationToken cancellation)
    {
        stage.Chapter("(2) 汕尾职工在广州普通门诊：省内异地，就医地逐条分割，参保地计算");
        var sample = stage.Message("b-xining-outpatient-in-wuhan");
        var visit = sample.Input.One("mdtrtinfo")!;
        var message = await Message("b-xining-outpatient-in-wuhan", cancellation,
            (sample.Input.One("data")!.Text("certno")!, person.Id.Reveal()), (sample.Input.One("data")!.Text("psn_name")!, person.Name), (visit.Text("mdtrt_id")!, "GZ" + visit.Text("mdtrt_id")), (sample.MessageId, "H44010000001202611151015000588"),
            ("H42010000001", "H44010000001"), ($"\"insuplc_admdvs\": \"{sample.HomeArea}\"", $"\"insuplc_admdvs\": \"{Shanwei}\""), ($"\"mdtrtarea_admvs\": \"{sample.TreatmentArea}\"", $"\"mdtrtarea_admvs\": \"{Guangzhou}\""));
        var his = stage.His(message, south);
        var prepared = await his.Prepare(message, cancellation);
        var settled = await his.Settle(message, prepared.Quote, cancellation);
        Tell(stage, settled);
        stage.Check("由汕尾的政策计算，费用由广州的目录分割（BEN-003）", settled.State == SettlementState.Granted && settled.PolicyVersion.StartsWith(Shanwei, StringComparison.Ordinal) && settled.TreatmentArea == Guangzhou);
        stage.Check("广东文件已过有效期，计算依据如实标为平台默认（AMB-46）", settled.Explanation!.Lines.Any(line => line.Worth == "default"));
        Two(stage, settled);
    }

    private static void Tell(DemoStage stage, Contracts.Settlement.V1.Settlement settled)
    {
        if (settled.State != SettlementState.Granted) stage.Say($"  {settled.RefusalCode} {settled.RefusalMessage}");
        foreach (var line in settled.Explanation?.Lines ?? []) stage.Say($"  · {line.Reason}{(line.Article.Length > 0 ? $"（{line.Article}）" : "")}");
    }

    /// <summary>Both identities, by the answer's own figures.</summary>
    private static void Two(DemoStage stage, Contracts.Settlement.V1.Settlement settled)
    {
        var (split, figures) = (settled.Split, settled.Figures);
        stage.Check(string.Create(CultureInfo.InvariantCulture, $"总费用 {new Money(split.TotalFen)} = 四部分之和 = 基金 {new Money(figures.FundTotalFen)} + 个人现金 {new Money(figures.CashFen)}"),
            split.TotalFen == split.InScopeFen + split.ClassBSelfPayFen + split.OverLimitFen + split.SelfFundedFen && split.TotalFen == figures.FundTotalFen + figures.CashFen + figures.HospitalBorneFen);
    }

    /// <summary>A sample's bill, of another patient and another visit.</summary>
    private static async Task<InterfaceRequest> Message(string sample, CancellationToken cancellation, params (string Given, string Becomes)[] changes)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root(), "infra", "samples", sample + ".json"), cancellation);
        foreach (var (given, becomes) in changes) text = text.Replace(given, becomes, StringComparison.Ordinal);
        return InterfaceRequest.Read(Encoding.UTF8.GetBytes(text));
    }

    private static Task Write(string folder, string file, string text) => File.WriteAllTextAsync(Path.Combine(folder, file), text + "\n");
}
