using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Yibao.HospitalInterface.Signing;

/// <summary>The headers with which a HIS signs its call (service gateway variant; others stand behind the same shape).</summary>
/// <param name="Name">_api_name: the transaction.</param>
/// <param name="Version">_api_version.</param>
/// <param name="Timestamp">_api_timestamp: 13-digit milliseconds since 1970.</param>
/// <param name="AccessKey">_api_access_key.</param>
/// <param name="Signature">_api_signature.</param>
public sealed record SignedHeaders(string Name, string Version, string Timestamp, string AccessKey, string Signature);

/// <summary>Checks the signature of a call. One implementation per signing mode of the field.</summary>
public interface IGatewaySignature
{
    /// <summary>null: genuine; else what is wrong, in one plain sentence without any secret.</summary>
    string? Fault(SignedHeaders headers, string? secretKey, DateTimeOffset now);
}

/// <summary>
/// The service gateway's mode: Base64(HmacSHA1(SK, the four other headers as key=value sorted by key and joined by one "&amp;")),
/// with a window of 30 minutes. The body is not signed; the transport and the institution's certificate protect it.
/// </summary>
public sealed class HmacSha1Signature : IGatewaySignature
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(30);

    public string? Fault(SignedHeaders headers, string? secretKey, DateTimeOffset now)
    {
        if (new[] { headers.Name, headers.Version, headers.Timestamp, headers.AccessKey, headers.Signature }.Any(string.IsNullOrEmpty)) return "缺少签名请求头";
        if (headers.Timestamp.Length != 13 || !long.TryParse(headers.Timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)) return "时间戳不正确";
        if ((now - DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)).Duration() > Window) return "时间戳超出 30 分钟";
        if (secretKey is null) return "访问账号不存在";
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(headers, secretKey)), Encoding.UTF8.GetBytes(headers.Signature)) ? null : "签名不正确";
    }

    /// <summary>The signature a genuine caller sends.</summary>
    public static string Sign(SignedHeaders headers, string secretKey)
    {
        var text = $"_api_access_key={headers.AccessKey}&_api_name={headers.Name}&_api_timestamp={headers.Timestamp}&_api_version={headers.Version}";
#pragma warning disable CA5350 // HmacSHA1 is what the national interface prescribes.
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secretKey), Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
    }
}
