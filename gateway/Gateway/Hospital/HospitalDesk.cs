using System.Text.Json.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Gateway.Hospital.Messages;
using Yibao.HospitalInterface.Fields;
using Yibao.HospitalInterface.Mapping;
using Yibao.HospitalInterface.Reading;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Gateway.Hospital;

/// <summary>An answer on its way to the HIS.</summary>
/// <param name="Reference">接收方报文ID (inf_refmsgid): that of the first answer, if the message came before.</param>
public sealed record DeskAnswer(string Reference, JsonObject Output)
{
    public KeptFile? File { get; init; }
}

/// <summary>Carries out a message of an institution that is known: checks the fields, recognises a repeat, finds the transaction, acts in the institution's name.</summary>
public sealed class HospitalDesk(IEnumerable<ITransaction> transactions, KeptMessages messages, ICurrentActor current)
{
    /// <summary>msgid has thirty characters.</summary>
    private const int MessageIdLength = 30;

    // 2206A and 2207A are seen with the same body as their plain numbers.
    private static readonly Dictionary<string, string> SameAs = new(StringComparer.Ordinal) { ["2206A"] = "2206", ["2207A"] = "2207", ["4101A"] = "4101" };

    private readonly Dictionary<string, ITransaction> _transactions = transactions.ToDictionary(transaction => transaction.Infno, StringComparer.Ordinal);
    private readonly MessageGate _gate = new();

    /// <param name="reference">接收方报文ID for the answer of a new message.</param>
    /// <exception cref="RefusedException">Everything that is wrong with it.</exception>
    public async Task<DeskAnswer> Handle(InterfaceRequest request, HospitalAccount account, string reference, DateTimeOffset received, CancellationToken cancellation)
    {
        if (request.Institution != account.Institution) throw GatewayErrors.WrongInstitution.With().AsException();
        CheckEnvelope(request);
        if (SameAs.TryGetValue(request.Infno, out var plain)) request = request with { Infno = plain };
        Validation.Check(request);
        if (!_transactions.TryGetValue(request.Infno, out var transaction)) throw InterfaceErrors.UnknownTransaction.With(request.Infno).AsException();
        var actor = new Actor(account.AccessKey, Role.Institution, account.Area, account.Institution);
        using (current.Act(actor, current.Correlation))
        using (await _gate.Enter(account.Institution, request.MessageId, cancellation))
        {
            var answer = await Once(request, transaction, account, new KeptMessage(request.Infno, MessageContent.Digest(request, account.SecretKey), reference, received, null, null, null), cancellation);
            PersonEcho.Fill(answer.Output, request.Input, received.BusinessDate());
            return answer;
        }
    }

    private async Task<DeskAnswer> Once(InterfaceRequest request, ITransaction transaction, HospitalAccount account, KeptMessage message, CancellationToken cancellation)
    {
        var (institution, id) = (account.Institution, request.MessageId);
        if (await messages.Claim(institution, id, message.Infno, message.Hash, message.Reference, message.ReceivedAt) is { } known)
        {
            if (known.WithdrawnBy is not null) throw InterfaceErrors.MessageReversed.With(id).AsException();
            if (known.Infno != message.Infno || known.Hash != message.Hash) throw InterfaceErrors.MessageReused.With(id).AsException();
            // A file is made of what is stored, so it is the same again; everything else is answered as it was.
            if (known.Output is { } output && transaction.Infno != Transactions.FileDownload.Number) return new DeskAnswer(known.Reference, (JsonObject)JsonNode.Parse(output)!);
            message = known;
        }

        TransactionOutput answered;
        try
        {
            answered = await transaction.Run(new HospitalCall(request, institution, account.Area, message.Reference, message.ReceivedAt), cancellation);
        }
        catch (RefusedException refused)
        {
            // Unless the outcome is open, nothing happened under this id.
            if (!refused.Error.Definition.Transient) await messages.Release(institution, id);
            throw InChinese(refused.Error, request.Infno).AsException();
        }

        if (answered.File is { } file) return new DeskAnswer(message.Reference, answered.Output) { File = file };
        var kept = await messages.Answer(institution, id, message with { Output = answered.Output.ToJsonString(), Subject = answered.Subject });
        return new DeskAnswer(kept.Reference, (JsonObject)JsonNode.Parse(kept.Output!)!);
    }

    private static void CheckEnvelope(InterfaceRequest request)
    {
        if (request.MessageId.Length > MessageIdLength || !SettlementId.IsWellFormed(request.MessageId)) throw SystemErrors.FieldInvalid.With("发送方报文ID（msgid）", "最多 30 位字母、数字、点、横线或下划线").AsException();
        if (request.TreatmentArea.Length > 0 && !AdminDivision.TryParse(request.TreatmentArea, out _)) throw SystemErrors.FieldInvalid.With("就医地医保区划（mdtrtarea_admvs）", "须为六位医保区划").AsException();
        if (request.HomeArea.Length > 0 && !AdminDivision.TryParse(request.HomeArea, out _)) throw SystemErrors.FieldInvalid.With("参保地医保区划（insuplc_admdvs）", "须为六位医保区划").AsException();
    }

    /// <summary>A service names a field by its code; here it gets its Chinese name, as the tables have it.</summary>
    private static Error InChinese(Error error, string infno) =>
        (error.Code == SystemErrors.FieldInvalid.Code || error.Code == SystemErrors.FieldMissing.Code) && error.Details.Count > 0
        && FieldTable.Input(infno).FirstOrDefault(field => field.Code == error.Details[0]) is { } field
            ? error with { Details = [$"{field.Name}（{field.Code}）", .. error.Details.Skip(1)] }
            : error;
}
