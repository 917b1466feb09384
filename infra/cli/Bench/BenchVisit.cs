using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Cli.Bench;

/// <summary>As much as a settlement writes: intent, grant and delivery of one visit, and what it drew from the person's year.</summary>
internal sealed record BenchVisit(bool Granted) : IState<BenchVisit>
{
    public static BenchVisit Empty { get; } = new(false);

    public BenchVisit Evolve(IFact fact) => fact switch
    {
        BenchIntent or BenchDelivered => this,
        BenchGranted => new BenchVisit(true),
        _ => throw new InvalidOperationException($"A visit does not know {fact}."),
    };

    public static Command Settle(AdminDivision node, string visit, string person)
    {
        var (visits, years) = (new StreamKey<BenchVisit>($"visit/{visit}"), new StreamKey<BenchYear>($"benefit-year/{person}/2023"));
        return new Command(Actor.System(node, "bench"), visit, [visits, years], states => states.Of(visits).Granted
            ? Decision.Done
            : Decision.Accept(
                new Append(visits, [new BenchIntent(visit, person, new Money(123_456)), new BenchGranted(visit, new Money(100_000), new Money(23_456)), new BenchDelivered(visit)]),
                new Append(years, [new BenchDrawn(visit, new Money(100_000))])));
    }
}

internal sealed record BenchYear(Money Drawn) : IState<BenchYear>
{
    public static BenchYear Empty { get; } = new(Money.Zero);

    public BenchYear Evolve(IFact fact) => fact is BenchDrawn drawn ? new BenchYear(Drawn + drawn.Amount) : throw new InvalidOperationException($"A year does not know {fact}.");
}

internal sealed record BenchIntent(string Visit, string Person, Money Total) : IFact;

internal sealed record BenchGranted(string Visit, Money Fund, Money Cash) : IFact;

internal sealed record BenchDelivered(string Visit) : IFact;

internal sealed record BenchDrawn(string Visit, Money Amount) : IFact;
