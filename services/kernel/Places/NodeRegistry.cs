using System.Globalization;
using Yibao.Kernel.Data;
using Yibao.Kernel.Errors;

namespace Yibao.Kernel.Places;

/// <summary>
/// 节点注册表: the explicit tree of agencies and pooling areas, versioned and effective-dated. A message is routed by the version in
/// force at its intent's instant, so that a city's hand-over to its own node cannot settle one bill twice.
/// </summary>
public sealed class NodeRegistry
{
    private static readonly Lazy<NodeRegistry> Embedded = new(static () => Parse(ReferenceTable.Embedded("places.csv"), ReferenceTable.Embedded("nodes.csv")));

    // Replaced as a whole and never changed: a reader sees the registry before or after an adoption.
    private volatile IReadOnlyList<NodeMap> _versions;

    private NodeRegistry(IReadOnlyList<NodeMap> versions) => _versions = versions;

    /// <summary>The country as <c>infra/regions/places.csv</c> and <c>nodes.csv</c> describe it.</summary>
    public static NodeRegistry Reference => Embedded.Value;

    public IReadOnlyList<NodeMap> Versions => _versions;

    public NodeMap Latest => _versions[^1];

    /// <summary>A registry of its own with the same versions: what one adopts the other does not.</summary>
    public NodeRegistry Copy() => new(_versions);

    /// <summary>From now on this registry says what a later one says: how a running node learns of a hand-over.</summary>
    public void Adopt(NodeRegistry later)
    {
        ArgumentNullException.ThrowIfNull(later);
        _versions = later._versions;
    }

    /// <summary>The version in force at an instant.</summary>
    /// <exception cref="RefusedException"><c>REGISTRY_NOT_IN_FORCE</c>: before the first version.</exception>
    public NodeMap At(DateTimeOffset instant) =>
        _versions.LastOrDefault(version => version.Since <= instant) ?? throw PlaceErrors.RegistryNotInForce.With(instant.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)).AsException();

    /// <summary>See <see cref="NodeMap.Route"/>; <paramref name="at"/> is the instant of the intent, not of the message's arrival.</summary>
    public Routing Route(AdminDivision from, AdminDivision target, DateTimeOffset at, IReadOnlyList<AdminDivision> path) => At(at).Route(from, target, path);

    /// <summary>This registry with further changes, for example a city's hand-over to its own node.</summary>
    /// <param name="changes">Rows of <c>nodes.csv</c>, header included; none earlier than the last version.</param>
    /// <exception cref="FormatException">A row is wrong; the message names the line.</exception>
    public NodeRegistry With(string changes)
    {
        var places = Latest.Places.ToDictionary(place => place.Code);
        var rows = Changes(changes, places);
        if (rows.Count == 0) return Copy();
        if (rows.FirstOrDefault(row => row.Since < Latest.Since) is { } late) throw late.Row.Wrong("a change cannot lie before the version in force: it would rewrite how messages were routed.");
        var before = Latest;
        return new NodeRegistry([.. _versions.SkipLast(rows.Any(row => row.Since == before.Since) ? 1 : 0), .. Fold(places, rows, before)]);
    }

    /// <param name="places">Header <c>code,name,printed,short,tier,parent,order,pool,same_city_as,confidence,note</c>.</param>
    /// <param name="changes">Header <c>since,code,change,note</c>; change is <c>node_opened</c>, <c>node_closed</c>, <c>planned</c>, <c>testing</c> or <c>connected</c>.</param>
    /// <exception cref="FormatException">The data is wrong; the message names the line.</exception>
    public static NodeRegistry Parse(string places, string changes)
    {
        var tree = PlaceTable.Parse(places);
        return new NodeRegistry([.. Fold(tree, Changes(changes, tree), null)]);
    }

    private static IEnumerable<NodeMap> Fold(IReadOnlyDictionary<AdminDivision, Place> places, IReadOnlyList<Change> changes, NodeMap? before)
    {
        var nodes = before?.Nodes.ToHashSet() ?? [];
        var connections = before?.Places.Select(place => place.Code).Where(code => before.ConnectionOf(code) != Connection.Connected).ToDictionary(code => code, before.ConnectionOf) ?? [];
        var version = before?.Version ?? 0;
        var root = places.Values.Single(place => place.Parent is null).Code;
        foreach (var group in changes.GroupBy(change => change.Since).OrderBy(group => group.Key))
        {
            foreach (var (_, code, kind, row) in group)
            {
                switch (kind)
                {
                    case "node_opened":
                        if (!nodes.Add(code)) throw row.Wrong($"{code} has a node already.");
                        break;
                    case "node_closed":
                        if (!nodes.Remove(code)) throw row.Wrong($"{code} has no node to close.");
                        break;
                    case "planned": connections[code] = Connection.Planned; break;
                    case "testing": connections[code] = Connection.Testing; break;
                    case "connected": connections[code] = Connection.Connected; break;
                    default: throw row.Wrong($"'{kind}' is none of node_opened, node_closed, planned, testing, connected.");
                }
            }

            if (!nodes.Contains(root)) throw group.First().Row.Wrong($"the nation ({root}) has no node: nothing could be routed.");
            version = group.Key == before?.Since ? before.Version : version + 1;
            yield return new NodeMap(version, group.Key, places, nodes, new Dictionary<AdminDivision, Connection>(connections));
        }

        if (before is null && changes.Count == 0) throw new FormatException("nodes.csv: no node is opened.");
    }

    private static List<Change> Changes(string text, IReadOnlyDictionary<AdminDivision, Place> places) => [.. ReferenceTable.Parse("nodes.csv", text).Select(row =>
    {
        if (!DateTimeOffset.TryParseExact(row["since"], "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var since))
            throw row.Wrong("'since' is written 2023-01-01T00:00:00+08:00.");
        if (!AdminDivision.TryParse(row["code"], out var code) || !places.ContainsKey(code)) throw row.Wrong($"the place '{row["code"]}' is not known.");
        return new Change(since, code, row["change"], row);
    })];

    private sealed record Change(DateTimeOffset Since, AdminDivision Code, string Kind, ReferenceTable.Row Row);
}
