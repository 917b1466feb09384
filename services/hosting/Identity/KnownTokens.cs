using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Yibao.Hosting.Identity;

/// <summary>
/// Tokens that were found good a moment ago: a HIS shows the same one at every call, and its signature does not change between two. Kept by
/// hash, never longer than a minute nor than the token itself is good, so that keys a provider withdraws are missed soon.
/// </summary>
/// <param name="now">The clock tokens are checked by: real time.</param>
internal sealed class KnownTokens(TimeProvider? now = null)
{
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private const int Most = 10_000;
    private readonly TimeProvider _now = now ?? TimeProvider.System;
    private readonly ConcurrentDictionary<string, (Caller Caller, DateTime Until)> _known = new(StringComparer.Ordinal);

    /// <summary>Whose it is; null when it must be checked.</summary>
    public Caller? Find(string token) => _known.TryGetValue(Key(token), out var known) && _now.GetUtcNow().UtcDateTime < known.Until ? known.Caller : null;

    public void Keep(string token, Caller caller, DateTime validTo)
    {
        // Whoever shows ten thousand tokens within a minute has each of them checked.
        if (_known.Count >= Most) _known.Clear();
        var soon = _now.GetUtcNow().UtcDateTime + Memory;
        _known[Key(token)] = (caller, validTo < soon ? validTo : soon);
    }

    private static string Key(string token) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
