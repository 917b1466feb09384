namespace Yibao.SampleHis;

/// <summary>Who comes to the counter and what he shows.</summary>
/// <param name="HomeArea">参保地医保区划 (insuplc_admdvs).</param>
/// <param name="InsuranceType">险种类型 (insutype).</param>
/// <param name="CertificateType">人员证件类型 (psn_cert_type); 01 identity card.</param>
/// <param name="PersonType">人员类别 (psn_type).</param>
public sealed record Patient(string HomeArea, string InsuranceType, string CertificateType, string CertificateNumber, string Name, string PersonType)
{
    /// <summary>就诊凭证类型 (mdtrt_cert_type): 02, the identity card itself.</summary>
    public string CredentialType { get; init; } = "02";

    /// <summary>就诊凭证编号; null: the certificate's number.</summary>
    public string? Credential { get; init; }

    public override string ToString() => $"参保地 {HomeArea}，险种 {InsuranceType}";
}

/// <summary>One thing that is charged.</summary>
/// <param name="Code">医疗目录编码 (med_list_codg).</param>
/// <param name="Price">单价, yuan.</param>
public sealed record Charge(string Code, string Name, decimal Price, decimal Count)
{
    public decimal Amount => decimal.Round(Price * Count, 2, MidpointRounding.AwayFromZero);
}
