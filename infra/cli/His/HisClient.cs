using System.Security.Cryptography.X509Certificates;
using Yibao.Cli.Shell;
using Yibao.Contracts.Settlement.V1;
using Yibao.HospitalInterface.Mapping;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel.Errors;
using Settled = Yibao.Contracts.Settlement.V1.Settlement;

namespace Yibao.Cli.His;

/// <summary>What a hospital's system does at discharge: registers the visit, uploads the fees, asks for the figures, settles.</summary>
/// <remarks>Speaks gRPC to its gateway with the institution's token, as any HIS outside this repository would.</remarks>
internal sealed class HisClient : IDisposable
{
    private readonly GatewayDoor _door;

    /// <param name="gateway">The gateway's gRPC door.</param>
    /// <param name="token">The institution's token.</param>
    /// <param name="authority">The authority that the gateway's certificate must come from.</param>
    public HisClient(Uri gateway, string token, X509Certificate2 authority)
    {
        _door = new GatewayDoor(gateway, token, authority);
        Settlements = new Settlements.SettlementsClient(_door.Calls);
    }

    public Settlements.SettlementsClient Settlements { get; }

    /// <summary>Everything up to the figures the patient is shown.</summary>
    public async Task<Prepared> Prepare(InterfaceRequest message, CancellationToken cancellation)
    {
        var registered = await Upload(message, cancellation);
        var quote = await Settlements.PreSettleAsync(Terms(message), cancellationToken: cancellation);
        SettlementMapping.CheckTotal(Node(message, "data"), quote.Split);
        return new Prepared(registered, quote);
    }

    /// <summary>Registers the visit and uploads its fees.</summary>
    public async Task<RegisterVisitAnswer> Upload(InterfaceRequest message, CancellationToken cancellation)
    {
        var registered = await Settlements.RegisterVisitAsync(VisitMapping.Registration(message, Node(message, "mdtrtinfo"), Node(message, "data")), cancellationToken: cancellation);
        await Settlements.UploadFeesAsync(VisitMapping.Fees(message, VisitMapping.OwnId(message.Institution, registered.VisitId), message.Input.All("feedetail")), cancellationToken: cancellation);
        return registered;
    }

    /// <summary>结算 of what was prepared, with the figures the patient agreed to.</summary>
    public async Task<Settled> Settle(InterfaceRequest message, PreSettleAnswer? quote, CancellationToken cancellation)
    {
        var terms = Terms(message);
        if (quote is not null) terms.Quote = quote.Quote;
        return await Settlements.SettleAsync(terms, cancellationToken: cancellation);
    }

    public static SettleRequest Terms(InterfaceRequest message)
    {
        var begin = VisitMapping.Instant(Node(message, "mdtrtinfo"), "begntime", "开始时间").ToDateTimeOffset();
        return SettlementMapping.Settle(message, Node(message, "data"), begin);
    }

    public void Dispose() => _door.Dispose();

    private static InputNode Node(InterfaceRequest message, string name) =>
        message.Input.One(name) ?? throw SystemErrors.FieldMissing.With($"节点 {name}").AsException();
}

/// <summary>A visit ready to be settled.</summary>
internal sealed record Prepared(RegisterVisitAnswer Visit, PreSettleAnswer Quote);
