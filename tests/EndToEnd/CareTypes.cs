using Google.Protobuf.WellKnownTypes;
using Yibao.Contracts.Settlement.V1;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Persons;
using Yibao.Settlement.Trauma;
using Yibao.Settlement.Verification;
using Liability = Yibao.Contracts.Settlement.V1.Liability;
using Role = Yibao.Kernel.Deciding.Role;
using Verifications = Yibao.Contracts.Settlement.V1.Verification;

namespace Yibao.EndToEnd.Tests;

/// <summary>Every kind of care settles through the real doors: HIS → gateway → settlement → node to node → filing, stores and all.</summary>
[Collection(CareTests.Name)]
public sealed class CareTypes(CarePlatform platform)
{
    private readonly His _wuhan = platform.Of(CarePlatform.Wuhan);
    private readonly His _guiyang = platform.Of(CarePlatform.Guiyang);

    [Fact]
    public async Task A_filed_inpatient_across_provinces()
    {
        var person = await platform.Insure(1, "520100", "420100");
        await _wuhan.Admit("in1", person, "520100", "21", 16_000m);

        var settled = await _wuhan.Settle("s-in1", "in1");

        Pooled(settled).ShouldBe(12_080.00m);
        settled.Figures.CashFen.ShouldBe(392_000);
    }

    [Fact]
    public async Task An_outpatient_and_a_pharmacy_need_no_filing()
    {
        var person = await platform.Insure(2, "420500");
        await _wuhan.Admit("op1", person, "420500", "11", 400m);
        Pooled(await _wuhan.Settle("s-op1", "op1")).ShouldBe(200.00m);

        var pharmacy = platform.Of(CarePlatform.WuhanPharmacy);
        await pharmacy.Admit("ph1", person, "420500", "41", 60m);
        Pooled(await pharmacy.Settle("s-ph1", "ph1")).ShouldBe(30.00m);
    }

    [Fact]
    public async Task A_chronic_outpatient_by_the_scope_of_the_disease_and_under_its_ceiling()
    {
        var person = await platform.Insure(3, "420500", "420100");
        var first = await _wuhan.Admit("ch1", person, "420500", "14", 0m, visit => visit.DiseaseCode = "M01600", _wuhan.Line("1", CarePlatform.Metformin, 1_000m), _wuhan.Line("2", CarePlatform.InScope, 200m));
        (await _wuhan.Settle("s-ch0", "ch1")).RefusalCode.ShouldBe("CHRONIC_NOT_QUALIFIED");
        PersonKey.TryParse(first.PersonKey, out var key).ShouldBeTrue();
        await platform.Qualify(key, "420500", "M01600", CarePlatform.Wuhan);

        var settled = await _wuhan.Settle("s-ch1", "ch1");

        // SET-020: outside the limited scope is self-funded.
        settled.Split.SelfFundedFen.ShouldBe(20_000);
        Pooled(settled).ShouldBe(700.00m);
        await _wuhan.Admit("ch2", person, "420500", "14", 0m, visit => visit.DiseaseCode = "M01600", _wuhan.Line("1", CarePlatform.Metformin, 10_000m));
        Pooled(await _wuhan.Settle("s-ch2", "ch2")).ShouldBe(2_300.00m);
    }

    [Fact, Covers("SET-018")]
    public async Task An_unfiled_emergency_is_deemed_filed_and_paid_by_the_emergency_standard()
    {
        var person = await platform.Insure(4, "420500");
        await _guiyang.Admit("er1", person, "420500", "11", 400m, visit => visit.OutpatientFlag = 1);
        Pooled(await _guiyang.Settle("s-er1", "er1")).ShouldBe(160.00m); // 50 % − 10
        await _guiyang.Admit("er3", person, "420500", "11", 400m, visit => visit.OutpatientFlag = 3);
        Pooled(await _guiyang.Settle("s-er3", "er3")).ShouldBe(160.00m);

        await _guiyang.Admit("er2", person, "420500", "21", 16_000m, visit => visit.InpatientType = 2);
        Pooled(await _guiyang.Settle("s-er2", "er2")).ShouldBe(10_570.00m); // BEN-011

        // Without the flag, and chronic: no filing, refused.
        var chronic = await _guiyang.Admit("er4", person, "420500", "14", 100m, visit => visit.DiseaseCode = "M01600");
        PersonKey.TryParse(chronic.PersonKey, out var key).ShouldBeTrue();
        await platform.Qualify(key, "420500", "M01600", CarePlatform.Guiyang);
        (await _guiyang.Settle("s-er4", "er4")).RefusalCode.ShouldBe("NO_FILING");
    }

    [Fact]
    public async Task Maternity_is_refused_at_registration()
    {
        var person = await platform.Insure(5, "420500");
        foreach (var code in (string[])["51", "52", "53"])
            (await His.Refusal(() => _wuhan.Admit("mat" + code, person, "420500", code, 100m))).ShouldBe("MATERNITY_NOT_COVERED");
    }

    [Fact]
    public async Task A_stay_settled_in_the_middle_and_at_its_end_is_two_bills_of_one_visit()
    {
        var person = await platform.Insure(6, "520100", "420100");
        await _wuhan.Admit("mid", person, "520100", "21", 0m, null, _wuhan.Line("1", CarePlatform.InScope, 10_000m), _wuhan.Line("2", CarePlatform.InScope, 6_000m));

        var middle = await _wuhan.Settle("s-mid1", "mid", terms => terms.Serials.Add("1"));
        var end = await _wuhan.Settle("s-mid2", "mid", terms => terms.Serials.Add("2"));

        Pooled(middle).ShouldBe(7_280.00m);
        end.State.ShouldBe(SettlementState.Granted);
        end.Split.TotalFen.ShouldBe(600_000);
        (await His.Refusal(() => _wuhan.Settle("s-mid3", "mid", terms => { terms.Serials.Add("1"); terms.Serials.Add("2"); }))).ShouldBe("FEE_LINE_SETTLED");
    }

    [Fact]
    public async Task A_stay_over_the_turn_of_the_year_is_one_bill_of_the_year_of_discharge()
    {
        var person = await platform.Insure(7, "520100", "420100");
        var year = platform.Now.Year;
        var registered = await _wuhan.Admit("cross", person, "520100", "21", 16_000m, visit => visit.CareFrom = Day(year - 1, 12, 20));
        Pooled(await _wuhan.Settle("s-cross", "cross", terms => terms.CareUntil = Day(year, 1, 8))).ShouldBe(12_080.00m);
        (await platform.Facts("520000", $"benefit-year/520100/{registered.PersonKey}/310/{year}")).Count.ShouldBe(1);

        // Ended in December, settled later: the year before (SET-015).
        await _wuhan.Admit("old", person, "520100", "21", 16_000m, visit => visit.CareFrom = Day(year - 1, 12, 21));
        Pooled(await _wuhan.Settle("s-old", "old", terms => terms.CareUntil = Day(year - 1, 12, 28))).ShouldBe(12_080.00m);
        (await platform.Facts("520000", $"benefit-year/520100/{registered.PersonKey}/310/{year - 1}")).Count.ShouldBe(1);
    }

    [Fact, Covers("SET-016", "BEN-023")]
    public async Task A_trauma_stay_settles_with_the_commitment_and_stands_in_the_agencys_queue()
    {
        var person = await platform.Insure(8, "520100", "420100");
        await _wuhan.Admit("tr1", person, "520100", "21", 0m, visit => visit.Trauma = true, _wuhan.Line("1", CarePlatform.InScope, 7_200m), _wuhan.Line("2", SelfFunded, 800m));
        (await His.Refusal(() => _wuhan.Settle("s-tr0", "tr1"))).ShouldBe("TRAUMA_COMMITMENT_MISSING");

        await _wuhan.Papers.SignTraumaCommitmentAsync(Commitment(person, "tr1"), cancellationToken: His.Cancellation);
        var settled = await _wuhan.Settle("s-tr1", "tr1");

        settled.Split.TotalFen.ShouldBe(800_000);
        Pooled(settled).ShouldBe(5_040.00m); // (7,200.00 − 900.00) × 80 %: as any stay
        var reviewer = new Verifications.VerificationClient(platform.Agency("420100", Role.Reviewer));
        var queue = await reviewer.ListAsync(new ListVerificationRequest { Area = "420100", Queue = "trauma", OpenOnly = true }, cancellationToken: His.Cancellation);
        var item = queue.Items.Single(item => item.NationalId == settled.NationalId);
        (item.BenefitFen, item.InstitutionCode, item.State).ShouldBe((504_000L, CarePlatform.Wuhan, "open"));
        // Another area's agency does not see it.
        (await His.Refusal(async () => await new Verifications.VerificationClient(platform.Agency("420500", Role.Reviewer)).ListAsync(new ListVerificationRequest { Area = "420100" }, cancellationToken: His.Cancellation))).ShouldBe("OUT_OF_REGION");

        // A refund takes it out of the scope.
        (await _wuhan.Refund("s-tr1", "n-tr1")).State.ShouldBe(SettlementState.Reversed);
        queue = await reviewer.ListAsync(new ListVerificationRequest { Area = "420100", Queue = "trauma" }, cancellationToken: His.Cancellation);
        queue.Items.Single(item => item.NationalId == settled.NationalId).State.ShouldBe("withdrawn");
    }

    [Fact, Covers("INS-013")]
    public async Task The_two_flags_of_a_trauma_decide_at_admission_and_before_the_settlement()
    {
        var person = await platform.Insure(11, "520100", "420100");
        Task Admit(string visit, bool trauma, bool thirdParty) => _wuhan.Admit(visit, person, "520100", "21", 1_000m, request => (request.Trauma, request.ThirdParty) = (trauma, thirdParty));

        (await His.Refusal(() => Admit("fl11", trauma: true, thirdParty: true))).ShouldBe("THIRD_PARTY_LIABILITY");
        (await His.Refusal(() => Admit("fl01", trauma: false, thirdParty: true))).ShouldBe("FIELD_INVALID");
        await Admit("fl10", trauma: true, thirdParty: false);
        (await His.Refusal(() => _wuhan.Settle("s-fl10", "fl10"))).ShouldBe("TRAUMA_COMMITMENT_MISSING");
        (await _wuhan.Papers.SignTraumaCommitmentAsync(Commitment(person, "fl10"), cancellationToken: His.Cancellation)).Reference.ShouldNotBeEmpty();
        (await _wuhan.Settle("s-fl10b", "fl10")).State.ShouldBe(SettlementState.Granted);
    }

    [Fact, Covers("SET-017", "FRM-012")]
    public async Task A_relative_signs_with_his_number_and_a_later_liability_recovers_the_whole_benefit()
    {
        var person = await platform.Insure(9, "520100", "420100");
        var relative = InventedPerson.Number(889_999);
        await _wuhan.Admit("tr2", person, "520100", "21", 0m, visit => visit.Trauma = true, _wuhan.Line("1", CarePlatform.InScope, 7_200m), _wuhan.Line("2", SelfFunded, 800m));

        async Task<string> Refused(Action<TraumaCommitment> wrong) => await His.Refusal(async () =>
        {
            var refused = Commitment(person, "tr2");
            wrong(refused);
            await _wuhan.Papers.SignTraumaCommitmentAsync(refused, cancellationToken: His.Cancellation);
        });

        (await Refused(paper => paper.Relative = new NearRelative { Name = relative.Name, Phone = relative.Phone })).ShouldBe("FIELD_REQUIRED");
        (await Refused(paper => paper.Relative = new NearRelative { Name = relative.Name, Phone = relative.Phone, IdNumber = "999000199001011234" })).ShouldStartWith("ID_NUMBER");
        (await Refused(paper => paper.Course = "")).ShouldBe("FIELD_REQUIRED");
        (await Refused(paper => paper.NoWorkInjury = false)).ShouldBe("TRAUMA_PROMISE_MISSING");
        (await Refused(paper => paper.IdentityChecked = false)).ShouldBe("IDENTITY_NOT_CHECKED");
        (await Refused(paper => paper.InjuredAt = Timestamp.FromDateTimeOffset(platform.Now))).ShouldBe("FIELD_INVALID");

        var paper = Commitment(person, "tr2");
        paper.Relative = new NearRelative { Name = relative.Name, Phone = relative.Phone, IdNumber = relative.Id.Reveal() };
        var signed = await _wuhan.Papers.SignTraumaCommitmentAsync(paper, cancellationToken: His.Cancellation);
        (await _wuhan.Papers.SignTraumaCommitmentAsync(paper, cancellationToken: His.Cancellation)).ShouldBe(signed);
        var settled = await _wuhan.Settle("s-tr2", "tr2");
        Pooled(settled).ShouldBe(5_040.00m);
        paper.Course = "另一种说法";
        (await His.Refusal(async () => await _wuhan.Papers.SignTraumaCommitmentAsync(paper, cancellationToken: His.Cancellation))).ShouldBe("TRAUMA_COMMITMENT_FIXED");

        // No fact holds what stands on the paper; the print shows it (Annex 11).
        var facts = await platform.Facts("420000", $"visit/{CarePlatform.Wuhan}:tr2");
        facts.Select(stored => stored.Fact).OfType<TraumaCommitted>().ShouldHaveSingleItem().SignedBy.ShouldBe(Signer.NearRelative);
        var stored = string.Join('\n', facts.Select(fact => System.Text.Json.JsonSerializer.Serialize(fact.Fact, fact.Fact.GetType())));
        foreach (var secret in (string[])[person.Name, person.Phone, person.Id.Reveal(), relative.Id.Reveal(), relative.Phone, "示例市场", "滑倒"]) stored.ShouldNotContain(secret);
        using var print = await _wuhan.Print(HttpMethod.Get, "visits/tr2/trauma-commitment");
        var html = System.Net.WebUtility.HtmlDecode(await print.Content.ReadAsStringAsync(His.Cancellation));
        foreach (var shown in (string[])["武汉市", person.Name, "示例市场", "滑倒", relative.Id.Reveal()]) html.ShouldContain(shown);

        var reviewer = new Verifications.VerificationClient(platform.Agency("420100", Role.Reviewer));
        var found = new FindLiabilityRequest { Area = "420100", NationalId = settled.NationalId, Liability = Liability.ThirdParty };
        var item = await reviewer.FindLiabilityAsync(found, cancellationToken: His.Cancellation);
        (item.State, item.RecoveryFen).ShouldBe(("recovery", 504_000L));
        (await reviewer.FindLiabilityAsync(found, cancellationToken: His.Cancellation)).ShouldBe(item);
        found.Liability = Liability.WorkInjury;
        (await His.Refusal(async () => await reviewer.FindLiabilityAsync(found, cancellationToken: His.Cancellation))).ShouldBe("LIABILITY_FOUND_BEFORE");
        (await platform.Facts("420000", $"settlement/{settled.NationalId}/treatment")).Select(fact => fact.Fact).OfType<LiabilityFound>().ShouldHaveSingleItem().Recovery.ShouldBe(Money.Yuan(5_040));
    }

    [Fact, Covers("INS-027", "FRM-013")]
    public async Task A_service_outside_during_the_stay_is_included_by_a_sealed_slip_and_settled_once()
    {
        var person = await platform.Insure(10, "420500", "420100");
        var other = platform.Of(CarePlatform.WuhanOther);
        await _wuhan.Admit("out1", person, "420500", "21", 16_000m);
        var slip = new OutsideSlip { InstitutionCode = CarePlatform.Wuhan, VisitId = "out1", Number = "W-001", OutsideInstitutionCode = CarePlatform.WuhanOther, Service = "CT", Reason = "本院设备检修" };
        (await _wuhan.Papers.IssueOutsideSlipAsync(slip, cancellationToken: His.Cancellation)).Valid.ShouldBeFalse();
        var ct = _wuhan.Line("2", CarePlatform.InScope, 680m);
        ct.Outside = new OutsideOrigin { Slip = "W-001", InstitutionCode = CarePlatform.WuhanOther, Serial = "CT-1" };
        var upload = new UploadFeesRequest { InstitutionCode = CarePlatform.Wuhan, VisitId = "out1", Lines = { ct } };
        (await His.Refusal(async () => await _wuhan.Settlements.UploadFeesAsync(upload, cancellationToken: His.Cancellation))).ShouldBe("SLIP_NOT_VALID");
        slip.PhysicianCode = "D42010001";
        (await _wuhan.Papers.IssueOutsideSlipAsync(slip, cancellationToken: His.Cancellation)).Valid.ShouldBeFalse();
        (await His.Refusal(async () => await _wuhan.Settlements.UploadFeesAsync(upload, cancellationToken: His.Cancellation))).ShouldBe("SLIP_NOT_VALID");
        slip.SealedOn = "2026-11-20";
        (await _wuhan.Papers.IssueOutsideSlipAsync(slip, cancellationToken: His.Cancellation)).Valid.ShouldBeTrue();

        var held = await _wuhan.Settlements.UploadFeesAsync(upload, cancellationToken: His.Cancellation);
        held.TotalFen.ShouldBe(1_668_000); // +680.00
        (await _wuhan.Settlements.UploadFeesAsync(upload, cancellationToken: His.Cancellation)).ShouldBe(held);

        // The other institution may not settle that line itself, but its others.
        await other.Admit("op9", person, "420500", "11", 0m, null, other.Line("CT-1", CarePlatform.InScope, 680m), other.Line("CT-2", CarePlatform.InScope, 100m));
        (await His.Refusal(() => other.Settle("s-op9", "op9"))).ShouldBe("FEE_LINE_INCLUDED_ELSEWHERE");
        Pooled(await other.Settle("s-op8", "op9", terms => terms.Serials.Add("CT-2"))).ShouldBe(50.00m);
        // And what it has settled, no stay includes — until it is refunded.
        var late = _wuhan.Line("3", CarePlatform.InScope, 100m);
        late.Outside = new OutsideOrigin { Slip = "W-001", InstitutionCode = CarePlatform.WuhanOther, Serial = "CT-2" };
        var second = new UploadFeesRequest { InstitutionCode = CarePlatform.Wuhan, VisitId = "out1", Lines = { late } };
        (await His.Refusal(async () => await _wuhan.Settlements.UploadFeesAsync(second, cancellationToken: His.Cancellation))).ShouldBe("FEE_LINE_SETTLED_OUTSIDE");
        await other.Refund("s-op8", "n-op8");
        (await _wuhan.Settlements.UploadFeesAsync(second, cancellationToken: His.Cancellation)).TotalFen.ShouldBe(1_678_000);
        await _wuhan.Settlements.WithdrawFeesAsync(new WithdrawFeesRequest { InstitutionCode = CarePlatform.Wuhan, VisitId = "out1", Serials = { "3" } }, cancellationToken: His.Cancellation);

        var settled = await _wuhan.Settle("s-out1", "out1");
        settled.Split.TotalFen.ShouldBe(1_668_000);
        Pooled(settled).ShouldBe(12_624.00m); // (16,680.00 − 900.00) × 80 %
        // Given back by the stay, it may be settled there again.
        Pooled(await other.Settle("s-op7", "op9", terms => terms.Serials.Add("CT-2"))).ShouldBe(50.00m);

        using var print = await _wuhan.Print(HttpMethod.Post, "visits/out1/outside-slips/W-001", new
        {
            patient = person.Name, sex = "女", age = 40, department = "普通外科", credential_kind = "居民身份证", credential_number = person.Id.Reveal(), diagnosis = "示例诊断", physician = "示例医师",
        });
        print.IsSuccessStatusCode.ShouldBeTrue();
        var html = System.Net.WebUtility.HtmlDecode(await print.Content.ReadAsStringAsync(His.Cancellation));
        foreach (var shown in (string[])["示范市第二医院（武汉）", "本院设备检修", "示例医师", "2026年11月20日"]) html.ShouldContain(shown);
    }

    private const string SelfFunded = "XM02BCP261A001089453867577";

    private static decimal Pooled(Contracts.Settlement.V1.Settlement settled)
    {
        settled.State.ShouldBe(SettlementState.Granted, $"{settled.RefusalCode} {settled.RefusalMessage}");
        settled.Split.TotalFen.ShouldBe(settled.Figures.FundTotalFen + settled.Figures.CashFen);
        return new Money(settled.Figures.Funds.Single(fund => fund.Fund == "Pooled").AmountFen).InYuan;
    }

    private static Timestamp Day(int year, int month, int day) => Timestamp.FromDateTimeOffset(new DateTimeOffset(year, month, day, 10, 0, 0, TimeSpan.FromHours(8)));

    private TraumaCommitment Commitment(InventedPerson person, string visit) => new()
    {
        InstitutionCode = CarePlatform.Wuhan, VisitId = visit, Promisor = person.Name, Phone = person.Phone, DocumentType = "01", DocumentNumber = person.Id.Reveal(),
        InjuredAt = Timestamp.FromDateTimeOffset(platform.Now.AddDays(-10)), Place = "示例市场", Course = "行走时滑倒，右手腕着地受伤",
        NoThirdParty = true, NoWorkInjury = true, Repays = true, SignedOn = "2026-11-13", IdentityChecked = true,
    };
}
