using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Yibao.Contracts.Nodes;
using Yibao.Hosting.Nodes;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Tests.Nodes;

public sealed class EnvelopeSignerTests
{
    private static readonly AdminDivision Hubei = new("420000");
    private static readonly AdminDivision Qinghai = new("630000");
    private static readonly DateTimeOffset Instant = new(2023, 3, 1, 9, 30, 0, TimeSpan.FromHours(8));

    public static TheoryData<bool> Algorithms => [false, true];

    [Theory, MemberData(nameof(Algorithms))]
    public void Another_node_believes_what_was_signed(bool sm2)
    {
        var (signer, other) = Pair(sm2);
        other.Verify(Signed(signer));
        // The way it took is not signed: relays add themselves.
        other.Verify(Signed(signer) with { Path = [Hubei, AdminDivision.National] });
    }

    [Theory, MemberData(nameof(Algorithms))]
    public void Whatever_is_altered_makes_the_signature_invalid(bool sm2)
    {
        var (signer, other) = Pair(sm2);
        var message = Signed(signer);
        var flipped = message.Signature.ToArray();
        flipped[^1] ^= 1;
        Envelope[] altered =
        [
            message with { From = Qinghai },
            message with { To = Hubei },
            message with { Id = "another" },
            message with { Instant = message.Instant.AddMicroseconds(1) },
            message with { Kind = "settlement.intent.v2" },
            message with { Payload = "{\"amount\":2}"u8.ToArray() },
            message with { KeyId = "unknown" },
            message with { Signature = flipped },
            message with { Signature = ReadOnlyMemory<byte>.Empty },
            message with { Signature = new byte[64] },
            message with { Signature = Encoding.UTF8.GetBytes("not a signature at all") },
        ];
        foreach (var one in altered) Should.Throw<RefusedException>(() => other.Verify(one)).Error.Definition.ShouldBe(SecurityErrors.SignatureInvalid);
    }

    [Theory, MemberData(nameof(Algorithms))]
    public void Many_threads_sign_and_verify_with_the_same_keys(bool sm2)
    {
        var (signer, other) = Pair(sm2);
        Parallel.For(0, 200, i => other.Verify(signer.Sign(Qinghai, $"m-{i}", Instant, "k", BitConverter.GetBytes(i))));
    }

    [Fact]
    public void What_is_signed_is_every_field_behind_its_length()
    {
        var envelope = new Envelope(Hubei, Qinghai, "结算/1", Instant, "settlement.intent.v1", "{}"u8.ToArray(), "key-1", new byte[64]);
        List<byte> byHand = [];
        Put("yibao.envelope.v1"u8);
        Put("420000"u8);
        Put("630000"u8);
        Put("结算/1"u8);
        var instant = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(instant, Instant.ToUnixTimeMilliseconds() * 1000);
        Put(instant);
        Put("settlement.intent.v1"u8);
        Put(SHA256.HashData("{}"u8));
        Put("key-1"u8);
        EnvelopeBytes.Canonical(envelope).ShouldBe(byHand);

        void Put(ReadOnlySpan<byte> field)
        {
            var length = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, field.Length);
            byHand.AddRange(length);
            byHand.AddRange(field);
        }
    }

    [Fact]
    public void A_node_cannot_sign_for_another()
    {
        var certificates = new DevelopmentCertificates();
        var (qinghai, other) = (Of(certificates, Qinghai), Of(certificates, Hubei));
        // Its own key and key id, but somebody else's name: even the issuing authority being the same does not help.
        var forged = qinghai.Sign(Qinghai, "x", Instant, "k", new byte[] { 1 }) with { From = Hubei };
        Should.Throw<RefusedException>(() => other.Verify(forged));
    }

    [Fact]
    public void A_key_of_another_authority_is_not_believed()
    {
        var (_, other) = Pair(false);
        Should.Throw<RefusedException>(() => other.Verify(Signed(Pair(false).Signer)));
    }

    [Fact]
    public void An_instant_is_signed_as_a_database_keeps_it()
    {
        var (signer, other) = Pair(false);
        var message = signer.Sign(Qinghai, "m", Instant.AddTicks(7), "k", new byte[] { 1 });
        message.Instant.Ticks.ShouldBe(message.Instant.Ticks / 10 * 10);
        other.Verify(message with { Instant = message.Instant.ToOffset(TimeSpan.Zero) });
        other.Verify(message with { Instant = message.Instant.ToOffset(TimeSpan.FromHours(8)) });
    }

    [Fact]
    public void Nothing_can_be_moved_from_one_field_into_the_next() =>
        Gen.Select(Gen.String[Gen.Char['a', 'c'], 1, 4], Gen.String[Gen.Char['a', 'c'], 1, 4], Gen.String[Gen.Char['a', 'c'], 1, 4], Gen.String[Gen.Char['a', 'c'], 1, 4])
            .Sample((id, kind, otherId, otherKind) =>
            {
                var one = EnvelopeBytes.Canonical(Unsigned(id, kind));
                var other = EnvelopeBytes.Canonical(Unsigned(otherId, otherKind));
                return one.AsSpan().SequenceEqual(other) == (id == otherId && kind == otherKind);
            });

    [Fact]
    public void An_envelope_survives_the_wire() =>
        Gen.Select(Gen.String[Gen.Char['!', '~'], 1, 40], Gen.Byte.Array[0, 200], Gen.Long[0, 4_000_000_000_000_000]).Sample((id, payload, microseconds) =>
        {
            var envelope = new Envelope(Hubei, Qinghai, id, DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds), "k.v1", payload, "key", payload) { Path = [Hubei, AdminDivision.National] };
            var back = envelope.ToWire().FromWire();
            return EnvelopeBytes.Digest(back).AsSpan().SequenceEqual(EnvelopeBytes.Digest(envelope)) && back.Signature.Span.SequenceEqual(payload) && back.Path.SequenceEqual(envelope.Path);
        });

    [Theory]
    [InlineData("42000", "m", "k", "from")]
    [InlineData("420000", "", "k", "id")]
    [InlineData("420000", "a b", "k", "id")]
    [InlineData("420000", "m", "", "kind")]
    public void What_is_no_envelope_is_refused(string from, string id, string kind, string field)
    {
        var wire = Unsigned("m", "k").ToWire();
        wire.From = from;
        wire.Id = id;
        wire.Kind = kind;
        Should.Throw<RefusedException>(() => wire.FromWire()).Error.Details[0].ShouldBe(field);
    }

    [Fact]
    public void Certificates_of_a_folder_are_those_that_were_written()
    {
        var folder = Directory.CreateTempSubdirectory("yibao-certificates-").FullName;
        try
        {
            foreach (var sm2 in new[] { false, true })
            {
                new DevelopmentCertificates { Sm2 = sm2 }.Write(folder, [Hubei, Qinghai], ["settlement"]);
                var hubei = NodeCredentials.FromFolder(Path.Combine(folder, Hubei.Code), "settlement");
                var qinghai = NodeCredentials.FromFolder(Path.Combine(folder, Qinghai.Code), "settlement");
                hubei.MustBeOf(Hubei, "settlement");
                Should.Throw<InvalidOperationException>(() => hubei.MustBeOf(Qinghai, "settlement"));
                new EnvelopeSigner(qinghai.Signing, new NodeTrust(qinghai)).Verify(Signed(new EnvelopeSigner(hubei.Signing, new NodeTrust(hubei))));
            }

            if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(Path.Combine(folder, Hubei.Code, "signing.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_signing_key_opens_no_connection_and_a_connections_key_signs_nothing()
    {
        var credentials = new DevelopmentCertificates().For(Hubei, "settlement", [Qinghai]);
        new NodeTrust(credentials).Peer(credentials.Signing!.Public.Certificate).ShouldBeNull();
        new NodeTrust(credentials).Peer(credentials.Service).ShouldBe(new CertificateIdentity(Hubei, "settlement"));
        Should.Throw<ArgumentException>(() => new VerifyingKey(credentials.Service));
    }

    [Fact]
    public void Replay_is_refused_and_a_repeat_is_not()
    {
        var guard = new ReplayGuard(capacity: 2);
        var message = Unsigned("m", "k");
        guard.Admit(message, Hubei);
        guard.Admit(message with { Path = [Hubei] }, Hubei);
        Should.Throw<RefusedException>(() => guard.Admit(message with { Payload = new byte[] { 9 } }, Hubei)).Error.Code.ShouldBe("REPLAY");
        // Caught on its way and handed in by somebody else.
        Should.Throw<RefusedException>(() => guard.Admit(message, Qinghai)).Error.Code.ShouldBe("REPLAY");
        guard.Admit(message with { From = Qinghai }, Qinghai);
        guard.Admit(Unsigned("m2", "k"), Hubei);
        // Pushed out by newer ones: from here on the handler's stream is the authority.
        guard.Admit(message with { Payload = new byte[] { 9 } }, Hubei);
    }

    private static (EnvelopeSigner Signer, EnvelopeSigner Other) Pair(bool sm2)
    {
        var certificates = new DevelopmentCertificates { Sm2 = sm2 };
        return (Of(certificates, Hubei), Of(certificates, Qinghai));
    }

    private static EnvelopeSigner Of(DevelopmentCertificates certificates, AdminDivision node)
    {
        var credentials = certificates.For(node, "settlement", [Hubei, Qinghai]);
        return new EnvelopeSigner(credentials.Signing, new NodeTrust(credentials));
    }

    private static Envelope Signed(EnvelopeSigner signer) => signer.Sign(Qinghai, "m-1", Instant, "settlement.intent.v1", "{\"amount\":1}"u8.ToArray());

    private static Envelope Unsigned(string id, string kind) => new(Hubei, Qinghai, id, Instant.ToUniversalTime(), kind, new byte[] { 1, 2, 3 }, "key", ReadOnlyMemory<byte>.Empty);
}
