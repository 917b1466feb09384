using Yibao.Contracts.Nodes;
using Yibao.Hosting;
using Yibao.Kernel.Deciding;

namespace Yibao.HouseSample;

/// <summary>The relay: asks onward, always, and stores the receipt before it passes it back.</summary>
public sealed class RelayModule : IServiceModule
{
    public string Name => HouseModule.Relay;

    public void Configure(ServiceBuilder service)
    {
        service.Facts(typeof(RelayModule).Assembly);
        service.Answers<RelayDesk>(Kept.DepositKind);
    }
}

/// <summary>What passed here under one id.</summary>
public sealed record Passage(Kept? Receipt) : IState<Passage>
{
    public static Passage Empty { get; } = new((Kept?)null);

    public Passage Evolve(IFact fact) => fact switch
    {
        ReceiptPassed passed => new Passage(passed.Receipt),
        _ => throw new InvalidOperationException($"A passage does not know {fact}."),
    };

    public static StreamKey<Passage> Key(string id) => new($"passage/{id}");
}

public sealed record ReceiptPassed(Kept Receipt) : IFact;

public sealed class RelayDesk(IWriteDoor door, INodeLink link, ServiceSettings settings) : INodeHandler
{
    public async Task<Envelope> Answer(Envelope message, CancellationToken cancellation)
    {
        var receipt = await link.Send(HouseModule.TillNode, message, cancellation);
        var key = Passage.Key(message.Id);
        (await door.Execute(new Command(Actor.System(settings.Node, nameof(RelayDesk)), message.Id, [key], states =>
            states.Of(key).Receipt is null ? Decision.Accept(key, new ReceiptPassed(Kept.Of(receipt))) : Decision.Done), cancellation)).OrThrow();
        return receipt;
    }
}
