using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Yibao.Contracts.Nodes;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Registry;

/// <summary>节点注册表新版本: further versions from their own instants on; what was in force before stays as it was.</summary>
public sealed record NodeRegistryVersionsStored(NodeRegistryExtended Extension, int Lines) : IFact;

/// <summary>To be told to a neighbour below.</summary>
public sealed record NodeRegistryPassedOn(AdminDivision Child, NodeRegistryExtended Extension) : IFact;

/// <summary>What was added to the registry that the platform came with: stream <c>node-registry</c>. The nation gives it, every node below has it word for word.</summary>
public sealed record NodeRegistryChanges : IState<NodeRegistryChanges>
{
    public static NodeRegistryChanges Empty { get; } = new();

    public static StreamKey<NodeRegistryChanges> Stream { get; } = new("node-registry");

    public ImmutableArray<NodeRegistryExtended> Extensions { get; private init; } = [];

    public NodeRegistryChanges Evolve(IFact fact) => fact switch
    {
        NodeRegistryVersionsStored e => this with { Extensions = Extensions.Add(e.Extension) },
        NodeRegistryPassedOn => this,
        _ => throw new InvalidOperationException($"The registry's changes do not know {fact.GetType().Name}."),
    };

    /// <summary>The whole registry as these changes make it.</summary>
    public NodeRegistry On(NodeRegistry delivered) => Extensions.Aggregate(delivered, (registry, extension) => registry.With(extension.Changes));
}

/// <summary>A version that is to be stored; its rows have been read against the registry it extends.</summary>
/// <param name="After">How many extensions that registry had.</param>
public sealed record ExtendRegistry(Actor Actor, string Version, string Changes, int Lines, int After, IReadOnlyList<AdminDivision> Below, DateTimeOffset At);

public static class NodeRegistryDecider
{
    /// <summary>The name under which the same rows are recognised.</summary>
    public static string VersionOf(string changes) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(changes)))[..16];

    // OPS-010: who may be routed to is the nation's word.
    public static Decision Decide(ExtendRegistry c, NodeRegistryChanges state, AdminDivision root)
    {
        if (c.Actor.Role is not (Role.NationalOperator or Role.System) || c.Actor.Node != root) return Decision.Refuse(PlaceErrors.RegistryNotHere.With(root));
        if (state.Extensions.Any(known => known.Version == c.Version)) return Decision.Done;
        // Another one was stored since the rows were read: they must be read again on top of it.
        if (state.Extensions.Length != c.After) return Decision.Refuse(SystemErrors.Unavailable.With("node-registry"));
        return Stored(new NodeRegistryExtended(state.Extensions.Length + 1, c.Version, c.Changes, c.At), c.Lines, c.Below);
    }

    /// <summary>At a node below: the nation's word, in the nation's order.</summary>
    public static Decision Learn(NodeRegistryExtended extension, IReadOnlyList<AdminDivision> below, NodeRegistryChanges state)
    {
        if (extension.Number <= state.Extensions.Length) return Decision.Done;
        return extension.Number == state.Extensions.Length + 1
            ? Stored(extension, RegistryFile.Rows(extension.Changes), below)
            : Decision.Refuse(SystemErrors.Unavailable.With("node-registry"));
    }

    private static Decision Stored(NodeRegistryExtended extension, int lines, IReadOnlyList<AdminDivision> below) => Decision.Accept(
        NodeRegistryChanges.Stream, [new NodeRegistryVersionsStored(extension, lines), .. below.Select(child => new NodeRegistryPassedOn(child, extension))]);
}
