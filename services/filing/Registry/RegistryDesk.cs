using System.Text.Json;
using Yibao.Contracts.Nodes;
using Yibao.Filing.Desks;
using Yibao.Filing.Uploads;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Registry;

/// <summary>Takes in further versions of the node registry, at the nation from its operator, below from the nation.</summary>
public sealed class RegistryDesk(IWriteDoor door, NodeRegistry registry, ServiceSettings settings, ICurrentActor current, TimeProvider time)
{
    public const string Kind = "registry.change.v1";

    /// <summary>A whole version or nothing: half of a hand-over would route to nobody.</summary>
    /// <exception cref="RefusedException"><c>REGISTRY_NOT_HERE</c>: not the nation's node or operator; <c>FIELD_INVALID</c>: no such table.</exception>
    public async Task<UploadProgress> Import(string text, bool dryRun, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(text);
        var now = time.Now();
        var root = registry.Latest.Root.Code;
        if (settings.Node != root) throw PlaceErrors.RegistryNotHere.With(root).AsException();
        var changes = text.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        var version = NodeRegistryDecider.VersionOf(changes);
        var stored = await door.Read(NodeRegistryChanges.Stream, cancellation);
        if (stored.Extensions.FirstOrDefault(known => known.Version == version) is { } known)
        {
            var lines = RegistryFile.Rows(changes);
            return new UploadProgress(lines, lines, lines, [], true) { Version = known.Version };
        }

        var whole = stored.On(settings.Registry);
        var (count, bad) = RegistryFile.Read(changes, whole, now);
        if (bad.Count > 0 || dryRun) return new UploadProgress(count, bad.Count > 0 ? 0 : count, 0, bad, true) { Version = version };
        var command = new ExtendRegistry(current.Actor, version, changes, count, stored.Extensions.Length, Below(whole), now);
        (await door.Execute(new Command(command.Actor, current.Correlation, [NodeRegistryChanges.Stream], states =>
            NodeRegistryDecider.Decide(command, states.Of(NodeRegistryChanges.Stream), root)), cancellation)).OrThrow();
        return new UploadProgress(count, count, 0, [], true) { Version = version };
    }

    /// <summary>The nation's word, as a node below hears it from the one above.</summary>
    public async Task Learn(NodeRegistryExtended extension, MessageContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(extension);
        ArgumentNullException.ThrowIfNull(context);
        var below = Below(registry);
        (await door.Execute(new Command(context.ActingFor(settings.Node), context.Correlation, [NodeRegistryChanges.Stream], states =>
            NodeRegistryDecider.Learn(extension, below, states.Of(NodeRegistryChanges.Stream))) { Handles = context.Handled }, cancellation)).OrThrow();
    }

    /// <summary>Every stored extension, the oldest first.</summary>
    public async Task<IReadOnlyList<NodeRegistryExtended>> Extensions(CancellationToken cancellation = default) => (await door.Read(NodeRegistryChanges.Stream, cancellation)).Extensions;

    /// <summary>What is sent to a neighbour below: in the nation's name, signed by who hands it on.</summary>
    internal static EdgeMessage PassOn(NodeRegistryPassedOn passed, IEnvelopeSigner signer) => new(
        passed.Child, signer.Sign(passed.Child, $"node-registry/{passed.Extension.Number}/{passed.Child}", passed.Extension.At, Kind, JsonSerializer.SerializeToUtf8Bytes(passed.Extension, Replication.Replication.Form)));

    // Only neighbours there is an edge to: a node that is not connected yet reads the registry when it is set up.
    private List<AdminDivision> Below(NodeRegistry known) => [.. known.Latest.ChildNodes(settings.Node).Where(child => settings.Edges.Any(edge => edge.Neighbour == child && edge.Hosted))];
}
