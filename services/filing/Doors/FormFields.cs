namespace Yibao.Filing.Doors;

/// <summary>The personal particulars of the filing form (004 Annex 1, FIL-047). Sealed before anything is decided; no fact ever holds them.</summary>
public sealed record FormFields
{
    /// <summary>姓名.</summary>
    public string Name { get; init; } = "";

    /// <summary>社会保障号码.</summary>
    public string SocialSecurityNumber { get; init; } = "";

    /// <summary>社会保障卡卡号（可选）.</summary>
    public string? CardNumber { get; init; }

    /// <summary>参保地家庭住址.</summary>
    public string HomeAddress { get; init; } = "";

    /// <summary>异地联系地址.</summary>
    public string ContactAddress { get; init; } = "";

    /// <summary>联系电话1.</summary>
    public string Phone1 { get; init; } = "";

    /// <summary>联系电话2.</summary>
    public string? Phone2 { get; init; }

    /// <summary>本人（被委托人）签名.</summary>
    public string SignedBy { get; init; } = "";

    /// <summary>The mandatory fields that are empty, as the form names them.</summary>
    public static IReadOnlyList<string> Missing(FormFields form)
    {
        ArgumentNullException.ThrowIfNull(form);
        return [.. new (string Name, string Value)[]
        {
            ("姓名", form.Name),
            ("社会保障号码", form.SocialSecurityNumber),
            ("参保地家庭住址", form.HomeAddress),
            ("异地联系地址", form.ContactAddress),
            ("联系电话1", form.Phone1),
            ("本人（被委托人）签名", form.SignedBy),
        }.Where(field => string.IsNullOrWhiteSpace(field.Value)).Select(field => field.Name)];
    }

    /// <summary>Never prints what it holds.</summary>
    public override string ToString() => nameof(FormFields);
}
