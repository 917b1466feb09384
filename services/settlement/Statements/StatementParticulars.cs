using Yibao.Kernel.Errors;

namespace Yibao.Settlement.Statements;

/// <summary>
/// What only the institution knows and the statement prints: who the patient is, where he lay, what he had. Goes from the request onto the
/// sheet and is stored nowhere; every amount, date and place comes from the settlement itself.
/// </summary>
public sealed record StatementParticulars
{
    /// <summary>The institution's own id of this print; the same again gives the same sheet.</summary>
    public string PrintId { get; init; } = "";

    /// <summary>医疗收费票据号码: the invoice handed over with it.</summary>
    public string? InvoiceNumber { get; init; }

    /// <summary>患者姓名; not needed where the visit was registered with it.</summary>
    public string Patient { get; init; } = "";

    /// <summary>社会保障号码; not needed where the visit was registered with it.</summary>
    public string SocialSecurityNumber { get; init; } = "";

    /// <summary>社会保障卡卡号（可选）.</summary>
    public string? CardNumber { get; init; }

    /// <summary>性别, 年龄: from the number where it is an identity number.</summary>
    public string? Sex { get; init; }

    public int? Age { get; init; }

    /// <summary>住院号.</summary>
    public string InpatientNumber { get; init; } = "";

    /// <summary>出院科室.</summary>
    public string Department { get; init; } = "";

    /// <summary>主要诊断.</summary>
    public string MainDiagnosis { get; init; } = "";

    /// <summary>次要诊断.</summary>
    public string OtherDiagnoses { get; init; } = "";

    /// <summary>Never prints what it holds.</summary>
    public override string ToString() => nameof(StatementParticulars);
}
