using Yibao.Forms.Printing;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Forms.Hubei;

/// <summary>《基本医疗保险异地就医备案个人承诺书》 (004 Annex 2, FRM-005): stands in for proofs of the three long-term categories (FIL-011).</summary>
public sealed record CommitmentLetter
{
    private const string Name = "基本医疗保险异地就医备案个人承诺书";

    /// <summary>The filing it belongs to.</summary>
    public required string FilingNumber { get; init; }

    public required AdminDivision HomeArea { get; init; }

    public required string Applicant { get; init; }

    public required string Sex { get; init; }

    public required string Phone { get; init; }

    public required string IdNumber { get; init; }

    /// <summary>参保地 as printed.</summary>
    public required string HomePlace { get; init; }

    /// <summary>就医地 as printed.</summary>
    public required string TreatmentPlace { get; init; }

    public required PrintedCategory Category { get; init; }

    /// <summary>参保地异地就医备案告知书: filled in by the home agency; empty: to be filled in.</summary>
    public string? Notice { get; init; }

    /// <summary>Empty: to be signed on paper.</summary>
    public string? SignedBy { get; init; }

    public DateOnly? SignedOn { get; init; }

    /// <exception cref="RefusedException"><c>FIELD_REQUIRED</c>; <c>FORM_CONTENT_INVALID</c> for a category without a box.</exception>
    public Form Issue()
    {
        new Required(Name).Field("姓名", Applicant).Field("性别", Sex).Field("联系电话", Phone).Field("身份证件号码", IdNumber).Field("参保地", HomePlace).Field("就医地", TreatmentPlace).OrThrow();
        if (Category is not (PrintedCategory.ResettledRetiree or PrintedCategory.LongTermResident or PrintedCategory.StationedWorker))
            throw FormErrors.ContentInvalid.With(Name, "承诺制只适用于三类长期备案人员").AsException();

        return new Form(new FormIdentity("F-HB-02", "附件2", FilingNumber, HomeArea), Name, [28, 42, 22, 28, 24, 42],
        [
            new Part.Grid([
                new([Cell.Label("姓名"), Cell.Text(Applicant), Cell.Label("性别"), Cell.Text(Sex), Cell.Label("联系电话"), Cell.Text(Phone)]),
                new([Cell.Label("身份证件号码"), Cell.Text(IdNumber), Cell.Label("参保地"), Cell.Text(HomePlace), Cell.Label("就医地"), Cell.Text(TreatmentPlace)]),
                new([Cell.Label("人员类别"), Cell.Choice(["异地安置退休人员", "异地长期居住人员", "常驻异地工作人员"], (int)Category - 1, 5)]),
                new([Cell.Text("参保地异地就医备案告知书\n（由参保地经办机构填写）" + (string.IsNullOrWhiteSpace(Notice) ? "" : "\n" + Notice), 6)]) { MinHeight = 45 },
                new([Cell.Text(Promise + $"\n\n{Far}承诺人（签名）：{SignedBy}\n{Far}{Words.Day(SignedOn)}", 6) with { Left = true }]) { MinHeight = 70 },
                new([Cell.Label("说明"), Cell.Text("本表由参保人员填写，由医保经办部门存档，两年内不得销毁。", 5) with { Left = true }]),
            ]),
        ]);
    }

    /// <summary>Signature and date stand at the right of the same cell.</summary>
    private const string Far = "　　　　　　　　　　　　　　　　　　　　　　";

    private const string Promise = """
        承诺事项：
        本人申请办理异地就医备案业务，已阅读并知晓《备案告知书》所述内容，同意遵守相关规定。因个人原因无法提供异地就医备案相关证明材料，本人保证符合此业务办理条件，所述信息真实、准确、完整、有效，愿意接受信息共享查询核验，由此产生的一切经济损失和法律责任均由本人承担。
        """;

    public override string ToString() => $"{nameof(CommitmentLetter)} {FilingNumber}";
}
