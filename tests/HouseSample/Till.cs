using Yibao.Contracts.Nodes;
using Yibao.Hosting;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.HouseSample;

/// <summary>The till: decides, stores the receipt it signed, tells the book.</summary>
public sealed class TillModule : IServiceModule
{
    public string Name => HouseModule.Till;

    public void Configure(ServiceBuilder service)
    {
        service.Facts(typeof(TillModule).Assembly);
        service.Answers<TillDesk>(Kept.DepositKind);
        service.Publishes<Deposited, DepositTaken>(stored => new DepositTaken(stored.Fact.Id, stored.Fact.Till, stored.Fact.Amount));
    }
}

/// <summary>One deposit as it was decided.</summary>
public sealed record TakenDeposit(Deposited? Fact) : IState<TakenDeposit>
{
    public static TakenDeposit Empty { get; } = new((Deposited?)null);

    public TakenDeposit Evolve(IFact fact) => fact switch
    {
        Deposited deposited => new TakenDeposit(deposited),
        _ => throw new InvalidOperationException($"A deposit does not know {fact}."),
    };

    public static StreamKey<TakenDeposit> Key(string id) => new($"deposit/{id}");

    /// <summary>Once per id; another amount under the same id is refused.</summary>
    public static Decision Take(TakenDeposit state, Deposit deposit, Kept receipt) => state.Fact switch
    {
        null => Decision.Accept(Key(deposit.Id), new Deposited(deposit.Id, deposit.Till, deposit.Amount, receipt)),
        { } known when known.Amount == deposit.Amount && known.Till == deposit.Till => Decision.Done,
        _ => Decision.Refuse(SecurityErrors.Replay.With(deposit.Id)),
    };
}

public sealed record Deposited(string Id, string Till, Money Amount, Kept Receipt) : IFact;

public sealed class TillDesk(IWriteDoor door, IEnvelopeSigner signer, ServiceSettings settings, TimeProvider time) : INodeHandler
{
    public async Task<Envelope> Answer(Envelope message, CancellationToken cancellation)
    {
        var deposit = Kept.Read(message);
        var key = TakenDeposit.Key(deposit.Id);
        var receipt = Kept.Of(signer.Sign(message.From, $"{deposit.Id}/receipt", time.GetUtcNow(), Kept.ReceiptKind, message.Payload));
        var done = await door.Execute(new Command(Actor.System(settings.Node, nameof(TillDesk)), deposit.Id, [key], states => TakenDeposit.Take(states.Of(key), deposit, receipt)), cancellation);
        return done.OrThrow().State(key).Fact!.Receipt.Envelope();
    }
}
