using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Upload.V1;
using Yibao.Hosting.Grpc;
using Yibao.Kernel;
using Yibao.Kernel.Persons;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.EndToEnd.Tests;

/// <summary>What an area's own rules make of its patients elsewhere: whether it is connected at all, emergencies, the pool that shares a city.</summary>
[Collection(CareTests.Name)]
public sealed class AreasOnTheWay(CarePlatform platform)
{
    private const string Testing = "522300";

    private readonly His _wuhan = platform.Of(CarePlatform.Wuhan);

    [Fact, Covers("OPS-010")]
    public async Task An_area_that_is_being_tested_has_no_production_settlement()
    {
        var person = await platform.Insure(321, Testing, "420100");
        await _wuhan.Admit("test0", person, Testing, "21", 1_000m);
        (await _wuhan.Settle("s-test0", "test0")).State.ShouldBe(SettlementState.Granted);
        await _wuhan.Admit("test1", person, Testing, "21", 1_000m);

        // The nation says so, and every node hears of it.
        await Declare("testing");
        await CarePlatform.Eventually(async () =>
        {
            try
            {
                await _wuhan.Settlements.PreSettleAsync(_wuhan.Terms("s-test1", "test1"), cancellationToken: His.Cancellation);
                return false;
            }
            catch (Grpc.Core.RpcException refused)
            {
                ErrorStatus.FromRpc(refused)!.Code.ShouldBe("AREA_NOT_CONNECTED");
                return true;
            }
        }, "the treatment place did not hear of it");

        (await His.Refusal(() => _wuhan.Settle("s-test1", "test1"))).ShouldBe("AREA_NOT_CONNECTED");
        (await His.Refusal(() => _wuhan.Admit("test2", person, Testing, "21", 1_000m))).ShouldBe("AREA_NOT_CONNECTED");
        foreach (var (node, role) in ((string, string)[])[("420000", "treatment"), ("100000", "relay"), ("520000", "home")])
            (await platform.Facts(node, $"settlement/{CarePlatform.Wuhan}:s-test1/{role}")).ShouldBeEmpty();
        // What was settled before is given back as ever.
        (await _wuhan.Refund("s-test0", "n-test0")).State.ShouldBe(SettlementState.Reversed);

        // Connected, the same visit settles under the same id.
        await Declare("connected");
        await CarePlatform.Eventually(async () =>
        {
            try
            {
                return (await _wuhan.Settle("s-test1", "test1")).State == SettlementState.Granted;
            }
            catch (Grpc.Core.RpcException early) when (ErrorStatus.FromRpc(early)?.Code == "AREA_NOT_CONNECTED")
            {
                return false;
            }
        }, "the area is not connected again");
    }

    [Fact]
    public async Task Nobody_from_outside_is_treated_in_an_area_that_is_being_tested()
    {
        const string Hospital = "H52260000010", Area = "522600";
        await platform.Contract(Hospital, Area, platform.Now.AddYears(-2), city =>
            [new Yibao.Filing.Institutions.OpenService(city, Hospital, Contracts.Filings.Scope.IntraProvince, Contracts.Filings.CareType.GeneralOutpatient, new DateOnly(2025, 1, 1), Internet: false, platform.Now.AddYears(-2))]);
        var (person, his) = (await platform.Insure(322, "520100"), platform.Of(Hospital));
        await his.Admit("there0", person, "520100", "11", 100m);
        await Declare("testing", Area);

        await CarePlatform.Eventually(async () =>
        {
            try
            {
                await his.Settlements.PreSettleAsync(his.Terms("s-there0", "there0"), cancellationToken: His.Cancellation);
                return false;
            }
            catch (Grpc.Core.RpcException refused)
            {
                ErrorStatus.FromRpc(refused)!.Code.ShouldBe("AREA_NOT_CONNECTED");
                return true;
            }
        }, "the treatment place did not hear of it");
        (await His.Refusal(() => his.Admit("there1", person, "520100", "11", 100m))).ShouldBe("AREA_NOT_CONNECTED");
    }

    /// <summary>Kaifeng's own pack: tertiary hospitals 85 % above 800.00, ten points less for emergencies.</summary>
    [Fact, Covers("FIL-050")]
    public async Task A_Kaifeng_emergency_is_filed_as_temporary_and_paid_ten_points_less()
    {
        var before = platform.Now.AddDays(-11);
        var emergency = await platform.Insure(323, "410200", "420100", filing: (6, before, "ID_CARD FILING_FORM"));
        var resident = await platform.Insure(324, "410200", "420100", filing: (3, before, "ID_CARD FILING_FORM EMPLOYMENT_CONTRACT"));
        (await Paid("kf1", emergency, emergency: true)).ShouldBe(11_400.00m); // (16,000.00 − 800.00) × 75 %
        (await Paid("kf2", resident, emergency: false)).ShouldBe(12_920.00m); // × 85 %

        // It is of the temporary class: six months.
        var filings = new Filings.FilingsClient(platform.Agency("410200", Role.CityOperator));
        var person = (await Identify(emergency)).PersonKey;
        var row = (await filings.ListAsync(new ListFilingsRequest { HomeArea = "410200" }, cancellationToken: His.Cancellation)).Filings.Single(filing => filing.PersonKey == person);
        var filing = await filings.GetAsync(new GetFilingRequest { Number = row.Number }, cancellationToken: His.Cancellation);
        ((int)filing.Category).ShouldBe(6);
        Day(filing.End).ShouldBe(Day(filing.Start).AddMonths(6));

        // Unfiled it is deemed filed (AMB-10); general outpatients and pharmacies need no filing (AMB-74); a stay without emergency does.
        var unfiled = await platform.Insure(325, "410200");
        (await Paid("kf3", unfiled, emergency: true)).ShouldBe(11_400.00m);
        await _wuhan.Admit("kf4", unfiled, "410200", "11", 400m);
        (await _wuhan.Settle("s-kf4", "kf4")).State.ShouldBe(SettlementState.Granted);
        var pharmacy = platform.Of(CarePlatform.WuhanPharmacy);
        await pharmacy.Admit("kf5", unfiled, "410200", "41", 60m);
        var bought = await pharmacy.Settle("s-kf5", "kf5");
        bought.RefusalCode.ShouldNotBe("NO_FILING");
        await _wuhan.Admit("kf6", unfiled, "410200", "21", 1_000m);
        (await _wuhan.Settle("s-kf6", "kf6")).RefusalCode.ShouldBe("NO_FILING");

        static DateTime Day(Timestamp at) => at.ToDateTimeOffset().ToOffset(TimeSpan.FromHours(8)).Date;

        async Task<decimal> Paid(string visit, InventedPerson person, bool emergency)
        {
            await _wuhan.Admit(visit, person, "410200", "21", 16_000m, request => request.InpatientType = emergency ? 2 : 1);
            return Pooled(await _wuhan.Settle("s-" + visit, visit));
        }
    }

    /// <summary>FIL-054 as far as the settlement goes; the rows of Annexes 17 and 19 are the clearing's.</summary>
    [Fact]
    public async Task The_provincial_pools_patient_is_a_local_in_Wuhan()
    {
        var person = await platform.Insure(326, "429900");
        await _wuhan.Admit("pool", person, "429900", "21", 16_000m);

        var settled = await _wuhan.Settle("s-pool", "pool");

        Pooled(settled).ShouldBe(12_080.00m);
        (settled.HomeArea, settled.TreatmentArea).ShouldBe(("429900", "420100"));
        // Elsewhere in the province, where it shares no city, a filing is needed.
        const string Yichang = "H42050000054";
        await platform.Contract(Yichang, "420500", platform.Now.AddYears(-2), city =>
            [new Yibao.Filing.Institutions.OpenService(city, Yichang, Contracts.Filings.Scope.IntraProvince, Contracts.Filings.CareType.Inpatient, new DateOnly(2025, 1, 1), Internet: false, platform.Now.AddYears(-2))]);
        var his = platform.Of(Yichang);
        await his.Admit("pool2", person, "429900", "21", 16_000m);
        (await his.Settle("s-pool2", "pool2")).RefusalCode.ShouldBe("NO_FILING");
    }

    private async Task<PersonAnswer> Identify(InventedPerson person) => await _wuhan.Settlements.IdentifyPersonAsync(
        new IdentifyPersonRequest { InstitutionCode = CarePlatform.Wuhan, HomeArea = "410200", CredentialType = "02", CredentialValue = person.Id.Reveal() }, cancellationToken: His.Cancellation);

    /// <summary>The registry's next version, a few seconds on: nobody rewrites the past. A machine that is too slow for that is given more.</summary>
    private async Task Declare(string state, string area = Testing)
    {
        foreach (var lead in (int[])[3, 15, 60])
        {
            var bad = await Import(state, area, lead);
            if (bad.Count == 0) return;
            bad.ShouldAllBe(line => line.Code == "REGISTRY_CHANGE_PAST");
        }

        throw new TimeoutException("The registry takes no version a minute ahead.");
    }

    private async Task<IReadOnlyList<UploadBadLine>> Import(string state, string area, int lead)
    {
        var since = platform.Clock.GetUtcNow().AddSeconds(lead).ToOffset(TimeSpan.FromHours(8));
        var file = string.Create(CultureInfo.InvariantCulture, $"since,code,change,note\n{since:yyyy-MM-dd'T'HH:mm:sszzz},{area},{state},\n");
        using var call = new Uploads.UploadsClient(platform.Agency("100000", Role.NationalOperator)).Upload(cancellationToken: His.Cancellation);
        await call.RequestStream.WriteAsync(new UploadChunk { Start = new UploadStart { Kind = "registry", Area = "100000" } }, His.Cancellation);
        await call.RequestStream.WriteAsync(new UploadChunk { Data = Google.Protobuf.ByteString.CopyFromUtf8(file) }, His.Cancellation);
        await call.RequestStream.CompleteAsync();
        UploadReport? last = null;
        while (await call.ResponseStream.MoveNext(His.Cancellation)) last = call.ResponseStream.Current;
        return last!.Bad;
    }

    private static decimal Pooled(Contracts.Settlement.V1.Settlement settled)
    {
        settled.State.ShouldBe(SettlementState.Granted, $"{settled.RefusalCode} {settled.RefusalMessage}");
        return new Money(settled.Figures.Funds.Single(fund => fund.Fund == "Pooled").AmountFen).InYuan;
    }
}
