using System.Security.Cryptography;

namespace Yibao.Hosting.Persons;

/// <summary>Keys by id: new values use the current one, old ones stay until nothing is sealed with them.</summary>
public sealed class KeyRing
{
    private const int KeySize = 32;
    private readonly Dictionary<string, byte[]> _keys;

    /// <exception cref="InvalidOperationException">The current key is missing, or a key is not 32 bytes.</exception>
    public KeyRing(string current, IReadOnlyDictionary<string, string> base64)
    {
        ArgumentNullException.ThrowIfNull(base64);
        _keys = base64.ToDictionary(key => key.Key, key => Read(key.Key, key.Value), StringComparer.Ordinal);
        Current = current;
        if (!_keys.ContainsKey(current)) throw new InvalidOperationException($"The current key '{current}' is not in the ring.");
    }

    public string Current { get; }

    /// <summary>The current one first.</summary>
    public IEnumerable<string> Ids => _keys.Keys.OrderBy(id => id != Current).ThenBy(id => id, StringComparer.Ordinal);

    /// <summary>A new key, base64.</summary>
    public static string Generate() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeySize));

    /// <exception cref="CryptographicException">No such key.</exception>
    public byte[] Of(string id) => _keys.TryGetValue(id, out var key) ? key : throw new CryptographicException($"No key '{id}' in the ring.");

    private static byte[] Read(string id, string base64)
    {
        if (id.Length is 0 or > 40 || !id.All(char.IsAsciiLetterOrDigit)) throw new InvalidOperationException("A key id is 1 to 40 letters and digits.");
        var key = new byte[KeySize];
        return Convert.TryFromBase64String(base64, key, out var written) && written == KeySize ? key : throw new InvalidOperationException($"Key '{id}' is not 32 bytes in base64.");
    }
}

/// <summary>Keys of the person table, from the deployment's secrets.</summary>
public sealed record PersonKeys
{
    /// <summary>Seals the fields.</summary>
    public required KeyRing Fields { get; init; }

    /// <summary>Seals new fields with it; <see cref="IPersonTable.Rekey"/> seals the others anew.</summary>
    public FieldAlgorithm Algorithm { get; init; } = FieldAlgorithm.Aes;

    /// <summary>Makes the index by which a document is found again (HMAC-SHA-256). Apart from <see cref="Fields"/>: whoever can search cannot read.</summary>
    public required KeyRing Index { get; init; }

    /// <summary>New random keys: for one machine, and only if they are kept as long as its database.</summary>
    public static PersonKeys Generate() => new()
    {
        Fields = new KeyRing("f1", new Dictionary<string, string>(StringComparer.Ordinal) { ["f1"] = KeyRing.Generate() }),
        Index = new KeyRing("i1", new Dictionary<string, string>(StringComparer.Ordinal) { ["i1"] = KeyRing.Generate() }),
    };
}
