using Yibao.Contracts.Settlements;
using Yibao.Kernel;

namespace Yibao.Settlement.Benefits;

/// <summary>What a step of the calculation did.</summary>
public enum StepKind
{
    /// <summary>Which treatment class the visit falls in.</summary>
    Class,
    /// <summary>先行自付 of an out-of-area visit.</summary>
    FirstPay,
    /// <summary>起付标准.</summary>
    Deductible,
    /// <summary>One segment of the pooled fund.</summary>
    Segment,
    /// <summary>The pooled fund's sum, rounded once.</summary>
    Pooled,
    /// <summary>A ceiling that cut the pooled fund's sum.</summary>
    Cap,
    /// <summary>One further fund.</summary>
    Layer,
    /// <summary>个人账户.</summary>
    Account,
    /// <summary>个人现金.</summary>
    Cash,
}

/// <summary>One step: what it took in, what it paid, which rule made it so.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Rule">The figure of the policy pack; its id, article and source.</param>
/// <param name="TookIn">The amount the step worked on.</param>
/// <param name="Paid">What it paid or took off, rounded for display; only <see cref="StepKind.Pooled"/> and later steps move money.</param>
public sealed record Step(StepKind Kind, Rule Rule, Money TookIn, Money Paid)
{
    public Fund? Fund { get; init; }

    /// <summary>The ratio as applied, after any reduction.</summary>
    public decimal Ratio { get; init; }

    /// <summary>The ratio before the reduction, or the reduction itself.</summary>
    public decimal Before { get; init; }

    /// <summary>A standard, ceiling or segment start the step compared with.</summary>
    public Money Standard { get; init; }

    /// <summary>What the year had used already.</summary>
    public Money Used { get; init; }

    /// <summary>Which admission of the year.</summary>
    public int Count { get; init; }

    public TreatmentClass Class { get; init; }

    /// <summary>Why, in plain Chinese.</summary>
    public string Reason => Explanation.Of(this);
}

/// <summary>What accounts pay: both come back on a refund, to the current balances.</summary>
public sealed record AccountDraw(Money Own, Money Family)
{
    public static AccountDraw Nothing { get; } = new(Money.Zero, Money.Zero);
}

/// <summary>The result of the benefit engine.</summary>
/// <param name="Figures">What each fund and the person pay: identity 2 holds.</param>
/// <param name="Steps">How it came about, in order.</param>
/// <param name="Draws">What the settlement adds to the benefit year.</param>
/// <param name="Account">What it takes from accounts.</param>
/// <param name="PolicyVersion">Which rules.</param>
/// <param name="Class">Which treatment class.</param>
/// <param name="ManualOnly">The filing came after the discharge settlement: paid by manual reimbursement (BEN-014…016).</param>
public sealed record Breakdown(
    Figures Figures, IReadOnlyList<Step> Steps, Contribution Draws, AccountDraw Account, string PolicyVersion, TreatmentClass Class, bool ManualOnly)
{
    /// <summary>The steps as they travel with the answer, for a reader: a class is no amount, and the sum of a single segment is that segment.</summary>
    public Explained Explained => new(Deductible, [.. Told().Select(step =>
        new ExplanationLine(step.Kind == StepKind.Class ? Money.Zero : step.TookIn, step.Paid, step.Reason, step.Rule.Id, step.Rule.Article, step.Rule.Source, step.Rule.Mark.ToString().ToLowerInvariant()))]);

    private IEnumerable<Step> Told()
    {
        var single = Steps.Where(step => step.Kind == StepKind.Segment).Take(2).ToList() is [var segment] ? segment : null;
        return Steps.Where(step => step.Kind != StepKind.Pooled || single is null || single.Paid != step.Paid);
    }

    /// <summary>本次起付标准 actually borne (act_pay_dedc).</summary>
    public Money Deductible => Steps.Where(step => step.Kind == StepKind.Deductible).Aggregate(Money.Zero, static (sum, step) => sum + step.Paid);
}
