using Yibao.Contracts.Filings;
using Yibao.Filing.Filings;
using Yibao.Kernel.Errors;
using static Yibao.Filing.Tests.World;

namespace Yibao.Filing.Tests;

public sealed class MaterialTests
{
    private readonly World _yichang = new("420300");

    private static Commitment Signed(FilingCategory category, string on = "2023-03-10") => new("doc-1", (int)category, true, Day(on));

    private ApplyForFiling Of(FilingCategory category, params string[] papers) => _yichang.Application(_yichang.Insured(), category, "310000", "2023-03-10 10:00") with { Materials = papers };

    [Fact, Covers("FIL-006")]
    public void A_resettled_retiree_shows_both_pages_of_the_register_or_commits()
    {
        _yichang.Apply(Of(FilingCategory.ResettledRetiree, "FILING_FORM", "ID_CARD", "HOUSEHOLD_FIRST_PAGE"))
            .ShouldBeRefused(FilingErrors.MaterialsIncomplete, "常住人口登记卡，或个人承诺书");

        var committed = Of(FilingCategory.ResettledRetiree, "FILING_FORM", "ID_CARD", "COMMITMENT") with { Commitment = Signed(FilingCategory.ResettledRetiree), NoticeVersion = "420300-2023-01" };
        _yichang.Apply(committed).ShouldBeAccepted().OfType<FilingApplied>().Single().Proof.ShouldBe(ProofBasis.Commitment);
    }

    [Fact, Covers("FIL-007")]
    public void A_long_term_resident_shows_a_residence_certificate_or_commits()
    {
        _yichang.Apply(Of(FilingCategory.LongTermResident, "E_CREDENTIAL", "FILING_FORM")).ShouldBeRefused(FilingErrors.MaterialsIncomplete);
        _yichang.Apply(Of(FilingCategory.LongTermResident, "E_CREDENTIAL", "FILING_FORM", "RESIDENCE_PROOF")).ShouldBeAccepted().OfType<FilingApplied>().Single().Proof.ShouldBe(ProofBasis.Document);
    }

    [Fact, Covers("FIL-008")]
    public void A_stationed_worker_shows_one_of_three()
    {
        _yichang.Apply(Of(FilingCategory.StationedWorker, "E_CREDENTIAL", "FILING_FORM", "EMPLOYMENT_CONTRACT")).ShouldBeAccepted();
        _yichang.Apply(Of(FilingCategory.StationedWorker, "E_CREDENTIAL", "FILING_FORM", "EMPLOYMENT_CONTRACT", "DISPATCH_LETTER")).ShouldBeAccepted();
        _yichang.Apply(Of(FilingCategory.StationedWorker, "E_CREDENTIAL", "FILING_FORM")).ShouldBeRefused(FilingErrors.MaterialsIncomplete);
    }

    [Fact, Covers("FIL-009")]
    public void A_referral_comes_from_an_authorised_institution_and_nothing_stands_in_for_it()
    {
        var strict = new World("420500", Packs.With("""
            area: "420500"
            from: 2023-01-01
            extends: "420000"
            document: 测试
            mark: illustrative
            filing:
              referrers: [H42050000001]
            """));
        var referred = strict.Application(strict.Insured(), FilingCategory.Referred, "110000", "2023-03-10");
        strict.Apply(referred with { Referral = new ReferralCertificate("H42050000099", "C34") }).ShouldBeRefused(FilingErrors.ReferrerNotAuthorised, "H42050000099");
        strict.Apply(referred with { Materials = ["E_CREDENTIAL", "FILING_FORM", "COMMITMENT"], Commitment = Signed(FilingCategory.Referred) }).ShouldBeRefused(FilingErrors.CommitmentNotAllowed);
        strict.Apply(referred).ShouldBeAccepted().OfType<FilingApplied>().Single().Proof.ShouldBe(ProofBasis.Certificate);
    }

    [Fact, Covers("FIL-010")]
    public void Other_temporary_patients_prove_nothing_and_nobody_may_ask()
    {
        var application = Of(FilingCategory.OtherTemporary, "E_CREDENTIAL", "FILING_FORM");
        _yichang.Apply(application).ShouldBeAccepted();
        _yichang.Handle(new RequestMaterial(_yichang.Operator, application.Person, application.Number, "RESIDENCE_PROOF", At("2023-03-11"))).ShouldBeRefused(FilingErrors.MaterialNotRequired);
    }

    [Fact, Covers("FIL-011")]
    public void A_commitment_is_for_long_term_categories_and_carries_a_date()
    {
        var resident = Of(FilingCategory.LongTermResident, "E_CREDENTIAL", "FILING_FORM", "COMMITMENT") with { NoticeVersion = "420300-2023-01" };
        _yichang.Apply(resident with { Commitment = Signed(FilingCategory.Referred) }).ShouldBeRefused(FilingErrors.CommitmentNotAllowed);
        _yichang.Apply(resident with { Commitment = new Commitment("doc-1", 2, true, null) }).ShouldBeRefused(FilingErrors.CommitmentUnsigned, "签署日期");
        _yichang.Apply(resident with { Commitment = new Commitment("doc-1", 2, false, Day("2023-03-10")) }).ShouldBeRefused(FilingErrors.CommitmentUnsigned, "签名");
    }

    [Fact, Covers("FIL-012")]
    public void A_commitment_is_kept_for_two_years_from_its_signature()
    {
        var application = Of(FilingCategory.LongTermResident, "E_CREDENTIAL", "FILING_FORM") with { Commitment = Signed(FilingCategory.LongTermResident, "2023-03-10"), NoticeVersion = "420300-2023-01" };
        _yichang.Apply(application).ShouldBeAccepted();
        DestroyCommitment On(string day) => new(_yichang.Operator, application.Person, application.Number, At(day));
        _yichang.Handle(On("2025-03-09")).ShouldBeRefused(FilingErrors.CommitmentMustBeKept, "2025-03-10");
        _yichang.Handle(On("2025-03-10")).ShouldBeAccepted();
        _yichang.Handle(On("2025-03-11")).ShouldBeRepeat();
    }

    [Fact, Covers("FIL-013")]
    public void Mode_and_proof_are_stored_for_the_benefit()
    {
        var kaifeng = new World("410200");
        var person = kaifeng.Insured();
        var filing = kaifeng.Filed(person, FilingCategory.LongTermResident, "310000", "2023-02-20", a => a with
        {
            Materials = ["ID_CARD", "FILING_FORM", "COMMITMENT"],
            Commitment = Signed(FilingCategory.LongTermResident, "2023-02-20"),
            NoticeVersion = "410200-2023-01",
            LateFor = new Stay(At("2023-02-01 10:00"), At("2023-02-10 09:00")),
        });
        (filing.Mode, filing.Application.Proof).ShouldBe((FilingMode.RetroAfterDischarge, ProofBasis.Commitment));

        // BEN-015: the long-term level holds from the filing's day; the next stay finds it.
        var next = kaifeng.Ask(person, "310000", "2023-03-05").ShouldPass().Filing.ShouldNotBeNull();
        (next.Category, next.Mode, next.Proof).ShouldBe((FilingCategory.LongTermResident, FilingMode.RetroAfterDischarge, ProofBasis.Commitment));
        kaifeng.Ask(person, "310000", "2023-02-19").ShouldFail(FilingErrors.NoFilingAtAdmission);
    }

    [Fact, Covers("FIL-047")]
    public void Every_filing_has_a_number_of_its_own_and_the_form_is_complete()
    {
        var person = _yichang.Insured();
        var first = _yichang.Filed(person, FilingCategory.StationedWorker, "310000", "2023-03-10");
        var second = _yichang.Filed(person, FilingCategory.OtherTemporary, "110000", "2023-03-10");
        first.Number.ShouldNotBe(second.Number);
        first.Number.Length.ShouldBe(24);
        _yichang.Apply(Of(FilingCategory.OtherTemporary, "E_CREDENTIAL", "FILING_FORM") with { MissingFields = ["社会保障号码"] }).ShouldBeRefused(FilingErrors.FieldMissing, "社会保障号码");
        Doors.FormFields.Missing(new Doors.FormFields { Name = "张三", SocialSecurityNumber = "x", HomeAddress = "宜昌", ContactAddress = "上海", Phone1 = "12000000000", SignedBy = "张三" }).ShouldBeEmpty();
        Doors.FormFields.Missing(new Doors.FormFields { Name = "张三", HomeAddress = "宜昌", ContactAddress = "上海", Phone1 = "12000000000", SignedBy = "张三" }).ShouldBe(["社会保障号码"]);
    }

    [Fact, Covers("FIL-049")]
    public void A_commitment_needs_the_notice_that_is_in_force()
    {
        var application = _yichang.Application(_yichang.Insured(), FilingCategory.LongTermResident, "310000", "2023-03-10") with
        {
            Materials = ["E_CREDENTIAL", "FILING_FORM"], Commitment = Signed(FilingCategory.LongTermResident),
        };
        _yichang.Apply(application).ShouldBeRefused(FilingErrors.NoticeNotRead);
        var yichang = new World("420500");
        var read = application with { Person = yichang.Insured(), HomeArea = yichang.Home, Actor = yichang.Operator, NoticeVersion = "420500-2023-01" };
        yichang.Apply(read).ShouldBeAccepted().OfType<FilingApplied>().Single().NoticeVersion.ShouldBe("420500-2023-01");
    }

    [Fact, Covers("FIL-043")]
    public void A_referral_asks_for_no_local_stay_and_no_pack_can_make_it()
    {
        var person = _yichang.Insured();
        _yichang.Apply(_yichang.Application(person, FilingCategory.Referred, "110000", "2023-03-10")).ShouldBeAccepted();
        var refused = Should.Throw<RefusedException>(() => Packs.With("""
            area: "420500"
            from: 2023-01-01
            extends: "420000"
            document: 测试
            mark: illustrative
            referral:
              requiresLocalInpatient: true
            """)).Error;
        refused.ShouldBe(FilingErrors.RestrictionForbidden.With("420500/filing-2023-01-01.yaml", 7, "referral.requiresLocalInpatient：不得将在本地住院作为开具转诊的先决条件"));
    }
}
