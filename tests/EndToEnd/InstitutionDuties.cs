using Google.Protobuf.WellKnownTypes;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Filings;
using Yibao.Filing.Institutions;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Persons;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.EndToEnd.Tests;

/// <summary>What an institution owes before and with every visit from outside: who it is, what kind of care, one disease at a time.</summary>
[Collection(CareTests.Name)]
public sealed class InstitutionDuties(CarePlatform platform)
{
    private readonly His _wuhan = platform.Of(CarePlatform.Wuhan);

    [Fact, Covers("INS-008")]
    public async Task Without_a_token_or_with_another_persons_no_visit_is_registered()
    {
        var patient = await platform.Insure(301, "520100", "420100");
        var other = await platform.Insure(302, "520100", "420100");
        var identified = await _wuhan.Settlements.IdentifyPersonAsync(
            new IdentifyPersonRequest { InstitutionCode = CarePlatform.Wuhan, HomeArea = "520100", CredentialType = "02", CredentialValue = patient.Id.Reveal() }, cancellationToken: His.Cancellation);

        (await Refused("id1", patient, visit => (visit.CredentialType, visit.CredentialValue) = ("", ""))).ShouldBe("IDENTITY_NOT_VERIFIED");
        (await Refused("id2", patient, visit => visit.CredentialValue = "")).ShouldBe("IDENTITY_NOT_VERIFIED");
        (await Refused("id3", other, visit => visit.ExpectedPersonKey = identified.PersonKey)).ShouldBe("IDENTITY_NOT_VERIFIED");
        foreach (var visit in (string[])["id1", "id2", "id3"]) (await platform.Facts("420000", $"visit/{CarePlatform.Wuhan}:{visit}")).ShouldBeEmpty();

        (await _wuhan.Admit("id4", patient, "520100", "21", 1_000m, visit => visit.ExpectedPersonKey = identified.PersonKey)).PersonKey.ShouldBe(identified.PersonKey);
        (await _wuhan.Settle("s-id4", "id4")).State.ShouldBe(SettlementState.Granted);
    }

    [Fact, Covers("INS-011")]
    public async Task Two_diseases_are_two_prescriptions_and_two_settlements()
    {
        var person = await platform.Insure(303, "420500", "420100");
        FeeLine Prescribed(string serial, string disease)
        {
            var line = _wuhan.Line(serial, CarePlatform.InScope, 200m);
            line.DiseaseCode = disease;
            return line;
        }

        var registered = await _wuhan.Admit("two", person, "420500", "14", 0m, visit => visit.DiseaseCode = "M01600", Prescribed("1", "M01600"), Prescribed("2", "M03900"), _wuhan.Line("3", CarePlatform.Metformin, 100m));
        PersonKey.TryParse(registered.PersonKey, out var key).ShouldBeTrue();
        await platform.Qualify(key, "420500", "M01600", CarePlatform.Wuhan);
        await platform.Qualify(key, "420500", "M03900", CarePlatform.Wuhan);

        (await His.Refusal(() => _wuhan.Settle("s-two", "two"))).ShouldBe("SPLIT_BY_DISEASE");
        (await His.Refusal(async () => await _wuhan.Settlements.PreSettleAsync(_wuhan.Terms("s-two", "two"), cancellationToken: His.Cancellation))).ShouldBe("SPLIT_BY_DISEASE");
        (await His.Refusal(() => _wuhan.Settle("s-two", "two", terms => terms.Serials.AddRange(["2", "3"])))).ShouldBe("SPLIT_BY_DISEASE");
        (await platform.Facts("420000", $"settlement/{CarePlatform.Wuhan}:s-two/treatment")).ShouldBeEmpty();

        // A line without a disease of its own is the visit's.
        var diabetes = await _wuhan.Settle("s-two1", "two", terms => terms.Serials.AddRange(["1", "3"]));
        var hypertension = await _wuhan.Settle("s-two2", "two", terms => terms.Serials.Add("2"));

        (diabetes.State, diabetes.Split.TotalFen, diabetes.Split.SelfFundedFen).ShouldBe((SettlementState.Granted, 30_000L, 20_000L)); // Wuhan's limited scope of diabetes
        (hypertension.State, hypertension.Split.TotalFen).ShouldBe((SettlementState.Granted, 20_000L));
        Request(await platform.Facts("420000", $"settlement/{hypertension.NationalId}/treatment")).ShouldBe("M03900");
        Request(await platform.Facts("420000", $"settlement/{diabetes.NationalId}/treatment")).ShouldBe("M01600");

        static string? Request(IReadOnlyList<Hosting.Stored<Kernel.Deciding.IFact>> facts) => facts.Select(fact => fact.Fact).OfType<Yibao.Settlement.RoundTrip.SettlementIntended>().Single().Request.Disease;
    }

    [Fact]
    public async Task General_care_and_a_chronic_prescription_are_not_settled_together()
    {
        var person = await platform.Insure(304, "420500", "420100");
        var chronic = _wuhan.Line("2", CarePlatform.InScope, 100m);
        chronic.DiseaseCode = "M01600";
        await _wuhan.Admit("mixed", person, "420500", "11", 0m, null, _wuhan.Line("1", CarePlatform.InScope, 100m), chronic);

        (await His.Refusal(() => _wuhan.Settle("s-mixed", "mixed"))).ShouldBe("SPLIT_BY_DISEASE");

        (await _wuhan.Settle("s-mixed1", "mixed", terms => terms.Serials.Add("1"))).State.ShouldBe(SettlementState.Granted);
    }

    [Fact, Covers("INS-012")]
    public async Task An_admission_says_what_kind_it_is_and_an_emergency_outpatient_is_marked_before_the_settlement()
    {
        var person = await platform.Insure(305, "520100", "420100");

        (await Refused("kind1", person, visit => visit.InpatientType = 0)).ShouldBe("FIELD_REQUIRED");
        (await Refused("kind2", person, visit => visit.InpatientType = 4)).ShouldBe("FIELD_INVALID");
        foreach (var visit in (string[])["kind1", "kind2"]) (await platform.Facts("420000", $"visit/{CarePlatform.Wuhan}:{visit}")).ShouldBeEmpty();
        await _wuhan.Admit("kind3", person, "520100", "21", 16_000m, visit => visit.InpatientType = 2);
        var settled = await _wuhan.Settle("s-kind3", "kind3");
        settled.State.ShouldBe(SettlementState.Granted);
        // What was said stays with the settlement for the audit.
        (await platform.Facts("420000", $"settlement/{settled.NationalId}/treatment")).Select(fact => fact.Fact).OfType<Yibao.Settlement.RoundTrip.SettlementIntended>().Single().Request.InpatientType.ShouldBe(2);

        await _wuhan.Admit("kind4", person, "520100", "13", 400m);
        (await His.Refusal(() => _wuhan.Settle("s-kind4", "kind4"))).ShouldBe("FIELD_REQUIRED");
        await Mark(2);
        (await His.Refusal(() => _wuhan.Settle("s-kind4", "kind4"))).ShouldBe("FIELD_INVALID");
        await Mark(1);
        (await _wuhan.Settle("s-kind4", "kind4")).State.ShouldBe(SettlementState.Granted);

        async Task Mark(int flag) => await _wuhan.Settlements.ChangeVisitAsync(new RegisterVisitRequest
        {
            InstitutionCode = CarePlatform.Wuhan, VisitId = "kind4", CareType = "13", CareFrom = Timestamp.FromDateTimeOffset(platform.Now.AddHours(-1)), OutpatientFlag = flag,
        }, cancellationToken: His.Cancellation);
    }

    [Fact, Covers("FIL-048")]
    public async Task A_visit_where_direct_settlement_is_not_open_is_reimbursed_by_hand_for_that_reason()
    {
        const string Closed = "H42010000048";
        await platform.Contract(Closed, "420100", platform.Now.AddYears(-2));
        var (person, his) = (await platform.Insure(306, "420500", "420100"), platform.Of(Closed));
        (await His.Refusal(() => his.Admit("hand", person, "420500", "21", 5_000m))).ShouldBe("INSTITUTION_NOT_OPEN");

        // Kept with its reason and its fees, and nothing of it can be settled directly.
        await his.Admit("hand", person, "420500", "21", 5_000m, visit => visit.WithoutDirectSettlement = true);
        (await His.Refusal(() => his.Settle("s-hand", "hand"))).ShouldBe("INSTITUTION_NOT_OPEN");
        (await his.Settlements.GetVisitAsync(new VisitRequest { InstitutionCode = Closed, VisitId = "hand" }, cancellationToken: His.Cancellation)).UndirectReason.ShouldBe("NON_NETWORK_INSTITUTION");
        var reported = await new UndirectVisits.UndirectVisitsClient(his.Invoker).ReportAsync(new ReportUndirectRequest
        {
            InstitutionCode = Closed, VisitId = "hand", FaultAt = Timestamp.FromDateTimeOffset(platform.Now.AddHours(-2)), CareUntil = Timestamp.FromDateTimeOffset(platform.Now.AddHours(-1)),
            Diagnoses = { new DiagnosisEntry { Code = "J18.900", Name = "肺炎", Main = true } },
        }, cancellationToken: His.Cancellation);
        (reported.Lines, reported.TotalFen).ShouldBe((1, 500_000L));

        var home = new ManualReimbursements.ManualReimbursementsClient(platform.Agency("420500", Role.CityOperator));
        ManualCase? opened = null;
        await CarePlatform.Eventually(async () =>
        {
            try
            {
                opened = await home.OpenAsync(new ManualCaseRequest { VisitId = reported.VisitId }, cancellationToken: His.Cancellation);
            }
            catch (Grpc.Core.RpcException early) when (Hosting.Grpc.ErrorStatus.FromRpc(early)?.Code is "DETAILS_UNKNOWN" or "DETAILS_INCOMPLETE")
            {
                return false;
            }

            return true;
        }, "the details did not reach the home place");

        (opened!.Reason, opened.InstitutionCode, opened.TotalFen, opened.Lines).ShouldBe(("NON_NETWORK_INSTITUTION", Closed, 500_000L, 1));
        (await home.CalculateAsync(new ManualCaseRequest { VisitId = reported.VisitId }, cancellationToken: His.Cancellation)).Figures.FundTotalFen.ShouldBe(328_000); // (5,000.00 − 900.00) × 80 %

        // Where it is open after all, the wish changes nothing; a reason that nobody recorded is none.
        await _wuhan.Admit("open", person, "420500", "21", 1_000m, visit => visit.WithoutDirectSettlement = true);
        (await His.Refusal(async () => await new UndirectVisits.UndirectVisitsClient(_wuhan.Invoker).ReportAsync(new ReportUndirectRequest
        {
            InstitutionCode = CarePlatform.Wuhan, VisitId = "open", FaultAt = Timestamp.FromDateTimeOffset(platform.Now.AddHours(-2)), CareUntil = Timestamp.FromDateTimeOffset(platform.Now.AddHours(-1)),
            Diagnoses = { new DiagnosisEntry { Code = "J18.900", Name = "肺炎", Main = true } },
        }, cancellationToken: His.Cancellation))).ShouldBe("FAULT_UNKNOWN");
        (await _wuhan.Settle("s-open", "open")).State.ShouldBe(SettlementState.Granted);
    }

    /// <summary>INS-024 as far as the treatment place goes; that nothing becomes receivable for the provincial pool is the clearing's to show.</summary>
    [Fact]
    public async Task From_the_day_its_management_moved_an_institution_settles_for_the_city()
    {
        const string Moved = "H42990000024";
        var (province, from) = (new Actor("operator", Kernel.Deciding.Role.ProvinceOperator, new("420000")), new DateTimeOffset(2022, 11, 1, 10, 0, 0, TimeSpan.FromHours(8)));
        await platform.Contract(Moved, "429900", from, city =>
        [
            new OpenService(city, Moved, Scope.IntraProvince, Contracts.Filings.CareType.GeneralOutpatient, new DateOnly(2022, 11, 1), Internet: false, from),
            new MoveManagement(province, Moved, new("420100"), new DateOnly(2023, 1, 1), from.AddDays(30)),
        ]);
        var (person, his) = (await platform.Insure(307, "420500"), platform.Of(Moved));

        (await Treated("last", 2022, 12, 31)).ShouldBe("429900");
        (await Treated("first", 2023, 1, 1)).ShouldBe("420100");

        async Task<string> Treated(string visit, int year, int month, int day)
        {
            var at = Timestamp.FromDateTimeOffset(new DateTimeOffset(year, month, day, 9, 0, 0, TimeSpan.FromHours(8)));
            var line = his.Line("1", CarePlatform.InScope, 100m);
            line.Date = new DateOnly(year, month, day).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
            var registered = await his.Admit(visit, person, "420500", "11", 0m, request => request.CareFrom = at, line);
            var settled = await his.Settle("s-" + visit, visit, terms => terms.CareUntil = at);
            settled.State.ShouldBe(SettlementState.Granted, settled.RefusalMessage);
            settled.TreatmentArea.ShouldBe(registered.TreatmentArea);
            return settled.TreatmentArea;
        }
    }

    private Task<string> Refused(string visit, InventedPerson person, Action<RegisterVisitRequest> change) => His.Refusal(() => _wuhan.Admit(visit, person, "520100", "21", 100m, change));
}
