using Microsoft.Extensions.Logging.Abstractions;
using Yibao.Clearing.Book;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Errors;
using static Yibao.Clearing.Tests.Some;

namespace Yibao.Clearing.Tests.Book;

/// <summary>The cut waits for the node's own settlements, and not for ever.</summary>
public sealed class BookCompletionTests
{
    private readonly MemoryBook _book = new();
    private bool _listens = true;

    private Task<Booked> Take(string id) => _book.Record([new BookEntry(PartyRole.Home, Settlement(id), 1, At(Day, 9), Crossing.Within)], At(Day, 9));

    private Task<bool> Wait(ISettlementFeed feed, double seconds) => new BookCompletion(_book, feed, _ => Task.FromResult(_listens), NullLogger<BookCompletion>.Instance).Wait(TimeSpan.FromSeconds(seconds), TestContext.Current.CancellationToken);

    [Fact]
    public async Task It_ends_when_the_last_that_was_told_is_booked()
    {
        await Take("A");
        var feed = new Feed(
            () => throw SystemErrors.Unavailable.With("settlement").AsException(),
            () => null,
            () => [("A", PartyRole.Home), ("B", PartyRole.Home)]);
        var waiting = Wait(feed, 600);
        await feed.Exhausted.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        waiting.IsCompleted.ShouldBeFalse("B is still on its way");
        await Take("B");
        (await waiting).ShouldBeTrue();
        feed.Asked.ShouldBe(3, "what was told once is not asked for again: later settlements do not move the aim");
    }

    [Fact]
    public async Task A_voided_entry_counts_as_heard_of()
    {
        await Take("A");
        await _book.Void("A", At(Day, 10));
        (await Wait(new Feed(() => [("A", PartyRole.Home)]), 600)).ShouldBeTrue();
        (await Wait(new Feed(() => [("A", PartyRole.Relay)]), 0)).ShouldBeFalse();
    }

    [Fact]
    public async Task What_the_book_has_lost_is_not_waited_for_but_a_deaf_host_is()
    {
        // It hears, and nothing comes: that row was lost, and the comparison will say so.
        (await Wait(new Feed(() => [("A", PartyRole.Home)]), 600)).ShouldBeFalse();

        _listens = false;
        var feed = new Feed(() => [("A", PartyRole.Home)]);
        var waiting = Wait(feed, 600);
        await feed.Exhausted.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        await Take("A");
        (await waiting).ShouldBeTrue();
    }

    [Fact]
    public async Task Patience_ends_and_the_day_is_cut_without_the_rest()
    {
        (await Wait(new Feed(() => [("A", PartyRole.Home)]), 0)).ShouldBeFalse();
        (await Wait(new Feed(() => null), 0)).ShouldBeFalse();
        (await Wait(new Feed(() => []), 0)).ShouldBeTrue();
    }

    private sealed class Feed(params Func<IReadOnlyList<(string, PartyRole)>?>[] answers) : ISettlementFeed
    {
        public int Asked { get; private set; }

        public TaskCompletionSource Exhausted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<IReadOnlyList<(string SettlementId, PartyRole Role)>?> Told(CancellationToken cancellation = default)
        {
            var answer = answers[Math.Min(Asked++, answers.Length - 1)];
            if (Asked == answers.Length) Exhausted.SetResult();
            return Task.FromResult<IReadOnlyList<(string, PartyRole)>?>(answer());
        }
    }
}
