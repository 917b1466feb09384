using Yibao.Hosting;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;

namespace Yibao.HouseSample;

/// <summary>The book: hears of every deposit over the broker, at least once, and books it once.</summary>
public sealed class BookModule : IServiceModule
{
    public string Name => HouseModule.Book;

    public void Configure(ServiceBuilder service)
    {
        service.Facts(typeof(BookModule).Assembly);
        service.Handles<DepositTaken, Bookkeeper>();
    }
}

/// <summary>The sum of one till.</summary>
public sealed record Page(Money Sum, int Entries) : IState<Page>
{
    public static Page Empty { get; } = new(Money.Zero, 0);

    public Page Evolve(IFact fact) => fact switch
    {
        Booked booked => new Page(Sum + booked.Amount, Entries + 1),
        _ => throw new InvalidOperationException($"A page does not know {fact}."),
    };

    public static StreamKey<Page> Key(string till) => new($"page/{till}");
}

public sealed record Booked(string Id, Money Amount) : IFact;

public sealed class Bookkeeper(IWriteDoor door, ServiceSettings settings) : IHandle<DepositTaken>
{
    public async Task Handle(DepositTaken message, MessageContext context, CancellationToken cancellation)
    {
        var key = Page.Key(message.Till);
        // Nothing here knows the deposit's id: only the message's own id keeps it from being booked twice.
        (await door.Execute(new Command(context.ActingFor(settings.Node), context.Correlation, [key],
            _ => Decision.Accept(key, new Booked(message.Id, message.Amount))) { Handles = context.Handled }, cancellation)).OrThrow();
    }
}
