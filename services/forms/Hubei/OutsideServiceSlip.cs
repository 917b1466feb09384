using Yibao.Forms.Printing;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Forms.Hubei;

/// <summary>
/// 《住院期间外院检查治疗或定点药店购药单》 (004 Annex 12, FRM-013): lets costs at another institution or pharmacy enter this stay's
/// settlement (INS-027), once the physician has signed and the institution's medical insurance office has sealed it.
/// </summary>
public sealed record OutsideServiceSlip
{
    private const string Name = "住院期间外院检查治疗或定点药店购药单";

    public required string Number { get; init; }

    public required AdminDivision TreatmentArea { get; init; }

    public required string Patient { get; init; }

    public required string Sex { get; init; }

    public required int Age { get; init; }

    /// <summary>科别.</summary>
    public required string Department { get; init; }

    public required string CredentialKind { get; init; }

    public required string CredentialNumber { get; init; }

    public required string Diagnosis { get; init; }

    /// <summary>外检定点医院或外购定点药店名称.</summary>
    public required string OutsideInstitution { get; init; }

    /// <summary>外检项目或外购药品.</summary>
    public required string Service { get; init; }

    /// <summary>外检或外购药原因.</summary>
    public required string Reason { get; init; }

    /// <summary>医师签字; null: not yet.</summary>
    public string? Physician { get; init; }

    /// <summary>定点医疗机构医疗保险办公室盖章; null: not yet.</summary>
    public DateOnly? SealedOn { get; init; }

    /// <summary>Why the costs may not enter the settlement; null when they may.</summary>
    public Error? NotIncludable() => (string.IsNullOrWhiteSpace(Physician), SealedOn is null) switch
    {
        (true, true) => FormErrors.SlipNotValid.With("医师签字和医疗保险办公室盖章"),
        (true, false) => FormErrors.SlipNotValid.With("医师签字"),
        (false, true) => FormErrors.SlipNotValid.With("医疗保险办公室盖章"),
        (false, false) => null,
    };

    /// <summary>Prints also before it is signed: that is how it gets signed.</summary>
    /// <exception cref="RefusedException"><c>FIELD_REQUIRED</c>.</exception>
    public Form Issue()
    {
        new Required(Name).Field("姓名", Patient).Field("性别", Sex).Field("科别", Department).Field("证件类型", CredentialKind).Field("证件号码", CredentialNumber).Field("诊断", Diagnosis)
            .Field("外检定点医院或外购定点药店名称", OutsideInstitution).Field("外检项目或外购药品", Service).Field("外检或外购药原因", Reason).OrThrow();

        return new Form(new FormIdentity("F-HB-12", "附件12", Number, TreatmentArea), Name, [24, 26, 18, 24, 18, 22, 18, 36],
        [
            new Part.Grid([
                new([Cell.Label("姓名"), Cell.Text(Patient), Cell.Label("性别"), Cell.Text(Sex), Cell.Label("年龄"), Cell.Count(Age), Cell.Label("科别"), Cell.Text(Department)]),
                new([Cell.Label("证件类型"), Cell.Text(CredentialKind, 2), Cell.Label("证件号码", 2), Cell.Text(CredentialNumber, 3)]),
                new([Cell.Label("诊断"), Left(Diagnosis, 7)]) { MinHeight = 14 },
                new([Cell.Label("外检定点医院或外购定点药店名称：", 2), Left(OutsideInstitution, 6)]) { MinHeight = 14 },
                new([Cell.Label("外检项目或外购药品：", 2), Left(Service, 6)]) { MinHeight = 22 },
                new([Cell.Label("外检或外购药原因：", 2), Left(Reason, 6)]) { MinHeight = 22 },
                new([Cell.Label("医师签字：", 2), Left(Physician ?? "", 6)]) { MinHeight = 14 },
            ]),
            new Part.Seal("定点医疗机构医疗保险办公室盖章", SealedOn) { DateLabel = "日期：" },
        ]);
    }

    private static Cell Left(string text, int columns) => Cell.Text(text, columns) with { Left = true };

    public override string ToString() => $"{nameof(OutsideServiceSlip)} {Number}";
}
