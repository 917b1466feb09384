using Yibao.Clearing.Book;
using Yibao.Clearing.Exchange;
using Yibao.Contracts.Messages;
using Yibao.Hosting;

namespace Yibao.Clearing.Hosting;

/// <summary>Feeds the book, many messages with one commit. A repeat of a message meets its own entry and changes nothing.</summary>
public sealed partial class BookConsumer(IBook book, ISurroundings around, TimeProvider clock, ILogger<BookConsumer> log) : IHandleMany<SettlementRecorded>
{
    public async Task Handle(IReadOnlyList<Received<SettlementRecorded>> messages, CancellationToken cancellation)
    {
        var parent = around.Parent;
        var booked = await book.Record([.. messages.Select(m => BookFeed.Entry(m.Message, parent))], clock.GetUtcNow(), cancellation);
        foreach (var conflict in booked.Conflicts) Conflict(conflict.Content.SettlementId, conflict.Role.ToString());
    }

    [LoggerMessage(4001, LogLevel.Error, "The book holds settlement {SettlementId} as {Role} with other content than a message says; kept as it was, listed as a conflict")]
    private partial void Conflict(string settlementId, string role);
}
