using System.Globalization;
using Yibao.Forms.Printing;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Forms.Hubei;

/// <summary>《外伤无第三方责任承诺书》 (004 Annex 11, FRM-012): signed at the admission of a trauma patient, kept by the institution (INS, Art.49).</summary>
public sealed record TraumaCommitment
{
    private const string Name = "外伤无第三方责任承诺书";

    /// <summary>The visit it belongs to.</summary>
    public required string VisitId { get; init; }

    public required AdminDivision TreatmentArea { get; init; }

    /// <summary>The place before 医保经办机构, at both blanks, e.g. 武汉市.</summary>
    public required string AgencyPlace { get; init; }

    public required string Promisor { get; init; }

    public required string Phone { get; init; }

    /// <summary>证件类型, e.g. 居民身份证.</summary>
    public required string CredentialKind { get; init; }

    public required string CredentialNumber { get; init; }

    /// <summary>Beijing time, to the hour.</summary>
    public required DateTime InjuredAt { get; init; }

    /// <summary>地点.</summary>
    public required string Place { get; init; }

    /// <summary>外伤经过.</summary>
    public required string Course { get; init; }

    /// <summary>Empty: to be signed on paper.</summary>
    public string? SignedBy { get; init; }

    public DateOnly? SignedOn { get; init; }

    /// <exception cref="RefusedException"><c>FIELD_REQUIRED</c>.</exception>
    public Form Issue()
    {
        new Required(Name).Field("经办机构", AgencyPlace).Field("承诺人", Promisor).Field("联系电话", Phone).Field("证件类型", CredentialKind).Field("证件号码", CredentialNumber)
            .Field("地点", Place).Field("外伤经过", Course).OrThrow();

        return new Form(new FormIdentity("F-HB-11", "附件11", VisitId, TreatmentArea), Name, [28, 65, 28, 65],
        [
            new Part.Grid([
                new([Cell.Label("承诺人"), Cell.Text(Promisor), Cell.Label("联系电话"), Cell.Text(Phone)]),
                new([Cell.Label("证件类型"), Cell.Text(CredentialKind), Cell.Label("证件号码"), Cell.Text(CredentialNumber)]),
                new([Cell.Label("承诺事项"), Cell.Text(Name[..^3], 3)]),
            ]),
            Text("承诺内容："),
            new Part.Paragraph(["本人同意授权", Blank(AgencyPlace), "医保经办机构通过信息共享方式查询本人与办理医保业务相关的信息，承诺所提供材料均为真实合法，符合办理业务条件，如伪造材料或以任何方式骗取医疗保险待遇的，本人愿意承担一切后果；同意", Blank(AgencyPlace), "医保经办机构将本人虚假行为上报和纳入信用管理体系，并就本次办理业务的其他承诺内容陈述如下："]) { Indent = true },
            new Part.Paragraph(["本人于", Blank(Number(InjuredAt.Year)), "年", Blank(Number(InjuredAt.Month)), "月", Blank(Number(InjuredAt.Day)), "日", Blank(Number(InjuredAt.Hour)), "时在", Blank(Place), "（地点）发生", Blank(Course), "（外伤经过）。现承诺本次意外受伤与第三方责任或工伤责任无关，如与第三方责任或工伤责任有关，则将已享受的医保待遇全额退回医保，并承担相应的法律责任。"]) { Indent = true },
            Text("温馨提示："),
            Text("1.反欺诈法律提示：以虚构劳动关系、伪造证明材料或者其他手段骗取基本医疗保险待遇和生育保险待遇的，属于刑法第二百六十六条规定的诈骗公私财物的行为，将依法追究刑事责任。"),
            Text("2.此表可现场填写，由承诺人本人手写签名，患者本人无法签字的由其近亲属代签，并填写身份证号码和联系方式。"),
            new Part.Paragraph(["承诺人（签名）：", Blank(SignedBy ?? "")]) { Right = true },
            new Part.Paragraph([$"日期：{Words.Day(SignedOn)}"]) { Right = true },
        ]);
    }

    private static Part.Paragraph Text(string text) => new([text]);

    private static Run Blank(string text) => new(text, Blank: true);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    public override string ToString() => $"{nameof(TraumaCommitment)} {VisitId}";
}
