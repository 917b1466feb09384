using System.Globalization;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Identity;

/// <summary>Issues tokens on one machine. Hosts believe them only in development, with this issuer's key in their settings.</summary>
public sealed class DevelopmentIssuer : IDisposable
{
    public const string Name = "yibao-development";

    private readonly ECDsa _key;

    /// <param name="pem">The private key as <see cref="PrivatePem"/> gave it.</param>
    public DevelopmentIssuer(string pem)
    {
        _key = ECDsa.Create();
        _key.ImportFromPem(pem);
    }

    public DevelopmentIssuer() => _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>For the tool that issues; hosts need no more than <see cref="PublicPem"/>.</summary>
    public string PrivatePem => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>For <see cref="IdentitySettings.DevelopmentKey"/>.</summary>
    public string PublicPem => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>A signed token.</summary>
    public string Issue(TokenOf token, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(token);
        var now = (time ?? TimeProvider.System).GetUtcNow();
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [JwtRegisteredClaimNames.Sub] = token.User,
            ["role"] = token.Roles.Select(role => role.ToString()).ToArray(),
            ["yibao_node"] = token.Node.Code,
        };
        if (token.Institution is { } institution) claims["yibao_institution"] = institution;
        if (token.Delegation is { } delegation)
        {
            claims[DelegationClaims.Agency] = delegation.Agency.Code;
            claims[DelegationClaims.Insurance] = delegation.InsuranceTypes.ToArray();
            claims[DelegationClaims.Function] = delegation.Functions.ToArray();
            claims[DelegationClaims.Until] = delegation.Until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }

        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Name,
            Audience = token.Audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + token.Lifetime).UtcDateTime,
            Claims = claims,
            SigningCredentials = new SigningCredentials(SecurityKey(_key), SecurityAlgorithms.EcdsaSha256),
        });
    }

    public void Dispose() => _key.Dispose();

    // Not through the library's process-wide cache: hosts in one process come and go with their keys.
    internal static ECDsaSecurityKey SecurityKey(ECDsa key) => new(key) { CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } };
}

/// <summary>What a development token says.</summary>
/// <param name="User">An opaque name, e.g. <c>operator-wuhan-1</c>.</param>
/// <param name="Node">The agency.</param>
/// <param name="Roles">At least one.</param>
public sealed record TokenOf(string User, AdminDivision Node, params Role[] Roles)
{
    public string? Institution { get; init; }

    public Delegation? Delegation { get; init; }

    public string Audience { get; init; } = "yibao";

    public TimeSpan Lifetime { get; init; } = TimeSpan.FromHours(12);
}
