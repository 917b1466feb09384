using System.Security.Cryptography;
using System.Text;

namespace Yibao.Hosting.Bus;

/// <summary>Names of what travels beside a message.</summary>
internal static class BusHeaders
{
    public const string Correlation = "yibao-correlation";
    public const string Node = "yibao-node";
    public const string Service = "yibao-service";
    public const string At = "yibao-at";

    public static string Instant(DateTimeOffset at) => at.ToUniversalTime().ToString("O", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Ids that come out the same however often they are made.</summary>
internal static class StableIds
{
    /// <summary>The id of the message that tells of a fact: a relay that repeats itself repeats the id.</summary>
    public static Guid Message(Guid fact, string messageType) => Of($"{fact:N}/{messageType}");

    public static Guid Of(string name)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        // RFC 9562 version 8: made by a rule of our own.
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
