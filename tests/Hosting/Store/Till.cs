using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Tests.Store;

/// <summary>A till: the smallest aggregate that shows everything. Put in once per slip; take out only what is there.</summary>
public sealed record Till(Money Balance, IReadOnlyDictionary<string, Money> Slips) : IState<Till>
{
    public static Till Empty { get; } = new(Money.Zero, new Dictionary<string, Money>(StringComparer.Ordinal));

    public Till Evolve(IFact fact) => fact switch
    {
        CashPut put => new Till(Balance + put.Amount, new Dictionary<string, Money>(Slips, StringComparer.Ordinal) { [put.Slip] = put.Amount }),
        CashTaken taken => new Till(Balance - taken.Amount, new Dictionary<string, Money>(Slips, StringComparer.Ordinal) { [taken.Slip] = -taken.Amount }),
        _ => throw new InvalidOperationException($"A till does not know {fact}."),
    };

    public static StreamKey<Till> Key(string name) => new($"till/{name}");

    public static Decision Put(Till till, string name, string slip, Money amount) =>
        till.Slips.ContainsKey(slip) ? Decision.Done : Decision.Accept(Key(name), new CashPut(slip, amount));

    public static Decision Take(Till till, string name, string slip, Money amount) =>
        till.Slips.ContainsKey(slip) ? Decision.Done
        : till.Balance < amount ? Decision.Refuse(SystemErrors.FieldInvalid.With("amount", "not enough"))
        : Decision.Accept(Key(name), new CashTaken(slip, amount));
}

public sealed record CashPut(string Slip, Money Amount) : IFact;

public sealed record CashTaken(string Slip, Money Amount) : IFact;
