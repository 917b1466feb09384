using System.Collections.Immutable;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;

namespace Yibao.Settlement.Benefits;

/// <summary>Money came into the account: an opening balance, the monthly allotment (划入), a relative's release for mutual aid.</summary>
/// <param name="EntryId">Recognises a repeat.</param>
/// <param name="Own">Into the person's own balance.</param>
/// <param name="Family">Into what relatives have released for the person (家庭共济).</param>
public sealed record AccountCredited(string EntryId, Money Own, Money Family) : IFact;

/// <summary>A settlement was paid from the account.</summary>
public sealed record AccountDrawn(string SettlementId, AccountDraw Draw) : IFact;

/// <summary>A reversal or refund gave it back, to the balance of now.</summary>
public sealed record AccountRestored(string SettlementId, string NegativeId) : IFact;

/// <summary>个人账户 of one person (BEN-022).</summary>
public sealed record PersonalAccount : IState<PersonalAccount>
{
    public static PersonalAccount Empty { get; } = new();

    /// <summary>Balances of now.</summary>
    public Account Account { get; private init; } = Account.None;

    public ImmutableHashSet<string> Credits { get; private init; } = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    public ImmutableDictionary<string, AccountDraw> Drawn { get; private init; } = ImmutableDictionary.Create<string, AccountDraw>(StringComparer.Ordinal);

    public ImmutableDictionary<string, string> Restored { get; private init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary><c>account/{person}</c>.</summary>
    /// <param name="person">The opaque person key.</param>
    public static StreamKey<PersonalAccount> Stream(string person) => new("account/" + person);

    /// <summary>The facts of a credit; none when the entry is there already.</summary>
    public IReadOnlyList<IFact> Credit(string entryId, Money own, Money family) =>
        Credits.Contains(entryId) || (own.IsZero && family.IsZero) ? [] : [new AccountCredited(entryId, own, family)];

    /// <summary>The facts of drawing; none when nothing is drawn or this settlement drew before.</summary>
    public IReadOnlyList<IFact> Draw(string settlementId, AccountDraw draw) =>
        Drawn.ContainsKey(settlementId) || draw == AccountDraw.Nothing ? [] : [new AccountDrawn(settlementId, draw)];

    /// <summary>The facts of restoring; none when this settlement drew nothing or was restored before.</summary>
    public IReadOnlyList<IFact> Restore(string settlementId, string negativeId) =>
        !Drawn.ContainsKey(settlementId) || Restored.ContainsKey(settlementId) ? [] : [new AccountRestored(settlementId, negativeId)];

    public PersonalAccount Evolve(IFact fact) => fact switch
    {
        AccountCredited credited => this with
        {
            Credits = Credits.Add(credited.EntryId),
            Account = new Account(Account.Balance + credited.Own, Account.Family + credited.Family),
        },
        AccountDrawn drawn => this with
        {
            Drawn = Drawn.Add(drawn.SettlementId, drawn.Draw),
            Account = new Account(Account.Balance - drawn.Draw.Own, Account.Family - drawn.Draw.Family),
        },
        AccountRestored restored => this with
        {
            Restored = Restored.Add(restored.SettlementId, restored.NegativeId),
            Account = new Account(Account.Balance + Drawn[restored.SettlementId].Own, Account.Family + Drawn[restored.SettlementId].Family),
        },
        _ => throw new InvalidOperationException($"A personal account does not know {fact.GetType().Name}."),
    };
}
