using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Contracts.Node.V1;
using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.Filing.Areas;
using Yibao.Hosting;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Nodes;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.EndToEnd.Tests;

/// <summary>What a HIS or a node may send wrong, through the public door: a catalogue's error, nothing stored that the protocol does not store, the node alive.</summary>
[Collection(CareTests.Name)]
public sealed class BadInput(CarePlatform platform) : IAsyncDisposable
{
    private static readonly AdminDivision Nation = AdminDivision.National, Hubei = new("420000"), Guizhou = new("520000");
    private readonly List<GrpcChannel> _channels = [];
    private readonly His _his = platform.Of(CarePlatform.Wuhan);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Registrations_that_cannot_be()
    {
        var person = await platform.Insure(101, "520100", "420100");
        var number = person.Id.Reveal();
        var wrongDigit = number[..17] + (number[17] == '5' ? '6' : '5');
        var facts = await Facts();

        (await Refused(visit => visit.HomeArea = "999999")).ShouldBe("AREA_UNKNOWN");
        (await Refused(visit => visit.HomeArea = "52")).ShouldBe("FIELD_INVALID");
        // A code that is planned and not routed yet.
        (await Refused(visit => visit.HomeArea = "529901")).ShouldBe("AREA_NOT_CONNECTED");
        (await Refused(visit => visit.CredentialValue = wrongDigit)).ShouldBe("ID_NUMBER_CHECKSUM");
        (await Refused(visit => visit.CredentialValue = InventedPerson.Number(889_999).Id.Reveal())).ShouldBe("CREDENTIAL_UNKNOWN");
        (await Refused(visit => visit.CredentialType = "09")).ShouldBe("FIELD_INVALID");
        (await Refused(visit => visit.CareType = "99")).ShouldBe("FIELD_INVALID");
        // Before its agreement, and one that nobody knows.
        (await Refused(visit => visit.CareFrom = Timestamp.FromDateTimeOffset(new DateTimeOffset(2021, 5, 1, 0, 0, 0, TimeSpan.Zero)))).ShouldBe("NOT_YET_OPEN");
        (await His.Refusal(() => platform.Of("H42010099999").Settlements.RegisterVisitAsync(Registration("H42010099999", "bad", number), cancellationToken: Cancellation).ResponseAsync)).ShouldBe("INSTITUTION_UNKNOWN");

        (await Facts()).ShouldBe(facts);
        await Alive("after-registrations", person);

        Task<string> Refused(Action<RegisterVisitRequest> change)
        {
            var request = Registration(CarePlatform.Wuhan, "bad", number);
            change(request);
            return His.Refusal(() => _his.Settlements.RegisterVisitAsync(request, cancellationToken: Cancellation).ResponseAsync);
        }
    }

    [Fact]
    public async Task Fees_that_cannot_be()
    {
        var person = await platform.Insure(102, "520100", "420100");
        await _his.Admit("bad-fees", person, "520100", "21", 100m);
        var facts = await Facts();

        (await Refused(line => line.AmountFen = -10_000)).ShouldBe("LINE_NOT_POSITIVE");
        (await Refused(line => line.Price = "-100")).ShouldBe("FIELD_INVALID");
        (await Refused(line => line.AmountFen = 10_001)).ShouldBe("LINE_AMOUNT_MISMATCH");
        (await Refused(line => line.Category = "15")).ShouldBe("CATEGORY_UNKNOWN");
        (await Refused(line => line.Category = "A1")).ShouldBe("CATEGORY_UNKNOWN");
        (await Refused(line => line.Code = "NOSUCHCODE")).ShouldBe("CODE_UNKNOWN");
        (await Refused(line => line.Date = "2023-02-30")).ShouldBe("FIELD_INVALID");

        (await Facts()).ShouldBe(facts);
        await Alive("after-fees", person);

        // Refused when they are sent, or when they are to be split: never settled.
        async Task<string> Refused(Action<FeeLine> change)
        {
            var line = _his.Line("2", CarePlatform.InScope, 100m);
            change(line);
            var upload = new UploadFeesRequest { InstitutionCode = CarePlatform.Wuhan, VisitId = "bad-fees", Lines = { line } };
            try
            {
                await _his.Settlements.UploadFeesAsync(upload, cancellationToken: Cancellation);
            }
            catch (RpcException refused)
            {
                return ErrorStatus.FromRpc(refused)!.Code;
            }

            facts++; // the lines themselves are kept until they are corrected
            var code = await His.Refusal(() => _his.Settlements.SettleAsync(_his.Terms("s-bad-fees", "bad-fees"), cancellationToken: Cancellation).ResponseAsync);
            await _his.Settlements.WithdrawFeesAsync(new WithdrawFeesRequest { InstitutionCode = CarePlatform.Wuhan, VisitId = "bad-fees", Serials = { "2" } }, cancellationToken: Cancellation);
            facts++;
            return code;
        }
    }

    [Fact]
    public async Task What_only_home_can_refuse_is_its_stored_outcome()
    {
        var person = await platform.Insure(103, "520100", "110000");
        await _his.Admit("elsewhere", person, "520100", "21", 100m);
        var refused = await _his.Settle("s-elsewhere", "elsewhere");
        refused.State.ShouldBe(SettlementState.Refused);
        refused.RefusalCode.ShouldBe("OUTSIDE_FILED_PLACE");
        await Refused("s-elsewhere", refused.RefusalCode);

        await Suspend(suspended: true);
        try
        {
            var other = await platform.Insure(104, "520200", "420100");
            await _his.Admit("suspended", other, "520200", "21", 100m, visit => visit.CareFrom = Timestamp.FromDateTimeOffset(platform.Now.AddHours(-1)));
            var suspended = await _his.Settle("s-suspended", "suspended");
            suspended.RefusalCode.ShouldBe("HOME_AREA_SUSPENDED");
            await Refused("s-suspended", suspended.RefusalCode);
        }
        finally
        {
            await Suspend(suspended: false);
        }
    }

    [Fact]
    public async Task Ten_megabytes_and_garbage()
    {
        var person = await platform.Insure(105, "520100", "420100");
        var facts = await Facts();
        var huge = new UploadFeesRequest { InstitutionCode = CarePlatform.Wuhan, VisitId = "bad", Lines = { new FeeLine { Serial = new string('9', 10 * 1024 * 1024) } } };

        // Whether the gateway or the service says so.
        (await His.Refusal(() => _his.Settlements.UploadFeesAsync(huge, cancellationToken: Cancellation).ResponseAsync)).ShouldBeOneOf("REQUEST_TOO_LARGE", "FIELD_INVALID");
        (await His.Refusal(() => Raw("UploadFees", [0xff, 0xff, 0xff, 0xff, 0x00, 0x12]))).ShouldBe("REQUEST_MALFORMED");
        (await His.Refusal(() => Raw("Settle", System.Text.Encoding.UTF8.GetBytes("{\"not\":\"protobuf\"}")))).ShouldBe("REQUEST_MALFORMED");

        (await Facts()).ShouldBe(facts);
        await Alive("after-garbage", person);

        async Task Raw(string method, byte[] bytes)
        {
            var marshaller = Marshallers.Create(static (byte[] sent) => sent, static received => received);
            using var call = _his.Invoker.AsyncUnaryCall(new Method<byte[], byte[]>(MethodType.Unary, "yibao.settlement.v1.Settlements", method, marshaller, marshaller), null, new CallOptions(cancellationToken: Cancellation), bytes);
            await call;
        }
    }

    [Fact]
    public async Task Forged_and_replayed_envelopes()
    {
        var person = await platform.Insure(106, "520100", "420100");
        await _his.Admit("forge", person, "520100", "21", 100m);
        var settled = await _his.Settle("s-forge", "forge");
        var intent = Sealed(await platform.Platform[Hubei, "settlement"].Services!.GetRequiredService<IWriteDoor>().Read(Yibao.Settlement.RoundTrip.TreatmentSettlement.Stream(settled.NationalId), Cancellation));
        var facts = await Facts();
        var atGuizhou = Door(Nation, Guizhou);

        // As signed: a repeat, answered as before.
        (await Handed(atGuizhou, intent with { Path = [Hubei, Nation] })).ShouldBe(SettlementKinds.Outcome);
        // Another amount under the same signature.
        (await Handed(atGuizhou, intent with { Payload = Altered(intent.Payload), Path = [Hubei, Nation] })).ShouldBe("SIGNATURE_INVALID");
        // Signed by somebody else in Hubei's name.
        (await Handed(atGuizhou, intent with { Id = "forged", Path = [Hubei, Nation] })).ShouldBe("SIGNATURE_INVALID");
        // By another way than the first time, handed over by the wrong neighbour, coming by twice.
        (await Handed(Door(Hubei, Guizhou), intent with { Path = [Hubei] })).ShouldBe("REPLAY");
        (await Handed(atGuizhou, intent with { Path = [Hubei] })).ShouldBe("HOP_MISMATCH");
        (await Handed(Door(Guizhou, Nation), intent with { Path = [Hubei, Nation, Guizhou] })).ShouldBeOneOf("ROUTE_LOOP", "REPLAY");
        // A kind that nobody handles, well signed.
        var unknown = platform.Platform[Nation, "settlement"].Services!.GetRequiredService<IEnvelopeSigner>().Sign(new AdminDivision("520100"), Guid.NewGuid().ToString("N"), platform.Now, "settlement.gift.v1", "{}"u8.ToArray());
        (await Handed(atGuizhou, unknown)).ShouldBe("MESSAGE_KIND_UNKNOWN");

        (await Facts()).ShouldBe(facts);
        await Alive("after-forgery", person);

        Envelope Sealed(Yibao.Settlement.RoundTrip.TreatmentSettlement state) => Yibao.Settlement.RoundTrip.Sealing.Restore(state.IntentSeal!, SettlementKinds.Intent, state.Request!);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var channel in _channels) channel.Dispose();
        return ValueTask.CompletedTask;
    }

    private RegisterVisitRequest Registration(string institution, string visit, string number) => new()
    {
        InstitutionCode = institution, VisitId = visit, CareType = "21", CareFrom = Timestamp.FromDateTimeOffset(platform.Now.AddDays(-3)), HomeArea = "520100", CredentialType = "02", CredentialValue = number, InpatientType = 1,
    };

    /// <summary>The refusal is stored on the whole path, and nothing else is.</summary>
    private async Task Refused(string ownId, string code)
    {
        var id = SettlementId.Of(CarePlatform.Wuhan, ownId);
        foreach (var (node, role) in ((string, string)[])[("420000", "treatment"), ("100000", "relay"), ("520000", "home")])
        {
            var facts = await platform.Facts(node, $"settlement/{id}/{role}");
            facts.Count.ShouldBe(role == "treatment" ? 2 : 1, $"{role} of {ownId}");
        }

        (await platform.Platform[Guizhou, "settlement"].Services!.GetRequiredService<IWriteDoor>().Read(Yibao.Settlement.RoundTrip.HomeSettlement.Stream(id), Cancellation)).Outcome!.Refusal!.Code.ShouldBe(code);
        (await His.Refusal(() => _his.Refund(ownId, ownId + "R"))).ShouldBe("SETTLEMENT_NOT_GRANTED");
    }

    private async Task Suspend(bool suspended)
    {
        var area = new AdminDivision("520200");
        var stream = PoolingArea.Stream(area);
        var door = platform.Platform[Guizhou, "filing"].Services!.GetRequiredService<IWriteDoor>();
        var since = platform.Now.AddDays(-2);
        (await door.Execute(new Command(new Actor("operator", Role.ProvinceOperator, Guizhou), "test", [stream], states => suspended
            ? PoolingAreaDecider.Suspend(area, since, "测试", platform.Now, states.Of(stream))
            : PoolingAreaDecider.Resume(area, platform.Now, platform.Now, states.Of(stream))), Cancellation)).OrThrow();
    }

    /// <summary>After all that a patient is settled as ever.</summary>
    private async Task Alive(string visit, InventedPerson person)
    {
        await _his.Admit(visit, person, "520100", "11", 40m);
        (await _his.Settle("s-" + visit, visit)).State.ShouldBe(SettlementState.Granted);
    }

    /// <summary>How many facts all settlement services of the tree hold; deliveries, fee details and what filing tells of institutions aside, which come when they come.</summary>
    private async Task<long> Facts()
    {
        var sum = 0L;
        foreach (var node in (AdminDivision[])[Nation, Hubei, Guizhou])
            sum += (await platform.Platform[node, "settlement"].Services!.GetRequiredService<IRows>().Query("select count(*) from mt_events where data->>'by' is null and stream_id not like '%details/%' and stream_id not like 'institution/%'", reader => reader.GetInt64(0))).Single();
        return sum;
    }

    private static ReadOnlyMemory<byte> Altered(ReadOnlyMemory<byte> payload)
    {
        var bytes = payload.ToArray();
        bytes[^2] ^= 1;
        return bytes;
    }

    private static async Task<string> Handed(NodeRelay.NodeRelayClient door, Envelope envelope)
    {
        try
        {
            return (await door.ExchangeAsync(envelope.ToWire(), cancellationToken: Cancellation)).Kind;
        }
        catch (RpcException refused)
        {
            return ErrorStatus.FromRpc(refused)?.Code ?? refused.Status.ToString();
        }
    }

    /// <summary>The door between nodes of one, as another knocks at it.</summary>
    private NodeRelay.NodeRelayClient Door(AdminDivision from, AdminDivision to)
    {
        var credentials = platform.Platform[from, "settlement"].Settings.Credentials!;
        var channel = GrpcChannel.ForAddress(platform.Platform[to, "settlement"].Grpc, new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                SslOptions = new SslClientAuthenticationOptions
                {
                    ClientCertificates = [credentials.Service],
                    RemoteCertificateValidationCallback = (_, shown, _, _) =>
                    {
                        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
                        chain.ChainPolicy.CustomTrustStore.AddRange(credentials.Roots);
                        return shown is X509Certificate2 certificate && chain.Build(certificate);
                    },
                },
            },
        });
        _channels.Add(channel);
        return new NodeRelay.NodeRelayClient(channel);
    }
}
