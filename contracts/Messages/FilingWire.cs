using Yibao.Kernel.Errors;
using Wire = Yibao.Contracts.Filing.V1;

namespace Yibao.Contracts.Filings;

/// <summary>The words of <see cref="FilingKinds"/> as they travel in gRPC messages: said once, for the service that answers and for whoever asks it.</summary>
public static class FilingWire
{
    /// <exception cref="RefusedException"><c>FIELD_MISSING</c>: the caller left it out.</exception>
    public static CareType ToDomain(this Wire.CareType care) => care switch
    {
        Wire.CareType.Inpatient => CareType.Inpatient,
        Wire.CareType.GeneralOutpatient => CareType.GeneralOutpatient,
        Wire.CareType.ChronicOutpatient => CareType.ChronicOutpatient,
        Wire.CareType.Pharmacy => CareType.Pharmacy,
        _ => throw SystemErrors.FieldMissing.With("care_type").AsException(),
    };

    public static Wire.CareType ToWire(this CareType care) => care switch
    {
        CareType.Inpatient => Wire.CareType.Inpatient,
        CareType.GeneralOutpatient => Wire.CareType.GeneralOutpatient,
        CareType.ChronicOutpatient => Wire.CareType.ChronicOutpatient,
        CareType.Pharmacy => Wire.CareType.Pharmacy,
    };

    /// <exception cref="RefusedException"><c>FIELD_MISSING</c>.</exception>
    public static FilingCategory ToDomain(this Wire.FilingCategory category) => category switch
    {
        Wire.FilingCategory.ResettledRetiree => FilingCategory.ResettledRetiree,
        Wire.FilingCategory.LongTermResident => FilingCategory.LongTermResident,
        Wire.FilingCategory.StationedWorker => FilingCategory.StationedWorker,
        Wire.FilingCategory.Referred => FilingCategory.Referred,
        Wire.FilingCategory.OtherTemporary => FilingCategory.OtherTemporary,
        Wire.FilingCategory.Emergency => FilingCategory.Emergency,
        _ => throw SystemErrors.FieldMissing.With("category").AsException(),
    };

    public static Wire.FilingCategory ToWire(this FilingCategory category) => category switch
    {
        FilingCategory.ResettledRetiree => Wire.FilingCategory.ResettledRetiree,
        FilingCategory.LongTermResident => Wire.FilingCategory.LongTermResident,
        FilingCategory.StationedWorker => Wire.FilingCategory.StationedWorker,
        FilingCategory.Referred => Wire.FilingCategory.Referred,
        FilingCategory.OtherTemporary => Wire.FilingCategory.OtherTemporary,
        FilingCategory.Emergency => Wire.FilingCategory.Emergency,
    };

    /// <exception cref="RefusedException"><c>FIELD_MISSING</c>.</exception>
    public static FilingMode ToDomain(this Wire.FilingMode mode) => mode switch
    {
        Wire.FilingMode.Advance => FilingMode.Advance,
        Wire.FilingMode.RetroBeforeDischarge => FilingMode.RetroBeforeDischarge,
        Wire.FilingMode.RetroAfterDischarge => FilingMode.RetroAfterDischarge,
        Wire.FilingMode.Deemed => FilingMode.Deemed,
        _ => throw SystemErrors.FieldMissing.With("mode").AsException(),
    };

    public static Wire.FilingMode ToWire(this FilingMode mode) => mode switch
    {
        FilingMode.Advance => Wire.FilingMode.Advance,
        FilingMode.RetroBeforeDischarge => Wire.FilingMode.RetroBeforeDischarge,
        FilingMode.RetroAfterDischarge => Wire.FilingMode.RetroAfterDischarge,
        FilingMode.Deemed => Wire.FilingMode.Deemed,
    };

    /// <exception cref="RefusedException"><c>FIELD_MISSING</c>.</exception>
    public static ProofBasis ToDomain(this Wire.ProofBasis proof) => proof switch
    {
        Wire.ProofBasis.NotRequired => ProofBasis.NotRequired,
        Wire.ProofBasis.Document => ProofBasis.Document,
        Wire.ProofBasis.Commitment => ProofBasis.Commitment,
        Wire.ProofBasis.Certificate => ProofBasis.Certificate,
        Wire.ProofBasis.Deemed => ProofBasis.Deemed,
        _ => throw SystemErrors.FieldMissing.With("proof").AsException(),
    };

    public static Wire.ProofBasis ToWire(this ProofBasis proof) => proof switch
    {
        ProofBasis.NotRequired => Wire.ProofBasis.NotRequired,
        ProofBasis.Document => Wire.ProofBasis.Document,
        ProofBasis.Commitment => Wire.ProofBasis.Commitment,
        ProofBasis.Certificate => Wire.ProofBasis.Certificate,
        ProofBasis.Deemed => Wire.ProofBasis.Deemed,
    };
}
