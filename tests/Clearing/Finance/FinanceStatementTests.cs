using CsCheck;
using Yibao.Clearing.Finance;
using Yibao.Kernel;
using static Yibao.Clearing.Tests.Some;

namespace Yibao.Clearing.Tests.Finance;

public sealed class FinanceStatementTests
{
    [Fact]
    public void Agency_5_000_000_and_finance_4_838_200_differ_by_the_notice_in_transit()
    {
        BookedMovement opening = new("opening", Money.Yuan(5_000_000m), new(2023, 1, 1), new(2023, 1, 1));
        BookedMovement paid = new("202302-420500-CX", Money.Yuan(-161_800m), new(2023, 3, 23), null);
        var statement = FinanceStatement.Of(Yichang, "财政专户存款", new(2023, 3, 1),
            new StatementBalances(Money.Yuan(5_000_000m), Money.Yuan(4_838_200m), Money.Yuan(4_838_200m), Money.Yuan(5_000_000m)),
            [opening], [opening, paid], [opening, paid], [opening]);
        statement.BookToBook.ShouldBe(Money.Yuan(161_800m));
        statement.BookToBank.ShouldBe(Money.Zero);
        statement.Agrees.ShouldBeFalse();
        statement.Items.ShouldHaveSingleItem().ShouldBe(new StatementItem(Agreement.BookToBook, StatementItemKind.InTransit, "202302-420500-CX", Money.Yuan(161_800m), new DateOnly(2023, 3, 23)));
    }

    [Fact]
    public void What_no_movement_explains_is_wrong_and_what_did_not_move_is_unconfirmed()
    {
        var statement = FinanceStatement.Of(Yichang, "财政专户存款", new(2023, 3, 1), new StatementBalances(Money.Yuan(110m), Money.Yuan(100m), Money.Yuan(93m), null),
            [new("N1", Money.Yuan(10m), null, new(2023, 3, 2))], [], []);
        statement.Items.ShouldBe([
            new StatementItem(Agreement.BookToBook, StatementItemKind.Unconfirmed, "N1", Money.Yuan(10m), null),
            new StatementItem(Agreement.BookToBank, StatementItemKind.Wrong, null, Money.Yuan(7m), null)]);
    }

    [Fact]
    public void The_items_always_add_up_to_the_difference() =>
        Gen.Select(Gen.Long[-1000, 1000], Gen.Long[-1000, 1000], Gen.Select(Gen.Int[0, 5], Gen.Long[-50, 50]).Array[0, 6], Gen.Select(Gen.Int[0, 5], Gen.Long[-50, 50]).Array[0, 6]).Sample((agency, finance, one, other) =>
        {
            BookedMovement Movement((int Ref, long Fen) m) => new($"N{m.Ref}", new Money(m.Fen), m.Fen % 2 == 0 ? Day : null, null);
            var statement = FinanceStatement.Of(Yichang, "a", Day, new StatementBalances(new(agency), new(finance), new(finance), null), [.. one.Select(Movement)], [.. other.Select(Movement)], [.. other.Select(Movement)]);
            return statement.Items.Where(i => i.Agreement == Agreement.BookToBook).Aggregate(Money.Zero, (sum, i) => sum + i.Amount) == statement.BookToBook
                && statement.Items.All(i => !i.Amount.IsZero);
        });
}
