namespace Yibao.Settlement.Benefits.Packs;

/// <summary>A figure that is not the same in two resolved policies.</summary>
/// <param name="Before">Null: it was not there.</param>
/// <param name="After">Null: it is no longer there.</param>
public sealed record PolicyChange(string Path, string? Before, string? After);

/// <summary>Compares two resolved policies figure by figure.</summary>
public static class PolicyDifference
{
    public static IReadOnlyList<PolicyChange> Of(ResolvedPolicy before, ResolvedPolicy after)
    {
        var (old, current) = (Values(before), Values(after));
        return
        [
            .. old.Keys.Union(current.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(path => new PolicyChange(path, old.GetValueOrDefault(path), current.GetValueOrDefault(path)))
                .Where(change => change.Before != change.After),
        ];
    }

    private static Dictionary<string, string> Values(ResolvedPolicy policy) => policy.Figures.ToDictionary(figure => figure.Path, figure => figure.Value, StringComparer.Ordinal);
}
