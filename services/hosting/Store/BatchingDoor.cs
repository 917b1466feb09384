using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Yibao.Kernel.Deciding;

namespace Yibao.Hosting.Store;

/// <summary>
/// Many commands, one commit. Whatever waits when the last commit is done goes into the next one: a lone command is never
/// delayed, and under load the batch grows by itself. One read of all streams, decisions in order in memory, one save.
/// </summary>
/// <remarks>If a batch cannot be saved, each of its commands is carried out alone, so that one conflict never fails its neighbours.</remarks>
internal sealed partial class BatchingDoor : IWriteDoor, IAsyncDisposable
{
    /// <summary>Measured: beyond some twenty streams a larger batch gains nothing in throughput and costs latency.</summary>
    public const int MaxBatch = 64;

    /// <summary>So many may wait; further callers wait before the queue (back-pressure).</summary>
    public const int MaxWaiting = 4096;

    private readonly Channel<Request> _queue = Channel.CreateBounded<Request>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly DirectDoor _direct;
    private readonly Loader _loader;
    private readonly Saver _saver;
    private readonly ILogger<BatchingDoor> _log;
    private readonly Task _pump;

    private sealed record Request(Command Command)
    {
        public TaskCompletionSource<Executed> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public BatchingDoor(DirectDoor direct, Loader loader, Saver saver, ILogger<BatchingDoor> log)
    {
        (_direct, _loader, _saver, _log) = (direct, loader, saver, log);
        _pump = Task.Run(Pump);
    }

    public async Task<Executed> Execute(Command command, CancellationToken cancellation = default)
    {
        var request = new Request(command);
        await _queue.Writer.WriteAsync(request, cancellation);
        // The caller may stop waiting; the work goes on.
        return await request.Result.Task.WaitAsync(cancellation);
    }

    public Task<TState> Read<TState>(StreamKey<TState> stream, CancellationToken cancellation = default) where TState : class, IState<TState> =>
        _direct.Read(stream, cancellation);

    /// <summary>Carries out what was accepted into the queue, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _pump;
    }

    private async Task Pump()
    {
        var batch = new List<Request>(MaxBatch);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var request)) batch.Add(request);
            if (batch.Count == 1) await Alone(batch[0]);
            else await Together(batch);
        }
    }

    private async Task Together(List<Request> batch)
    {
        var answers = new List<(Request Request, Executed Executed)>(batch.Count);
        var broken = new List<Request>();
        try
        {
            var loaded = await _loader.Load(batch.SelectMany(request => request.Command.Streams), batch.SelectMany(request => request.Command.Handled), CancellationToken.None);
            var session = new Session(loaded);
            foreach (var request in batch)
            {
                try
                {
                    answers.Add((request, session.Decide(request.Command)));
                }
                catch (Exception e)
                {
                    // A decision that throws is its own caller's trouble: nothing of it was gathered.
                    request.Result.SetException(e);
                    broken.Add(request);
                }
            }

            if (!session.Transaction.IsEmpty) await _saver.Save(session.Transaction);
        }
        catch (Exception e)
        {
            Splitting(batch.Count, e.GetType().Name);
            // In their order, so that what came first still comes first.
            foreach (var request in batch.Except(broken)) await Alone(request);
            return;
        }

        foreach (var (request, executed) in answers) request.Result.SetResult(executed);
    }

    private async Task Alone(Request request)
    {
        try
        {
            request.Result.SetResult(await _direct.Run(request.Command));
        }
        catch (Exception e)
        {
            request.Result.SetException(e);
        }
    }

    [LoggerMessage(2102, LogLevel.Information, "A batch of {Count} was not saved ({Kind}); carrying out each alone")]
    private partial void Splitting(int count, string kind);
}
