namespace Yibao.Gateway.Tests;

/// <summary>What stops a host of the shared country runs while nobody else is in it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
