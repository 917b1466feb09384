using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Yibao.HospitalInterface.Reading;

namespace Yibao.Gateway.Hospital.Messages;

/// <summary>What a message asks for, as a digest: tells a repeat from another message under the same id.</summary>
internal static class MessageContent
{
    /// <summary>
    /// Over transaction, places and input, whatever the order of fields; when it was sent, by which device and operator may differ. Keyed
    /// with the institution's secret, so that nothing of an identity can be tried out against it.
    /// </summary>
    public static string Digest(InterfaceRequest request, string secret)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        Add(hash, request.Infno);
        Add(hash, request.TreatmentArea);
        Add(hash, request.HomeArea);
        Add(hash, request.Input.Json);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                Add(hash, "{");
                foreach (var (code, value) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
                {
                    Add(hash, code);
                    Add(hash, value);
                }

                Add(hash, "}");
                break;
            case JsonArray rows:
                Add(hash, "[");
                foreach (var row in rows) Add(hash, row);
                Add(hash, "]");
                break;
            default:
                Add(hash, node?.ToJsonString() ?? "null");
                break;
        }
    }

    // With its length before it: no two messages run together into the same text.
    private static void Add(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
