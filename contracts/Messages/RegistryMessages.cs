using Yibao.Contracts.Messages;

namespace Yibao.Contracts.Nodes;

/// <summary>
/// The node registry has further versions: told to every service of the node, and by the nation to every node below, so that all of
/// them route by the same tree from the same instant.
/// </summary>
/// <param name="Number">Counts the extensions, from 1; they build on each other and are taken in this order.</param>
/// <param name="Version">Name of the extension: its first instant and the digest of its rows.</param>
/// <param name="Changes">Rows of <c>nodes.csv</c>, header included.</param>
public sealed record NodeRegistryExtended(int Number, string Version, string Changes, DateTimeOffset At) : IMessage;
