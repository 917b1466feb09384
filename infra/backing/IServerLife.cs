namespace Yibao.Backing;

/// <summary>The life of one server, however it is run. Address and data stay the same over every stop and start.</summary>
internal interface IServerLife : IAsyncDisposable
{
    /// <summary>Where it runs, for people: "given", "container", "private instance".</summary>
    string Kind { get; }

    /// <summary>Starts it; returns before it is ready.</summary>
    Task StartAsync(CancellationToken cancellation);

    /// <summary>Ends it in order.</summary>
    Task StopAsync(CancellationToken cancellation);

    /// <summary>SIGKILL, as a crash would.</summary>
    Task KillAsync(CancellationToken cancellation);

    /// <summary>The number of its process on this machine; null where somebody else runs it.</summary>
    int? ProcessId => null;

    /// <summary>Why it is no longer running, with the end of its log; null while it runs.</summary>
    string? WhyGone();
}

/// <summary>A server that somebody else runs: nothing here may stop it.</summary>
internal sealed class GivenServer(string variable) : IServerLife
{
    public string Kind => "given";

    public Task StartAsync(CancellationToken cancellation) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellation) => throw NotOurs();

    public Task KillAsync(CancellationToken cancellation) => throw NotOurs();

    public string? WhyGone() => null;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private BackingException NotOurs() => new($"The server was given by {variable}: it is not ours to stop. Ask for an own one (UseGiven = false).");
}
