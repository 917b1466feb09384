namespace Yibao.Hosting.Identity;

/// <summary>Who issues the tokens of people and institutions. Any OIDC provider; which claims say what is a setting.</summary>
public sealed record IdentitySettings
{
    /// <summary>The provider's address; its keys are found by discovery. Null: no provider.</summary>
    public Uri? Authority { get; init; }

    /// <summary>The audience a token must be made for.</summary>
    public string Audience { get; init; } = "yibao";

    /// <summary>Names of <see cref="Yibao.Kernel.Deciding.Role"/>, one or many.</summary>
    public string RoleClaim { get; init; } = "role";

    /// <summary>The six digits of the agency the holder belongs to.</summary>
    public string NodeClaim { get; init; } = "yibao_node";

    /// <summary>定点医药机构编码 (fixmedins_code), for role Institution.</summary>
    public string InstitutionClaim { get; init; } = "yibao_institution";

    /// <summary>Key of the development issuer (<see cref="DevelopmentIssuer.PublicPem"/>), EC P-256 in PEM; refused unless the host runs in development.</summary>
    public string? DevelopmentKey { get; init; }

    /// <exception cref="InvalidOperationException">A development issuer outside development, or a provider without TLS.</exception>
    internal void Check(bool development)
    {
        if (development) return;
        if (DevelopmentKey is not null) throw new InvalidOperationException("The development issuer cannot be used outside development: anyone who holds its key is anyone.");
        if (Authority is { } authority && authority.Scheme != Uri.UriSchemeHttps) throw new InvalidOperationException("The identity provider must be reached over https.");
    }
}

/// <summary>Claims of a commissioned insurer's token (SEC-002).</summary>
public static class DelegationClaims
{
    /// <summary>The commissioning agency, six digits.</summary>
    public const string Agency = "yibao_on_behalf_of";

    /// <summary>Insurances within the commission (insutype), one or many.</summary>
    public const string Insurance = "yibao_insurance";

    /// <summary>Functions within the commission, one or many.</summary>
    public const string Function = "yibao_function";

    /// <summary>Last day of the commission, yyyy-MM-dd.</summary>
    public const string Until = "yibao_commission_until";
}
