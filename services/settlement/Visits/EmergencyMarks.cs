using Yibao.Contracts.Filings;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;

namespace Yibao.Settlement.Visits;

/// <summary>急诊标识 (INS-012): patients from outside come with it, for an emergency may be deemed filed, and the audit looks whether it was true.</summary>
public static class EmergencyMarks
{
    /// <summary>住院类型 (ipt_type) at admission.</summary>
    /// <param name="home">Null: not known to be insured, and so perhaps from outside.</param>
    public static Error? Admission(string careType, int inpatientType, AdminDivision? home, AdminDivision treatment) =>
        inpatientType == 0 && home != treatment && NationalCodes.Care(careType).Care == CareType.Inpatient ? FormErrors.FieldRequired.With("入院登记", "住院类型（ipt_type）") : null;

    /// <summary>门诊急诊转诊标志 (otp_er_refl_flag) at the settlement of an emergency.</summary>
    public static Error? Outpatient(Registration visit, Insured insured)
    {
        ArgumentNullException.ThrowIfNull(visit);
        ArgumentNullException.ThrowIfNull(insured);
        if (insured.HomeArea == visit.TreatmentArea || NationalCodes.Care(visit.CareType) is not (CareType.GeneralOutpatient, true)) return null;
        return visit.OutpatientFlag switch
        {
            0 => FormErrors.FieldRequired.With("门诊急诊结算", "门诊急诊转诊标志（otp_er_refl_flag）"),
            2 => SystemErrors.FieldInvalid.With("otp_er_refl_flag", "急诊应为 1（急诊）或 3（转诊合并急诊）"),
            _ => null,
        };
    }
}
