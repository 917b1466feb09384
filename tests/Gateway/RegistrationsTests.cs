using System.Globalization;
using System.Text.Json.Nodes;
using Yibao.Contracts.Filing.V1;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;
using Yibao.SampleHis;
using Patient = Yibao.SampleHis.Patient;

namespace Yibao.Gateway.Tests;

/// <summary>转院备案 (2501, 2502) and 慢特病备案 (2503, 2504) to their good ends, from a hospital's counter to the home agency's desk.</summary>
public sealed class RegistrationsTests(SampleNodes nodes) : IDisposable
{
    private static readonly AdminDivision Guizhou = new("520000"), Guiyang = new("520100"), Liupanshui = new("520200");
    private readonly Channels _channels = new(nodes);

    [Fact]
    public async Task A_referral_is_applied_for_once_seen_by_the_home_agency_and_taken_back()
    {
        var (counter, person) = await Insured(InventedPerson.Number(110_004), Guiyang);
        var (message, id) = (Refers(counter, person), counter.His.NextMessageId());

        var number = (await counter.Done("2501", message, id))["result"]!["trt_dcla_detl_sn"]!.GetValue<string>();

        number.Length.ShouldBeLessThanOrEqualTo(30);
        // The same message is the same application.
        (await counter.Done("2501", message, id))["result"]!["trt_dcla_detl_sn"]!.GetValue<string>().ShouldBe(number);
        var seen = await Agency().GetAsync(new GetFilingRequest { Number = number }, cancellationToken: Counter.Cancel);
        (seen.Place, seen.Category, seen.Status).ShouldBe(("440100", FilingCategory.Referred, "SUBMITTED"));

        await counter.Done("2502", Counter.Data(("trt_dcla_detl_sn", number), ("psn_no", person)));

        (await Agency().GetAsync(new GetFilingRequest { Number = number }, cancellationToken: Counter.Cancel)).Status.ShouldBe("CANCELLED");
        // The place is free again.
        (await counter.Done("2501", Refers(counter, person)))["result"]!["trt_dcla_detl_sn"]!.GetValue<string>().ShouldNotBe(number);
    }

    [Fact]
    public async Task A_referral_that_the_agency_approved_lets_the_patient_be_treated_there()
    {
        var (counter, person) = await Insured(InventedPerson.Number(110_006), Guiyang);
        var referral = Refers(counter, person);
        referral["refmedin"]!["mdtrtarea_admdvs"] = "420100";
        var number = (await counter.Done("2501", referral))["result"]!["trt_dcla_detl_sn"]!.GetValue<string>();

        var wuhan = new Counter(nodes.His(), new Patient("520100", "310", "01", InventedPerson.Number(110_006).Id.Reveal(), InventedPerson.Number(110_006).Name, "11"));
        (await Entitled(wuhan, person)).ShouldBe("0");
        await Agency().HandleAsync(new HandleFilingRequest { Number = number, Approve = new ApproveStep() }, cancellationToken: Counter.Cancel);

        (await Counter.Eventually(() => Entitled(wuhan, person), flag => flag == "1")).ShouldBe("1");
    }

    [Fact]
    public async Task A_referral_of_another_persons_is_not_taken_back()
    {
        var (counter, person) = await Insured(InventedPerson.Number(110_007), Guiyang);
        var number = (await counter.Done("2501", Refers(counter, person)))["result"]!["trt_dcla_detl_sn"]!.GetValue<string>();
        var stranger = await new Counter(nodes.His(SampleNodes.Guiyang), SampleNodes.GuiyangEmployee).Person();

        (await counter.Call("2502", Counter.Data(("trt_dcla_detl_sn", number), ("psn_no", stranger)))).Error.ShouldStartWith("[PERSON_NUMBER_MISMATCH]");
        (await counter.Call("2502", Counter.Data(("trt_dcla_detl_sn", "520100-0"), ("psn_no", person)))).Error.ShouldStartWith("[FILING_NOT_FOUND]");
    }

    [Fact]
    public async Task A_chronic_disease_is_recognised_where_the_home_place_pilots_it_and_taken_back_by_who_recognised_it()
    {
        var (counter, person) = await Insured(InventedPerson.Number(110_005), Liupanshui);
        (await Qualified(counter, person)).ShouldBeEmpty();

        var number = (await counter.Done("2503", Recognises(counter, person)))["result"]!["trt_dcla_detl_sn"]!.GetValue<string>();

        (await Qualified(counter, person)).ShouldBe(["M03900"]);
        // Once more under another message: known already.
        (await counter.Done("2503", Recognises(counter, person)))["result"]!["trt_dcla_detl_sn"]!.GetValue<string>().ShouldBe(number);
        (await Qualified(counter, person)).ShouldBe(["M03900"]);

        await counter.Done("2504", Counter.Data(("psn_no", person), ("trt_dcla_detl_sn", number), ("memo", "误报")));
        (await Qualified(counter, person)).ShouldBeEmpty();

        // The agency supervises: what was recognised again it revokes, and the hospital sees it.
        await counter.Done("2503", Recognises(counter, person));
        (await Qualified(counter, person)).ShouldBe(["M03900"]);
        var agency = new Filings.FilingsClient(_channels.Agency(Guizhou, Liupanshui, Role.CityOperator));
        await agency.ChangeChronicAsync(new ChangeChronicRequest { PersonKey = Key(person), HomeArea = "520200", Revoke = new RevokeChronic { DiseaseCode = "M03900", Reason = "抽查不符" } }, cancellationToken: Counter.Cancel);
        (await Qualified(counter, person)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_disease_outside_the_home_places_catalogue_or_another_institutions_recognition_is_refused()
    {
        var (counter, person) = await Insured(InventedPerson.Number(110_008), Liupanshui);
        var unknown = Recognises(counter, person);
        unknown["data"]!["opsp_dise_code"] = "M99999";
        (await counter.Call("2503", unknown)).Error.ShouldStartWith("[DISEASE_UNKNOWN]");
        var other = Recognises(counter, person);
        other["data"]!["ide_fixmedins_no"] = SampleNodes.Wuhan;
        (await counter.Call("2503", other)).Error.ShouldStartWith("[INSTITUTION_MISMATCH]");
        (await counter.Call("2504", Counter.Data(("psn_no", person), ("trt_dcla_detl_sn", "520200M03900"), ("memo", "误报")))).Error.ShouldStartWith("[");
        (await Qualified(counter, person)).ShouldBeEmpty();
    }

    public void Dispose() => _channels.Dispose();

    private Filings.FilingsClient Agency() => new(_channels.Agency(Guizhou, Guiyang, Role.CityOperator));

    private static string Key(string person) => HospitalInterface.Mapping.PersonNumber.Read(person)!;

    private async Task<(Counter Counter, string Person)> Insured(InventedPerson person, AdminDivision area)
    {
        await nodes.Insure(Guizhou, area, person, $"E-{person.Id.Reveal()[^6..]}", $"C-{person.Id.Reveal()[^6..]}");
        var counter = new Counter(nodes.His(SampleNodes.Guiyang), new Patient(area.Code, "310", "01", person.Id.Reveal(), person.Name, "11"));
        return (counter, await counter.Person());
    }

    private static JsonObject Refers(Counter counter, string person) => new()
    {
        ["refmedin"] = new JsonObject
        {
            ["psn_no"] = person, ["insutype"] = "310", ["tel"] = "12000000001", ["addr"] = "示例地址", ["insu_optins"] = "520100", ["diag_code"] = "K80.2", ["diag_name"] = "胆囊结石", ["reflin_medins_no"] = "H44010000001",
            ["reflin_medins_name"] = "示范市第一医院", ["mdtrtarea_admdvs"] = "440100", ["refl_type"] = "3", ["refl_date"] = Today(counter), ["refl_rea"] = "诊疗需要", ["refl_opnn"] = "同意", ["hosp_agre_refl_flag"] = "1",
        },
    };

    private static JsonObject Recognises(Counter counter, string person) => Counter.Data(
        ("psn_no", person), ("insutype", "310"), ("opsp_dise_code", "M03900"), ("opsp_dise_name", "高血压"), ("insu_optins", "520200"), ("ide_fixmedins_no", SampleNodes.Guiyang), ("ide_fixmedins_name", "示范省人民医院"),
        ("hosp_ide_date", Today(counter)), ("diag_dr_codg", "D"), ("diag_dr_name", "医师"), ("begndate", Today(counter)));

    private static async Task<List<string>> Qualified(Counter counter, string person) =>
        [.. (await counter.Done("5301", Counter.Data(("psn_no", person))))["feedetail"]!.AsArray().Select(row => row!["opsp_dise_code"]!.GetValue<string>())];

    private static async Task<string> Entitled(Counter counter, string person) => (await counter.Done("2001", Counter.Data(
        ("psn_no", person), ("insutype", "310"), ("fixmedins_code", SampleNodes.Wuhan), ("med_type", "21"), ("begntime", counter.Now()), ("endtime", counter.Now()))))["trtinfo"]![0]!["trt_enjymnt_flag"]!.GetValue<string>();

    private static string Today(Counter counter) => counter.His.Now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
