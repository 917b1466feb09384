using Microsoft.Extensions.Logging;
using Yibao.Kernel.Deciding;

namespace Yibao.Hosting.Store;

/// <summary>
/// Many commands, one commit. A lone command goes at once; under load, whatever waits when a lane becomes free goes into its next commit,
/// so the batch grows by itself. One read of all streams, decisions in order in memory, one save.
/// </summary>
/// <remarks>
/// In a crowd another lane helps, so that one may decide while the other waits for the disk. Commands that name a stream in common are never in
/// two lanes at once and keep their order. If a batch cannot be saved, each of its commands is carried out alone, so that one
/// conflict never fails its neighbours.
/// </remarks>
internal sealed partial class BatchingDoor : IWriteDoor, IAsyncDisposable
{
    /// <summary>Beyond some twenty streams a larger batch gains nothing in throughput and costs latency.</summary>
    public const int MaxBatch = 64;

    /// <summary>So many may wait; further callers wait before the queue (back-pressure).</summary>
    public const int MaxWaiting = 4096;

    /// <summary>
    /// The lanes after the first work only while more waits than one batch takes: more lanes make smaller batches, and each batch costs. See the decision page for
    /// what was measured.
    /// </summary>
    public const int Lanes = 2;

    /// <summary>
    /// After a batch a lane waits a moment for twice as many, never for more than these: where several come at once each batch costs more than a
    /// wait, and where few come waiting for a crowd is in vain. A lone command at an idle door never waits.
    /// </summary>
    public const int Company = 16;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);

    private readonly DirectDoor _direct;
    private readonly Loader _loader;
    private readonly Saver _saver;
    private readonly ILogger<BatchingDoor> _log;
    private readonly WaitingRoom _waiting = new(MaxWaiting, MaxBatch);
    private readonly Task _lanes;

    public BatchingDoor(DirectDoor direct, Loader loader, Saver saver, ILogger<BatchingDoor> log)
    {
        (_direct, _loader, _saver, _log) = (direct, loader, saver, log);
        // The first caller makes the door: a lane that kept his context would decide everything in his name and his trace.
        using (ExecutionContext.SuppressFlow()) _lanes = Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(() => Lane(waiting: lane == 0 ? 1 : MaxBatch + 1))));
    }

    public async Task<Executed> Execute(Command command, CancellationToken cancellation = default)
    {
        var request = new Request(command);
        await _waiting.Enter(request, cancellation);
        // The caller may stop waiting; the work goes on.
        return await request.Result.Task.WaitAsync(cancellation);
    }

    public Task<TState> Read<TState>(StreamKey<TState> stream, CancellationToken cancellation = default) where TState : class, IState<TState> =>
        _direct.Read(stream, cancellation);

    /// <summary>Carries out what was accepted, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Close();
        await _lanes;
        _waiting.Dispose();
    }

    private async Task Lane(int waiting)
    {
        var last = 1;
        while (true)
        {
            if (last > 1) await _waiting.Gather(Math.Min(2 * last, Company), Moment);
            if (await _waiting.Next(waiting) is not { } batch) return;
            last = batch.Count;
            try
            {
                if (batch.Count == 1) await Alone(batch[0]);
                else await Together(batch);
            }
            finally
            {
                _waiting.Leave(batch);
            }
        }
    }

    private async Task Together(IReadOnlyList<Request> batch)
    {
        var answers = new List<(Request Request, Executed Executed)>(batch.Count);
        var broken = new List<(Request Request, Exception Why)>();
        var loaded = new Loader.Loaded();
        try
        {
            loaded = await _loader.Guess([.. batch.Select(request => request.Command)]);
            var session = Decide();
            if (loaded.FromMemory && (broken.Count > 0 || session.Transaction.IsEmpty || answers.Exists(static answer => answer.Executed.Decision is not Decision.Accepted)))
            {
                // What stores nothing is checked by no save: it is decided on what stands in the store.
                loaded = await _loader.Load(batch.SelectMany(request => request.Command.Streams), batch.SelectMany(request => request.Command.Handled), CancellationToken.None);
                session = Decide();
            }

            foreach (var (request, why) in broken) request.Result.SetException(why);
            if (!session.Transaction.IsEmpty)
            {
                await _saver.Save(session.Transaction);
                foreach (var (key, state, version) in session.Grown) _loader.Remember(key, state, version);
            }
        }
        catch (Exception e)
        {
            Splitting(batch.Count, e.GetType().Name);
            if (loaded.FromMemory) _loader.Mistaken(batch.SelectMany(request => request.Command.Streams));
            // In their order, so that what came first still comes first.
            foreach (var request in batch.Where(request => !request.Result.Task.IsCompleted)) await Alone(request);
            return;
        }

        foreach (var (request, executed) in answers) request.Result.SetResult(executed);

        Session Decide()
        {
            answers.Clear();
            broken.Clear();
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
                    broken.Add((request, e));
                }
            }

            return session;
        }
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

/// <summary>A command on its way and the answer its caller waits for.</summary>
internal sealed record Request(Command Command)
{
    public TaskCompletionSource<Executed> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
