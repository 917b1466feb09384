using System.Text.Json;
using System.Text.Json.Serialization;
using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.RoundTrip;

/// <summary>
/// Makes and opens the envelopes of the round trip. Payloads are UTF-8 JSON in one fixed form — declared order, nulls left out —
/// so that a stored record gives the signed bytes again; fields are only ever added, optional and at the end.
/// </summary>
public sealed class Sealing(IEnvelopeSigner signer)
{
    /// <summary>The fixed form.</summary>
    public static JsonSerializerOptions Form { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // What follows from other fields does not travel.
        IgnoreReadOnlyProperties = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Databases and wires keep no finer instants than microseconds: neither does anything that is signed.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset instant) => new(instant.UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);

    public Envelope Make<T>(AdminDivision to, string id, DateTimeOffset instant, string kind, T payload) =>
        signer.Sign(to, id, instant, kind, JsonSerializer.SerializeToUtf8Bytes(payload, Form));

    public Seal Seal<T>(AdminDivision to, string id, DateTimeOffset instant, string kind, T payload) => SealOf(Make(to, id, instant, kind, payload));

    /// <summary>Like <see cref="Seal"/>, with the envelope kept.</summary>
    public Signed Sign<T>(AdminDivision to, string id, DateTimeOffset instant, string kind, T payload)
    {
        var envelope = Make(to, id, instant, kind, payload);
        return new Signed(envelope, SealOf(envelope));
    }

    public static Seal SealOf(Envelope envelope) =>
        new(envelope.From, envelope.To, envelope.Id, envelope.Instant, envelope.KeyId, Convert.ToBase64String(envelope.Signature.Span));

    /// <summary>The envelope that was signed, from what is stored; its path begins with its signer.</summary>
    /// <param name="signed">What was signed a moment ago, if anything was: where the stored seal is its seal, it is that envelope and need not be written a second time.</param>
    public static Envelope Restore<T>(Seal seal, string kind, T payload, Signed? signed) =>
        signed is not null && signed.Seal == seal ? signed.Envelope : Restore(seal, kind, payload);

    /// <summary>The envelope that was signed, from what is stored; its path begins with its signer.</summary>
    public static Envelope Restore<T>(Seal seal, string kind, T payload) => new(seal.From, seal.To, seal.Id, seal.Instant, kind,
        JsonSerializer.SerializeToUtf8Bytes(payload, Form), seal.KeyId, Convert.FromBase64String(seal.Signature))
    {
        Path = [seal.From],
    };

    /// <exception cref="Yibao.Kernel.Errors.RefusedException"><c>SIGNATURE_INVALID</c>.</exception>
    public void Verify(Envelope envelope) => signer.Verify(envelope);

    /// <exception cref="Yibao.Kernel.Errors.RefusedException"><c>FIELD_INVALID</c>: not what its kind says.</exception>
    public static T Read<T>(Envelope envelope) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(envelope.Payload.Span, Form)
                ?? throw Kernel.Errors.SystemErrors.FieldInvalid.With("payload", envelope.Kind).AsException();
        }
        catch (JsonException)
        {
            throw Kernel.Errors.SystemErrors.FieldInvalid.With("payload", envelope.Kind).AsException();
        }
    }

    /// <summary>The ids of envelopes: one per signer and message, so that a repeat is recognised and nothing else is mistaken for it.</summary>
    public static string IntentId(string settlementId) => $"{settlementId}/intent";

    public static string TrialId(string requestHash) => $"{requestHash}/trial";

    public static string ReversalId(string negativeId) => $"{negativeId}/reversal";

    public static string OutcomeId(SettlementOutcome outcome) => outcome.Number == 1 ? $"{outcome.SettlementId}/outcome-1" : $"{outcome.SettlementId}/outcome-2";

    public static string DenialId(string negativeId) => $"{negativeId}/denial";
}
