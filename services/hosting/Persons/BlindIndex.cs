using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Yibao.Hosting.Persons;

/// <summary>Finds a document without storing it: HMAC-SHA-256 over kind and number, each with its length in front.</summary>
internal sealed class BlindIndex(KeyRing keys)
{
    public string CurrentKey => keys.Current;

    public byte[] Current(IdentityDocument document) => Under(keys.Current, document);

    /// <summary>Under every key of the ring: rows that were not indexed anew yet are found too.</summary>
    public byte[][] All(IdentityDocument document) => [.. keys.Ids.Select(id => Under(id, document))];

    private byte[] Under(string id, IdentityDocument document)
    {
        var type = Encoding.UTF8.GetBytes(document.Type);
        var number = Encoding.UTF8.GetBytes(document.Number);
        var data = new byte[8 + type.Length + number.Length];
        BinaryPrimitives.WriteInt32BigEndian(data, type.Length);
        type.CopyTo(data, 4);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(4 + type.Length), number.Length);
        number.CopyTo(data, 8 + type.Length);
        return HMACSHA256.HashData(keys.Of(id), data);
    }
}
