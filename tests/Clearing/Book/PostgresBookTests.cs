using Npgsql;
using Yibao.Backing;
using Yibao.Clearing.Book;
using static Yibao.Clearing.Tests.Some;

namespace Yibao.Clearing.Tests.Book;

public sealed class PostgresBookTests : BookRules, IAsyncLifetime
{
    private BackingSpace _space = null!;
    private NpgsqlDataSource _database = null!;
    private int _books;

    public async ValueTask InitializeAsync()
    {
        _space = await SharedBacking.NewSpaceAsync();
        _database = NpgsqlDataSource.Create(_space.Database);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _space.DisposeAsync();
    }

    protected override async Task<IBook> NewBook()
    {
        var book = new PostgresBook(_database, $"b{Environment.ProcessId}_{Random.Shared.Next():x8}_{_books++}");
        await book.Migrate();
        return book;
    }

    [Fact]
    public async Task Cutting_while_settlements_arrive_puts_each_in_exactly_one_day_and_the_cut_keeps_its_sums()
    {
        var book = await NewBook();
        var now = At(Day.AddDays(1), 0, 30);
        var cut = new TaskCompletionSource<CutDay>();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var round = 0; round < 40; round++)
            {
                await book.Record([.. Enumerable.Range(0, 5).Select(n => Entry(Settlement($"W{writer}-{round}-{n}")))], now);
                if (writer == 0 && round == 20) cut.SetResult(await book.Cut(Day, [Hubei, Guizhou], now));
            }
        })).ToArray();
        await Task.WhenAll(writers).WaitAsync(TimeSpan.FromMinutes(10));
        var first = await book.Digest(Edge.Down(Hubei), Day);
        var second = await book.Digest(Edge.Down(Hubei), Day.AddDays(1));
        (first.Sums.Count + second.Sums.Count).ShouldBe(4 * 40 * 5);
        second.Sums.Count.ShouldBeGreaterThan(0);
        first.Sums.Agrees((await cut.Task).Edges[Hubei]).ShouldBeTrue();
    }
}
