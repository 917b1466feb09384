using System.Collections.Immutable;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.Settlement.RoundTrip;

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

/// <summary>The area has a new host, and the account went there with all it held.</summary>
/// <param name="Area">统筹区.</param>
/// <param name="To">The new host.</param>
/// <param name="Since">From when the registry names it.</param>
/// <param name="Account">What went: answered again to whoever asks again.</param>
/// <param name="RequestSeal">The new host's signature under its request.</param>
public sealed record AccountHandedOver(AdminDivision Area, AdminDivision To, DateTimeOffset Since, AccountRecord Account, Seal RequestSeal) : IFact;

/// <summary>The area came from another host, and the account came along.</summary>
public sealed record AccountTakenOver(AdminDivision Area, AdminDivision From, DateTimeOffset Since, AccountRecord Account, Seal AnswerSeal) : IFact;

/// <summary>An account as one host gives it to the next.</summary>
/// <param name="Balance">What it holds.</param>
/// <param name="Family">What relatives have released.</param>
/// <param name="Credits">Entries that came in: a repeat is recognised there too.</param>
/// <param name="Drawn">What settlements drew: a restore gives exactly this back.</param>
/// <param name="Restored">Which of them were given back.</param>
public sealed record AccountRecord(Money Balance, Money Family, IReadOnlyList<string> Credits, IReadOnlyList<DrawnAccount> Drawn, IReadOnlyList<RestoredContribution> Restored);

/// <summary>What one settlement drew from the account.</summary>
public sealed record DrawnAccount(string SettlementId, AccountDraw Draw);

/// <summary>个人账户 of one person (BEN-022).</summary>
public sealed record PersonalAccount : IState<PersonalAccount>
{
    public static PersonalAccount Empty { get; } = new();

    /// <summary>Balances of now.</summary>
    public Account Account { get; private init; } = Account.None;

    public ImmutableHashSet<string> Credits { get; private init; } = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    public ImmutableDictionary<string, AccountDraw> Drawn { get; private init; } = ImmutableDictionary.Create<string, AccountDraw>(StringComparer.Ordinal);

    public ImmutableDictionary<string, string> Restored { get; private init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>By area: hand-overs by which what the account held went elsewhere.</summary>
    public ImmutableDictionary<string, AccountHandedOver> HandedOver { get; private init; } = ImmutableDictionary.Create<string, AccountHandedOver>(StringComparer.Ordinal);

    /// <summary>By area: the hand-over by which it came here.</summary>
    public ImmutableDictionary<string, DateTimeOffset> TakenOver { get; private init; } = ImmutableDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal);

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

    /// <summary>All of it, for the next host.</summary>
    public AccountRecord Record() => new(
        Account.Balance,
        Account.Family,
        [.. Credits.Order(StringComparer.Ordinal)],
        [.. Drawn.OrderBy(drawn => drawn.Key, StringComparer.Ordinal).Select(drawn => new DrawnAccount(drawn.Key, drawn.Value))],
        [.. Restored.OrderBy(restored => restored.Key, StringComparer.Ordinal).Select(restored => new RestoredContribution(restored.Key, restored.Value))]);

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
        // What comes in here later, for an area that stayed, stays here.
        AccountHandedOver handedOver => this with { HandedOver = HandedOver.SetItem(handedOver.Area.Code, handedOver), Account = Account.None },
        AccountTakenOver takenOver => this with
        {
            HandedOver = HandedOver.Remove(takenOver.Area.Code),
            TakenOver = TakenOver.SetItem(takenOver.Area.Code, takenOver.Since),
            Account = new Account(Account.Balance + takenOver.Account.Balance, Account.Family + takenOver.Account.Family),
            Credits = Credits.Union(takenOver.Account.Credits),
            Drawn = Drawn.SetItems(takenOver.Account.Drawn.Select(drawn => KeyValuePair.Create(drawn.SettlementId, drawn.Draw))),
            Restored = Restored.SetItems(takenOver.Account.Restored.Select(restored => KeyValuePair.Create(restored.SettlementId, restored.NegativeId))),
        },
        _ => throw new InvalidOperationException($"A personal account does not know {fact.GetType().Name}."),
    };
}
