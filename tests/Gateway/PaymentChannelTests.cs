using System.Text.Json.Nodes;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Persons;
using Yibao.SampleHis;
using Yibao.Settlement.RoundTrip;
using Microsoft.Extensions.DependencyInjection;
using PaymentChannel = Yibao.Contracts.Settlement.V1.PaymentChannel;
using Domain = Yibao.Contracts.Settlements;

namespace Yibao.Gateway.Tests;

/// <summary>医保电子凭证、移动支付、电子处方流转: accepted at the doors, stored with the settlement at both ends, shown to who reads it.</summary>
public sealed class PaymentChannelTests(SampleNodes nodes) : IDisposable
{
    private const string Token = "ECTOKEN-110002";
    private static readonly InventedPerson Person = InventedPerson.Number(110_002);
    private readonly Channels _channels = new(nodes);

    [Fact, Covers("OPS-015")]
    public async Task A_settlement_with_payment_channel_mobile_is_stored()
    {
        await nodes.Insure(new("520000"), new("520100"), Person, Token, "C-110002");
        // A terminal of the app: operator type 3, the e-credential's token in place of a card.
        var phone = new HisSystem(nodes.Http, nodes.Gateway().Http, SampleNodes.Account(SampleNodes.Wuhan), TimeProvider.System) { Envelope = message => message["opter_type"] = "3" };
        var counter = new Counter(phone, new Patient("520100", "310", "01", Person.Id.Reveal(), Person.Name, "11") { CredentialType = "01", Credential = Token });
        var person = await counter.Person();
        var visit = (await counter.Done("2201", ByToken(counter.Registration(person, Counter.Number()))))["data"]!["mdtrt_id"]!.GetValue<string>();
        await counter.Done("2203", counter.Details(person, visit));
        var fees = counter.Fees(person, visit, "B1", SampleNodes.OutpatientCharges);
        var dispensed = fees["feedetail"]![2]!;
        (dispensed["rx_circ_flag"], dispensed["rxno"]) = ("1", "RX-2026-0001");
        await counter.Done("2204", fees);
        var (id, message) = (counter.His.NextMessageId(), ByToken(counter.Settlement(person, visit, 366.39m)));

        var settled = (await counter.Done("2207", message, id))["setlinfo"]!;

        settled["setl_id"]!.GetValue<string>().ShouldBe(id);
        // The settlement's reading, by gRPC and by the national interface.
        var his = _channels.Settlements(SampleNodes.Wuhan);
        var read = await his.GetSettlementAsync(new GetSettlementRequest { InstitutionCode = SampleNodes.Wuhan, SettlementId = id }, cancellationToken: Counter.Cancel);
        (read.Channel, read.CredentialType).ShouldBe((PaymentChannel.Mobile, "01"));
        (await counter.Done("5203", Counter.Data(("psn_no", person), ("setl_id", id), ("mdtrt_id", visit))))["setlinfo"]!["mdtrt_cert_type"]!.GetValue<string>().ShouldBe("01");
        var lines = (await his.ListFeeLinesAsync(new ListFeeLinesRequest { InstitutionCode = SampleNodes.Wuhan, VisitId = visit }, cancellationToken: Counter.Cancel)).Lines.Select(line => line.Line).ToList();
        lines.Where(line => line.Circulated).ShouldHaveSingleItem().Prescription.ShouldBe("RX-2026-0001");
        (await counter.Done("5204", Counter.Data(("psn_no", person), ("setl_id", id), ("mdtrt_id", visit))))["data"]!.AsArray().Select(line => line!["rx_drord_no"]!.GetValue<string>()).ShouldContain("RX-2026-0001");

        // The events, at both ends.
        var national = SettlementId.Of(SampleNodes.Wuhan, id);
        (await Door("420000").Read(TreatmentSettlement.Stream(national), Counter.Cancel)).Request!.Channel.ShouldBe(Domain.PaymentChannel.Mobile);
        (await Door("520000").Read(HomeSettlement.Stream(national), Counter.Cancel)).Request!.Channel.ShouldBe(Domain.PaymentChannel.Mobile);
        // The token went to its home place and nowhere else.
        nodes.Log.Where(line => line.Contains(Token, StringComparison.Ordinal)).ShouldBeEmpty();

        // The cashier's window sends the same message again: the same answer, and it stays what was paid by phone.
        var window = new Counter(nodes.His(), new Patient("520100", "310", "01", Person.Id.Reveal(), Person.Name, "11"));
        (await window.Done("2207", message, id))["setlinfo"]!["setl_id"]!.GetValue<string>().ShouldBe(id);
        (await his.GetSettlementAsync(new GetSettlementRequest { InstitutionCode = SampleNodes.Wuhan, SettlementId = id }, cancellationToken: Counter.Cancel)).Channel.ShouldBe(PaymentChannel.Mobile);
    }

    [Fact]
    public async Task A_channel_that_does_not_exist_is_refused()
    {
        var his = _channels.Settlements(SampleNodes.Wuhan);
        var refused = await Should.ThrowAsync<Grpc.Core.RpcException>(async () => await his.PreSettleAsync(
            new SettleRequest { InstitutionCode = SampleNodes.Wuhan, VisitId = "v", CareUntil = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch), Channel = (PaymentChannel)9 }, cancellationToken: Counter.Cancel));

        Hosting.Grpc.ErrorStatus.FromRpc(refused)!.Code.ShouldBe("FIELD_INVALID");
    }

    [Fact]
    public async Task An_e_credential_that_nobody_bears_or_that_is_another_persons_opens_nothing()
    {
        var counter = new Counter(nodes.His(SampleNodes.Guiyang), new Patient("630100", "310", "01", SampleNodes.XiningRetiree.CertificateNumber, "样例乙", "12") { CredentialType = "01", Credential = "ECTOKEN-EXPIRED" });

        (await counter.Call("1101", counter.PersonQuery())).Error.ShouldBe("[CREDENTIAL_UNKNOWN]凭证无法识别参保人。请核对凭证；电子凭证过期的请刷新后重试");
    }

    public void Dispose() => _channels.Dispose();

    private IWriteDoor Door(string node) => nodes.Platform[new(node), "settlement"].Services!.GetRequiredService<IWriteDoor>();

    private static JsonObject ByToken(JsonObject message)
    {
        (message["data"]!["mdtrt_cert_type"], message["data"]!["mdtrt_cert_no"]) = ("01", Token);
        return message;
    }
}
