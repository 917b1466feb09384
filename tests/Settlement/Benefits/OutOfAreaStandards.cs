using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Settlement.Benefits;
using static Yibao.Settlement.Tests.Benefits.TestPacks;

namespace Yibao.Settlement.Tests.Benefits;

/// <summary>Which standard a visit gets: the examples of BEN-001 to BEN-017 with their numbers.</summary>
public sealed class OutOfAreaStandards
{
    private static readonly CaseFacts Stay = TestPolicy.Stay;
    private static readonly PolicyPack Yichang = Of("420500");

    [Fact, Covers("BEN-001")]
    public void Treatment_places_scope_home_places_policy() =>
        Pooled(Yichang, Person(Yichang).Filed(FilingCategory.LongTermResident), Stay).ShouldBe(12_080m);

    [Fact, Covers("BEN-004")]
    public void Long_term_at_the_filed_place_gets_the_local_standard_of_the_same_level() =>
        Pooled(Yichang, Person(Yichang).Filed(FilingCategory.ResettledRetiree), Stay).ShouldBe(12_080m);

    [Fact, Covers("BEN-005")]
    public void Guangdong_does_not_reduce_for_long_term_filed_and_a_city_sets_its_other_classes()
    {
        var zhongshan = Of("442000", """
            both:
              outpatient:
                deductible: none
                segments: [ { from: 0, ratio: 70% } ]
              outOfArea:
                outpatientNoFiling: { points: 20 }
            """);
        var visit = Stay with { Care = CareType.GeneralOutpatient, Relation = Relation.IntraProvince };
        Pooled(zhongshan, Person(zhongshan).Filed(FilingCategory.StationedWorker), visit, 100m).ShouldBe(70m);
        Pooled(zhongshan, Person(zhongshan), visit, 100m).ShouldBe(50m);
    }

    [Fact, Covers("BEN-006")]
    public void Kaifeng_takes_ten_points_from_referred_and_emergency_and_twenty_from_others()
    {
        Pooled(Kaifeng, Person(Kaifeng).Filed(FilingCategory.Referred), Stay).ShouldBe(10_570m);
        Pooled(Kaifeng, Person(Kaifeng).Filed(FilingCategory.Emergency), Stay).ShouldBe(10_570m);
        Pooled(Kaifeng, Person(Kaifeng).Filed(FilingCategory.OtherTemporary), Stay).ShouldBe(9_060m);

        var eightyFive = Of("410200", LocalStandard.Replace("80%", "85%", StringComparison.Ordinal) + "\n  outOfArea:\n    referred: { points: 10 }\n");
        Run(eightyFive, Person(eightyFive).Filed(FilingCategory.Referred), Stay).Steps.Single(step => step.Kind == StepKind.Segment).Ratio.ShouldBe(0.75m);
    }

    [Fact]
    public void An_emergency_flag_prevails_over_an_other_temporary_filing_and_one_for_another_place()
    {
        Pooled(Kaifeng, Person(Kaifeng).Filed(FilingCategory.OtherTemporary), Stay with { Emergency = true }).ShouldBe(10_570m);
        Pooled(Kaifeng, Person(Kaifeng).Filed(FilingCategory.LongTermResident, covers: false), Stay with { Emergency = true }).ShouldBe(10_570m);
    }

    [Fact, Covers("BEN-008")]
    public void Kaifeng_long_term_person_treated_at_home_gets_ten_points_less()
    {
        var home = Stay with { Relation = Relation.Local };
        Pooled(Kaifeng, Person(Kaifeng).Filed(FilingCategory.LongTermResident, covers: false), home).ShouldBe(10_570m);
        Pooled(Kaifeng, Person(Kaifeng), home).ShouldBe(12_080m);
        Pooled(Kaifeng, Person(Kaifeng).Filed(FilingCategory.OtherTemporary, covers: false), home).ShouldBe(12_080m);
    }

    [Fact, Covers("BEN-009")]
    public void Hubei_long_term_person_treated_at_home_gets_what_locals_get() =>
        Pooled(Yichang, Person(Yichang).Filed(FilingCategory.LongTermResident, covers: false), Stay with { Relation = Relation.Local }).ShouldBe(12_080m);

    [Fact, Covers("BEN-010")]
    public void A_long_term_person_sent_on_to_a_third_place_gets_the_referral_policy_there()
    {
        var person = Person(Kaifeng);
        var inBeijing = person.Filed(FilingCategory.LongTermResident, covers: false).Filed(FilingCategory.Referred);
        var inZhengzhou = person.Filed(FilingCategory.LongTermResident).Filed(FilingCategory.Referred, covers: false);
        Pooled(Kaifeng, inBeijing, Stay).ShouldBe(10_570m);
        Pooled(Kaifeng, inZhengzhou, Stay with { Relation = Relation.IntraProvince }).ShouldBe(12_080m);
    }

    [Fact, Covers("BEN-011")]
    public void A_deemed_emergency_gets_the_emergency_standard_in_hospital_and_outside()
    {
        var hubei = Of("420500", LocalStandard + "\n  outOfArea:\n    emergency: { points: 10 }\n");
        Pooled(hubei, Person(hubei), Stay with { Emergency = true }).ShouldBe(10_570m);
        Pooled(hubei, Person(hubei), Stay with { Emergency = true, Care = CareType.GeneralOutpatient }, 100m).ShouldBe(40m);
    }

    [Fact, Covers("BEN-012")]
    public void Filed_before_discharge_as_long_term_is_local() =>
        Pooled(Kaifeng, Late(FilingCategory.LongTermResident, FilingMode.RetroBeforeDischarge, ProofBasis.Commitment), Stay).ShouldBe(12_080m);

    [Fact, Covers("BEN-013")]
    public void Filed_before_discharge_as_temporary_goes_by_its_type()
    {
        Pooled(Kaifeng, Late(FilingCategory.Emergency, FilingMode.RetroBeforeDischarge, ProofBasis.Document), Stay).ShouldBe(10_570m);
        Pooled(Kaifeng, Late(FilingCategory.OtherTemporary, FilingMode.RetroBeforeDischarge, ProofBasis.Document), Stay).ShouldBe(9_060m);
    }

    [Fact, Covers("BEN-014")]
    public void Filed_after_discharge_as_long_term_with_documents_is_local_by_manual_reimbursement()
    {
        var breakdown = Run(Kaifeng, Late(FilingCategory.LongTermResident, FilingMode.RetroAfterDischarge, ProofBasis.Document), Stay);
        breakdown.Figures.FundTotal.ShouldBe(Money.Yuan(12_080));
        breakdown.ManualOnly.ShouldBeTrue();
    }

    [Fact, Covers("BEN-015")]
    public void Filed_after_discharge_by_commitment_pays_this_stay_as_other_temporary_and_the_next_as_local()
    {
        var person = Person(Kaifeng).Filed(FilingCategory.LongTermResident, mode: FilingMode.RetroAfterDischarge, proof: ProofBasis.Commitment, on: new DateOnly(2023, 2, 20));
        var thisStay = Stay with { Begin = new DateOnly(2023, 2, 1), End = new DateOnly(2023, 2, 10) };
        var nextStay = Stay with { Begin = new DateOnly(2023, 3, 5), End = new DateOnly(2023, 3, 12) };

        Run(Kaifeng, person, thisStay).Figures.FundTotal.ShouldBe(Money.Yuan(9_060));
        Run(Kaifeng, person, thisStay).ManualOnly.ShouldBeTrue();
        Run(Kaifeng, person, thisStay with { Emergency = true }).Figures.FundTotal.ShouldBe(Money.Yuan(9_060)); // AMB-14: whatever the stay was
        Run(Kaifeng, person, nextStay).Figures.FundTotal.ShouldBe(Money.Yuan(12_080));
        Run(Kaifeng, person, nextStay).ManualOnly.ShouldBeFalse();
    }

    [Fact, Covers("BEN-016")]
    public void Filed_after_discharge_as_temporary_goes_by_its_type()
    {
        Pooled(Kaifeng, Late(FilingCategory.Referred, FilingMode.RetroAfterDischarge, ProofBasis.Certificate), Stay).ShouldBe(10_570m);
        Pooled(Kaifeng, Late(FilingCategory.OtherTemporary, FilingMode.RetroAfterDischarge, ProofBasis.Document), Stay).ShouldBe(9_060m);
    }

    [Fact, Covers("BEN-017")]
    public void Ratios_are_those_of_the_same_level_at_home()
    {
        var levels = Of("410200", """
            both:
              inpatient:
                deductible: none
                segments: [ { from: 0, ratio: { unrated: 90%, primary: 90%, secondary: 85%, tertiary: 80% } } ]
              outOfArea:
                referred: { points: 10 }
            """);
        var referred = Person(levels).Filed(FilingCategory.Referred);
        Pooled(levels, referred, Stay with { Level = HospitalLevel.Secondary }, 1_000m).ShouldBe(750m);
        Pooled(levels, referred, Stay with { Level = HospitalLevel.TertiaryA }, 1_000m).ShouldBe(700m);
    }

    [Fact, Covers("BEN-023")]
    public void A_trauma_stay_is_paid_as_any_other() =>
        Pooled(Yichang, Person(Yichang).Filed(FilingCategory.LongTermResident), Stay).ShouldBe(12_080m);

    [Fact, Covers("BEN-025")]
    public void Points_come_off_each_segment_and_never_go_below_zero()
    {
        var segments = Of("410200", """
            both:
              inpatient:
                deductible: none
                segments: [ { from: 0, ratio: 80% }, { from: 10000, ratio: 90% } ]
              outOfArea:
                referred: { points: 10 }
                emergency: { points: 85 }
            """);
        Pooled(segments, Person(segments).Filed(FilingCategory.Referred), Stay, 15_100m).ShouldBe(11_080m);
        Pooled(segments, Person(segments).Filed(FilingCategory.Emergency), Stay, 15_100m).ShouldBe(255m); // 0 % and 5 %
    }

    [Fact, Covers("BEN-026")]
    public void Kaifeng_outpatients_get_the_home_table_on_the_treatment_places_scope() =>
        Pooled(Kaifeng, Person(Kaifeng), Stay with { Care = CareType.GeneralOutpatient, Relation = Relation.IntraProvince }, 100m).ShouldBe(50m);

    [Fact, Covers("BEN-027")]
    public void Guizhou_home_table_applies()
    {
        var zunyi = Of("520300", """
            both:
              inpatient:
                deductible: { kind: perAdmission, amounts: 1000 }
                segments: [ { from: 0, ratio: 75% } ]
            """);
        Pooled(zunyi, Person(zunyi).Filed(FilingCategory.ResettledRetiree), Stay, 9_000m).ShouldBe(6_000m);
    }

    [Fact, Covers("BEN-028")]
    public void Care_that_needs_no_filing_has_its_own_class()
    {
        var visit = Stay with { Care = CareType.GeneralOutpatient };
        Pooled(Yichang, Person(Yichang), visit, 400m).ShouldBe(200m);
        var reduced = Of("420500", LocalStandard + "\n  outOfArea:\n    outpatientNoFiling: { points: 10 }\n");
        Pooled(reduced, Person(reduced), visit, 400m).ShouldBe(160m);
        Pooled(reduced, Person(reduced), visit with { Care = CareType.Pharmacy }, 400m).ShouldBe(160m);
    }

    [Fact]
    public void First_pay_takes_its_share_before_the_deductible()
    {
        var jiangxi = Of("410200", LocalStandard + "\n  outOfArea:\n    referred: { firstPay: 10% }\n    otherTemporary: { multiplier: 0.9 }\n");
        Pooled(jiangxi, Person(jiangxi).Filed(FilingCategory.Referred), Stay).ShouldBe((16_000m * 0.9m - 900m) * 0.8m);
        Pooled(jiangxi, Person(jiangxi).Filed(FilingCategory.OtherTemporary), Stay).ShouldBe(15_100m * 0.72m);
    }

    [Fact]
    public void Another_pool_of_the_same_city_is_local() =>
        Pooled(Kaifeng, Person(Kaifeng), Stay with { Relation = Relation.SameCity }).ShouldBe(12_080m);

    private static Standing Late(FilingCategory kind, FilingMode mode, ProofBasis proof) =>
        Person(Kaifeng).Filed(kind, mode: mode, proof: proof, on: new DateOnly(2023, 4, 1));
}
