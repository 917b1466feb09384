using Yibao.Kernel;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Finance;

/// <summary>A booking that one of the books has and another may not have yet.</summary>
/// <param name="Reference">Notice or voucher number both sides know it by.</param>
/// <param name="Effect">What it does to the balance.</param>
/// <param name="PaidOn">When the money moved; null when it did not.</param>
/// <param name="ConfirmedOn">When the agency confirmed it; null when it has not.</param>
public sealed record BookedMovement(string Reference, Money Effect, DateOnly? PaidOn, DateOnly? ConfirmedOn);

/// <summary>What a difference between two balances consists of.</summary>
public enum StatementItemKind
{
    /// <summary>在途: the money moved, the other book has not confirmed it.</summary>
    InTransit,
    /// <summary>未确认: booked on one side, not yet moved.</summary>
    Unconfirmed,
    /// <summary>差错: nobody can explain it by a movement.</summary>
    Wrong,
}

/// <summary>Which agreement is meant.</summary>
public enum Agreement
{
    /// <summary>账账相符: agency and finance.</summary>
    BookToBook,
    /// <summary>账款相符: finance and bank.</summary>
    BookToBank,
    /// <summary>账表相符: agency and issued forms (Hubei).</summary>
    BookToForms,
}

/// <summary>One item of a difference. <see cref="Amount"/> = what the first side has more.</summary>
public sealed record StatementItem(Agreement Agreement, StatementItemKind Kind, string? Reference, Money Amount, DateOnly? PaidOn);

/// <summary>The balances that are compared at the end of a month (REC-010).</summary>
/// <param name="Forms">The balance that follows from the issued forms; null where they are not compared.</param>
public sealed record StatementBalances(Money Agency, Money Finance, Money Bank, Money? Forms);

/// <summary>财政与经办机构对账单: monthly, per node; every difference itemised to the fen.</summary>
public sealed record FinanceStatement(AdminDivision Node, string Account, DateOnly Month, StatementBalances Balances, IReadOnlyList<StatementItem> Items)
{
    public Money BookToBook => Balances.Agency - Balances.Finance;

    public Money BookToBank => Balances.Finance - Balances.Bank;

    public Money? BookToForms => Balances.Forms is { } forms ? Balances.Agency - forms : null;

    public bool Agrees => BookToBook.IsZero && BookToBank.IsZero && (BookToForms ?? Money.Zero).IsZero;

    /// <param name="agency">Movements in the agency's book up to the end of the month.</param>
    /// <param name="finance">Movements in the finance book.</param>
    /// <param name="bank">Movements on the bank statement.</param>
    /// <param name="forms">Movements that the issued forms stand for; null where forms are not compared.</param>
    public static FinanceStatement Of(AdminDivision node, string account, DateOnly month, StatementBalances balances,
        IReadOnlyList<BookedMovement> agency, IReadOnlyList<BookedMovement> finance, IReadOnlyList<BookedMovement> bank, IReadOnlyList<BookedMovement>? forms = null)
    {
        List<StatementItem> items =
        [
            .. Itemise(Agreement.BookToBook, balances.Agency - balances.Finance, agency, finance),
            .. Itemise(Agreement.BookToBank, balances.Finance - balances.Bank, finance, bank),
        ];
        if (balances.Forms is { } form) items.AddRange(Itemise(Agreement.BookToForms, balances.Agency - form, agency, forms ?? []));
        return new FinanceStatement(node, account, month, balances, items);
    }

    private static IEnumerable<StatementItem> Itemise(Agreement agreement, Money difference, IReadOnlyList<BookedMovement> one, IReadOnlyList<BookedMovement> other)
    {
        var left = difference;
        var first = one.ToLookup(m => m.Reference, StringComparer.Ordinal);
        var second = other.ToLookup(m => m.Reference, StringComparer.Ordinal);
        foreach (var reference in one.Concat(other).Select(m => m.Reference).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var amount = Sum(first[reference]) - Sum(second[reference]);
            if (amount.IsZero) continue;
            var movement = first[reference].Concat(second[reference]).First();
            // Both have it with other amounts: that is no matter of time.
            var kind = first[reference].Any() && second[reference].Any() ? StatementItemKind.Wrong
                : movement.PaidOn is not null ? StatementItemKind.InTransit
                : StatementItemKind.Unconfirmed;
            left -= amount;
            yield return new StatementItem(agreement, kind, reference, amount, movement.PaidOn);
        }

        if (!left.IsZero) yield return new StatementItem(agreement, StatementItemKind.Wrong, null, left, null);
    }

    private static Money Sum(IEnumerable<BookedMovement> movements) => movements.Aggregate(Money.Zero, (sum, m) => sum + m.Effect);
}
