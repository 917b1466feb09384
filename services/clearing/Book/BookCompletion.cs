using System.Diagnostics;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Errors;

namespace Yibao.Clearing.Book;

/// <summary>How far this node's settlement service has told what it stored.</summary>
public interface ISettlementFeed
{
    /// <summary>Asks it to hand everything it has stored by now to the bus.</summary>
    /// <returns>The last entries that went out, more than one page of the outbox; null while some are still waiting.</returns>
    /// <exception cref="RefusedException">Transient: it cannot be asked now.</exception>
    Task<IReadOnlyList<(string SettlementId, PartyRole Role)>?> Told(CancellationToken cancellation = default);
}

/// <summary>
/// Before a day is cut the book takes in what the node's own settlement service stored until then: everything handed to the bus, and the last
/// of it booked — messages are booked in the order they came, so then all before them are. The wait is bounded: what comes later counts for the next day.
/// </summary>
/// <param name="listens">Whether this host hears the bus now: silence means nothing while it does not.</param>
public sealed partial class BookCompletion(IBook book, ISettlementFeed feed, Func<CancellationToken, Task<bool>> listens, ILogger<BookCompletion> log)
{
    /// <summary>Nothing more of what was handed over has come for so long: what the book lacks then it has lost, and the comparison will say so.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>And so many looks were taken: on a machine that stands still for seconds nothing can have come.</summary>
    private static readonly int Looks = (int)(Quiet / Pause);

    /// <returns>False when patience ended first.</returns>
    public async Task<bool> Wait(TimeSpan patience, CancellationToken cancellation = default)
    {
        var started = Stopwatch.GetTimestamp();
        var (missing, since, looks) = (int.MaxValue, started, 0);
        IReadOnlyList<(string, PartyRole)>? told = null;
        while (true)
        {
            try
            {
                told ??= await feed.Told(cancellation);
            }
            catch (RefusedException away) when (away.Error.Definition.Transient)
            {
                Away(away.Error.Code);
            }

            if (told is not null)
            {
                var now = await book.Missing(told, cancellation);
                if (now == 0) return true;
                if (now < missing || !await listens(cancellation)) (missing, since, looks) = (now, Stopwatch.GetTimestamp(), 0);
                else if (++looks >= Looks && Stopwatch.GetElapsedTime(since) >= Quiet) patience = TimeSpan.Zero;
            }

            if (Stopwatch.GetElapsedTime(started) >= patience)
            {
                Incomplete(Stopwatch.GetElapsedTime(started));
                return false;
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    [LoggerMessage(4004, LogLevel.Debug, "The settlement service cannot say how far it has told ({Code})")]
    private partial void Away(string code);

    [LoggerMessage(4005, LogLevel.Warning, "The book lacks what it was told of, or has not been told of everything ({Waited}): the day is cut, the comparison will tell")]
    private partial void Incomplete(TimeSpan waited);
}
