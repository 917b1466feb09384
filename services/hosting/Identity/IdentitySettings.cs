namespace Yibao.Hosting.Identity;

/// <summary>Who issues the tokens of people and institutions. Any OIDC provider.</summary>
public sealed record IdentitySettings
{
    /// <summary>The provider's address; its keys are found by discovery. Null: no provider.</summary>
    public Uri? Authority { get; init; }

    /// <summary>The audience a token must be made for.</summary>
    public string Audience { get; init; } = "yibao";

    /// <summary>Key of the development issuer, EC P-256, PKCS#8 in PEM; refused unless the host runs in development.</summary>
    public string? DevelopmentKey { get; init; }
}
