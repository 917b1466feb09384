using System.Globalization;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Months;

/// <summary>Everything of the month agrees.</summary>
public sealed record HomeMonthClosed(DateTimeOffset At) : IFact;

/// <summary>The day passed on which the month had to be closed ("March not closed"), told to city and province.</summary>
public sealed record HomeMonthOverdue(int OpenDifferences, int OpenDays, IReadOnlyList<AdminDivision> Told, DateOnly On) : IFact;

/// <summary>参保地按月对账 (REC-003, 004 Art.54): <c>home-month/{home}/{yyyy-MM}</c>; closed by the 3rd of the next month, with nothing open.</summary>
public sealed record HomeMonth(DateTimeOffset? ClosedAt, DateOnly? OverdueSince, DateOnly? LastAlert, IReadOnlyList<AdminDivision> Told) : IState<HomeMonth>
{
    public static HomeMonth Empty { get; } = new(null, null, null, []);

    public static StreamKey<HomeMonth> Key(AdminDivision home, DateOnly month) =>
        new(string.Create(CultureInfo.InvariantCulture, $"home-month/{home}/{month:yyyy-MM}"));

    /// <summary>The last day for closing: the 3rd of the following month.</summary>
    public static DateOnly DueOn(DateOnly month, int closeDay = 3) => new DateOnly(month.Year, month.Month, 1).AddMonths(1).AddDays(closeDay - 1);

    public HomeMonth Evolve(IFact fact) => fact switch
    {
        HomeMonthClosed closed => this with { ClosedAt = closed.At },
        HomeMonthOverdue overdue => this with { OverdueSince = OverdueSince ?? overdue.On, LastAlert = overdue.On, Told = overdue.Told },
        _ => throw new InvalidOperationException($"A home month does not know {fact.GetType().Name}."),
    };

    /// <param name="openDifferences">Unresolved differences of the month's settlements.</param>
    /// <param name="openDays">Days of the month that are neither reconciled nor resolved.</param>
    public static Decision Close(StreamKey<HomeMonth> key, HomeMonth month, DateOnly of, int openDifferences, int openDays, DateTimeOffset at) =>
        month.ClosedAt is not null ? Decision.Done
        : openDifferences > 0 || openDays > 0 ? Decision.Refuse(ReconciliationErrors.MonthOpen.With(of.ToString("yyyy-MM", CultureInfo.InvariantCulture), openDifferences, openDays))
        : Decision.Accept(key, new HomeMonthClosed(at));

    /// <summary>The daily check: one alert a day from the day after the due day until the month is closed.</summary>
    public static Decision Check(StreamKey<HomeMonth> key, HomeMonth month, DateOnly of, DateOnly today, int openDifferences, int openDays, IReadOnlyList<AdminDivision> tell, int closeDay = 3) =>
        month.ClosedAt is not null || today <= DueOn(of, closeDay) || month.LastAlert >= today || (openDifferences == 0 && openDays == 0)
            ? Decision.Done
            : Decision.Accept(key, new HomeMonthOverdue(openDifferences, openDays, tell, today));
}
