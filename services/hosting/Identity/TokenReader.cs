using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Hosting.Identity;

/// <summary>Reads a bearer token: signature, issuer, audience, lifetime; then role, agency, institution, commission.</summary>
internal sealed partial class TokenReader : IDisposable
{
    private const string Scheme = "Bearer ";

    /// <summary>Asymmetric ones only: a verifier must not be able to issue.</summary>
    private static readonly string[] Algorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256];

    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly IdentitySettings _settings;
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly ConfigurationManager<OpenIdConnectConfiguration>? _provider;
    private readonly ECDsa? _development;
    private readonly KnownTokens _known = new();

    public TokenReader(ServiceSettings settings, TimeProvider time, ILogger<TokenReader> log)
    {
        _time = time;
        _log = log;
        _settings = settings.Identity;
        if (_settings.Authority is { } authority)
        {
            _provider = new ConfigurationManager<OpenIdConnectConfiguration>(
                $"{authority.AbsoluteUri.TrimEnd('/')}/.well-known/openid-configuration",
                new OpenIdConnectConfigurationRetriever(),
                new HttpDocumentRetriever { RequireHttps = !settings.Development });
        }

        if (_settings.DevelopmentKey is { } pem)
        {
            _development = ECDsa.Create();
            _development.ImportFromPem(pem);
        }
    }

    /// <exception cref="RefusedException"><c>UNAUTHENTICATED</c>; <c>SERVICE_UNAVAILABLE</c> when the provider's keys cannot be had.</exception>
    public async ValueTask<Caller> Read(string authorization, CancellationToken cancellation)
    {
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) throw Invalid("不支持的凭证类型");
        var token = authorization[Scheme.Length..].Trim();
        if (_known.Find(token) is { } known) return known;
        if (!_handler.CanReadToken(token)) throw Invalid("凭证格式不正确");
        var parameters = await Parameters(_handler.ReadJsonWebToken(token).Issuer, cancellation);
        var result = await _handler.ValidateTokenAsync(token, parameters);
        if (!result.IsValid)
        {
            // The provider may have changed its keys; the next token finds the new ones.
            if (result.Exception is SecurityTokenSignatureKeyNotFoundException) _provider?.RequestRefresh();
            throw Invalid(Reason(result.Exception));
        }

        var caller = Caller(result.ClaimsIdentity);
        _known.Keep(token, caller, result.SecurityToken.ValidTo);
        return caller;
    }

    public void Dispose() => _development?.Dispose();

    private async ValueTask<TokenValidationParameters> Parameters(string issuer, CancellationToken cancellation)
    {
        var parameters = new TokenValidationParameters
        {
            ValidAudience = _settings.Audience,
            ValidAlgorithms = Algorithms,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ClockSkew = TimeSpan.FromSeconds(30),
        };
        if (_development is not null && issuer == DevelopmentIssuer.Name)
        {
            parameters.ValidIssuer = DevelopmentIssuer.Name;
            parameters.IssuerSigningKey = DevelopmentIssuer.SecurityKey(_development);
            return parameters;
        }

        if (_provider is null) throw Invalid("签发方不受信任");
        try
        {
            var configuration = await _provider.GetConfigurationAsync(cancellation);
            parameters.ValidIssuer = configuration.Issuer;
            parameters.IssuerSigningKeys = configuration.SigningKeys;
            return parameters;
        }
        catch (InvalidOperationException unreachable)
        {
            LogUnreachable(_log, unreachable);
            throw SystemErrors.Unavailable.With("身份认证").AsException();
        }
    }

    private Caller Caller(ClaimsIdentity claims)
    {
        var user = claims.FindFirst(JwtRegisteredClaimNames.Sub)?.Value;
        if (user is not { Length: > 0 and <= 100 }) throw Invalid("缺少用户标识");
        if (!AdminDivision.TryParse(claims.FindFirst(_settings.NodeClaim)?.Value, out var node)) throw Invalid("缺少所属机构");
        var roles = claims.FindAll(_settings.RoleClaim).Select(claim => RoleNamed(claim.Value)).OfType<Role>().ToHashSet();
        if (roles.Count == 0) throw Invalid("没有可用角色");
        var institution = claims.FindFirst(_settings.InstitutionClaim)?.Value;
        if (roles.Contains(Role.Institution) && string.IsNullOrEmpty(institution)) throw Invalid("缺少定点医药机构编码");
        // An institution is an institution and nothing beside it.
        if (roles.Contains(Role.Institution) && roles.Count > 1) throw Invalid("医药机构不得兼有其他角色");
        return new Caller(user, roles, node)
        {
            Institution = roles.Contains(Role.Institution) ? institution : null,
            Delegation = roles.Contains(Role.DelegatedInsurer) ? DelegationOf(claims) : null,
        };
    }

    private Delegation DelegationOf(ClaimsIdentity claims)
    {
        if (!AdminDivision.TryParse(claims.FindFirst(DelegationClaims.Agency)?.Value, out var agency)) throw Invalid("缺少委托经办机构");
        if (!DateOnly.TryParseExact(claims.FindFirst(DelegationClaims.Until)?.Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var until)) throw Invalid("缺少委托期限");
        if (_time.GetUtcNow().BusinessDate() > until) throw Invalid("委托经办已到期");
        return new Delegation(agency, All(claims, DelegationClaims.Insurance), All(claims, DelegationClaims.Function), until);
    }

    private static HashSet<string> All(ClaimsIdentity claims, string type) => claims.FindAll(type).Select(claim => claim.Value).ToHashSet(StringComparer.Ordinal);

    // The platform itself and other nodes prove themselves by certificate, never by token; a number is no name.
    private static Role? RoleNamed(string name) =>
        Enum.TryParse<Role>(name, out var role) && role is not (Role.System or Role.Node) && role.ToString() == name ? role : null;

    private static string Reason(Exception? failure) => failure switch
    {
        SecurityTokenExpiredException => "凭证已过期",
        SecurityTokenNotYetValidException => "凭证尚未生效",
        SecurityTokenInvalidAudienceException => "凭证不是签发给本平台的",
        SecurityTokenInvalidIssuerException => "签发方不受信任",
        SecurityTokenInvalidAlgorithmException => "签名算法不被接受",
        _ => "凭证签名无效",
    };

    private static RefusedException Invalid(string why) => SecurityErrors.Unauthenticated.With(why).AsException();

    [LoggerMessage(1201, LogLevel.Error, "The identity provider's keys could not be read")]
    private static partial void LogUnreachable(ILogger logger, Exception failure);
}
