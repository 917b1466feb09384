using Yibao.Contracts.Filings;

namespace Yibao.Settlement.Benefits;

/// <summary>Finds the treatment class of a visit. The order of the rules is the order of the code.</summary>
public static class Classification
{
    public static (TreatmentClass Class, bool ManualOnly) Of(OutOfAreaPolicy policy, Standing standing, CaseFacts facts)
    {
        // BEN-008, BEN-009, AMB-13: at home, and only a long-term filing elsewhere makes a difference. AMB-24: another pool of the same city is home.
        if (facts.Relation is Relation.Local or Relation.SameCity)
        {
            return (standing.Filings.Any(filing => filing.IsLongTerm && !filing.CoversTreatment) ? TreatmentClass.ReturnHome : TreatmentClass.Local, false);
        }

        var longTerm = Covering(standing, longTerm: true);
        if (longTerm is not null)
        {
            // Filed after this stay's discharge settlement: this stay is paid manually; later stays are ordinary ones.
            var late = longTerm.Mode == FilingMode.RetroAfterDischarge && facts.Begin < longTerm.FiledOn;
            // BEN-015, AMB-14: by commitment, whatever the stay was. BEN-014: by documents, local.
            return late && longTerm.Proof == ProofBasis.Commitment && policy.LateCommitmentAsOtherTemporary
                ? (TreatmentClass.OtherTemporary, true)
                : (TreatmentClass.LongTerm, late); // BEN-004, BEN-005, BEN-012
        }

        // BEN-010: a long-term filed person sent on to a third place has a referred filing there and its class.
        var temporary = Covering(standing, longTerm: false);
        var lateTemporary = temporary is { Mode: FilingMode.RetroAfterDischarge } && facts.Begin < temporary.FiledOn; // BEN-016
        if (temporary is { Category: FilingCategory.Referred }) return (TreatmentClass.Referred, lateTemporary);

        // AMB-75: the flag decides over an other-temporary filing and over a filing for another place. BEN-011: deemed filings too.
        if (facts.Emergency || temporary is { Category: FilingCategory.Emergency }) return (TreatmentClass.Emergency, lateTemporary);

        // BEN-028, AMB-66: care that needs no filing has its own class, filed or not.
        if (facts.Care is CareType.GeneralOutpatient or CareType.Pharmacy) return (TreatmentClass.OutpatientNoFiling, false);

        return temporary is null ? (TreatmentClass.Unfiled, true) : (TreatmentClass.OtherTemporary, lateTemporary);
    }

    private static FilingInForce? Covering(Standing standing, bool longTerm)
    {
        FilingInForce? found = null;
        foreach (var filing in standing.Filings)
        {
            if (!filing.CoversTreatment || filing.IsLongTerm != longTerm) continue;
            // Several temporary ones cannot be in force (FIL-025); should they be, the referral is the person's better title.
            if (found is null || Title(filing) < Title(found)) found = filing;
        }

        return found;
    }

    private static int Title(FilingInForce filing) => filing.Category switch
    {
        FilingCategory.ResettledRetiree => 0,
        FilingCategory.LongTermResident => 1,
        FilingCategory.StationedWorker => 2,
        FilingCategory.Referred => 3,
        FilingCategory.Emergency => 4,
        FilingCategory.OtherTemporary => 5,
    };
}
