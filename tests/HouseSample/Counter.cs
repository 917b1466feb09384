using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Contracts.Nodes;
using Yibao.Hosting;
using Yibao.Hosting.Hosts;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.HouseSample;

/// <summary>The counter: stores the signed message before it sends it, and the receipt before it answers.</summary>
public sealed class CounterModule : IServiceModule
{
    public string Name => HouseModule.Counter;

    public void Configure(ServiceBuilder service)
    {
        service.Facts(typeof(CounterModule).Assembly);
        service.Services.AddSingleton<CounterDesk>();
        service.Endpoints(routes => routes
            .MapPost("/deposits", (Deposit deposit, CounterDesk desk, HttpContext http) => desk.Take(deposit, http.RequestAborted))
            .Allow(Access.Change(Role.CityOperator).CheckedInside("the counter's own slips")));
    }
}

/// <summary>One deposit as the counter knows it.</summary>
public sealed record Slip(Kept? Message, Kept? Receipt) : IState<Slip>
{
    public static Slip Empty { get; } = new(null, null);

    public Slip Evolve(IFact fact) => fact switch
    {
        SlipSigned signed => this with { Message = signed.Message },
        SlipReceipted receipted => this with { Receipt = receipted.Receipt },
        _ => throw new InvalidOperationException($"A slip does not know {fact}."),
    };

    public static StreamKey<Slip> Key(string id) => new($"slip/{id}");
}

public sealed record SlipSigned(Kept Message) : IFact;

public sealed record SlipReceipted(Kept Receipt) : IFact;

public sealed class CounterDesk(IWriteDoor door, IEnvelopeSigner signer, INodeLink link, IDetachedWork detached, ICurrentActor current, TimeProvider time)
{
    /// <summary>The same deposit again is answered with the same receipt.</summary>
    public async Task<Deposit> Take(Deposit deposit, CancellationToken caller)
    {
        var key = Slip.Key(deposit.Id);
        var actor = current.Actor;
        // Signed outside the decision: a decision may run twice and must come out the same.
        var message = Kept.Of(signer.Sign(HouseModule.TillNode, deposit.Id, time.GetUtcNow(), Kept.DepositKind, JsonSerializer.SerializeToUtf8Bytes(deposit)));
        var slip = (await door.Execute(new Command(actor, deposit.Id, [key], states => states.Of(key).Message is null ? Decision.Accept(key, new SlipSigned(message)) : Decision.Done), caller)).OrThrow().State(key);
        if (Kept.Read(slip.Message!.Envelope()) != deposit) throw SecurityErrors.Replay.With(deposit.Id).AsException();
        var receipt = slip.Receipt ?? await detached.Run(_ => Drive(slip.Message, key, actor), caller);
        return Kept.Read(receipt.Envelope());
    }

    private async Task<Kept> Drive(Kept message, StreamKey<Slip> key, Actor actor)
    {
        var receipt = Kept.Of(await link.Send(HouseModule.RelayNode, message.Envelope()));
        return (await door.Execute(new Command(actor, message.Id, [key], states =>
            states.Of(key).Receipt is null ? Decision.Accept(key, new SlipReceipted(receipt)) : Decision.Done))).OrThrow().State(key).Receipt!;
    }
}
