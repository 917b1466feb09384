namespace Yibao.Architecture.Tests.Permanent;

/// <summary>Whether a host of the version before can run beside this one: it stores into the same streams, reads the same messages, makes the same calls.</summary>
internal static class Compatibility
{
    /// <summary>What this version took away or changed of what the version before knows, one sentence each.</summary>
    public static IEnumerable<string> Breaks(IEnumerable<string> before, IEnumerable<string> now)
    {
        var known = now.Select(Parsed).ToDictionary(line => line.Name, line => line.Parts, StringComparer.Ordinal);
        foreach (var (name, parts) in before.Select(Parsed))
        {
            if (!known.TryGetValue(name, out var present))
            {
                yield return $"{name} is gone or has another name: the version that runs beside this one still has it, and what is stored keeps it for ever. Bring it back, and add the new one beside it.";
                continue;
            }

            foreach (var part in parts.Where(part => !present.Contains(part)))
                yield return $"{name}: '{part}' is gone or is another: the version that runs beside this one still writes and reads it. Bring it back as it was (a proto field that nobody uses any more stays, marked deprecated), and add the new one beside it.";
            foreach (var part in present.Where(part => part.EndsWith('!') && !parts.Contains(part)))
                yield return $"{name}: '{part.TrimEnd('!')}' is new and required: what the version before wrote does not have it and could not be read. Make it optional.";
        }
    }

    private static (string Name, List<string> Parts) Parsed(string line)
    {
        var at = line.IndexOf(": ", StringComparison.Ordinal);
        return at < 0 ? (line.TrimEnd(':', ' '), []) : (line[..at], [.. line[(at + 2)..].Split(", ", StringSplitOptions.RemoveEmptyEntries)]);
    }
}
