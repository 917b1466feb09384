using Google.Protobuf.WellKnownTypes;
using Yibao.Contracts.Settlement.V1;
using Yibao.Kernel;
using Yibao.Kernel.Persons;

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

    private Task<string> Refused(string visit, InventedPerson person, Action<RegisterVisitRequest> change) => His.Refusal(() => _wuhan.Admit(visit, person, "520100", "21", 100m, change));
}
