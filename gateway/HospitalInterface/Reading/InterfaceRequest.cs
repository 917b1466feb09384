using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Yibao.Kernel.Errors;

namespace Yibao.HospitalInterface.Reading;

/// <summary>A request of the national interface (报文), read as leniently as the HIS in the field need it.</summary>
/// <param name="Infno">交易编号 (infno).</param>
/// <param name="MessageId">发送方报文ID (msgid): the idempotency key.</param>
/// <param name="TreatmentArea">就医地医保区划 (mdtrtarea_admvs); empty when not sent.</param>
/// <param name="HomeArea">参保地医保区划 (insuplc_admdvs); empty: local.</param>
/// <param name="Institution">定点医药机构编号 (fixmedins_code).</param>
/// <param name="InstitutionName">定点医药机构名称 (fixmedins_name); empty when not sent.</param>
/// <param name="Operator">经办人 (opter).</param>
/// <param name="SentAt">交易时间 (inf_time), as sent.</param>
/// <param name="Input">交易输入, by node.</param>
public sealed record InterfaceRequest(
    string Infno, string MessageId, string TreatmentArea, string HomeArea, string Institution, string InstitutionName, string Operator, string SentAt, InputNodes Input)
{
    /// <summary>经办人类别 (opter_type): 1 窗口, 2 自助终端, 3 移动终端; empty when not sent.</summary>
    public string OperatorType { get; init; } = "";

    /// <summary>Deeper nesting than any transaction has.</summary>
    public const int MaxDepth = 32;

    private static readonly JsonDocumentOptions Lenient = new() { MaxDepth = MaxDepth, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, AllowDuplicateProperties = false };

    /// <summary>Reads UTF-8 JSON, with or without a byte order mark, whatever the content type said.</summary>
    /// <exception cref="RefusedException"><c>MESSAGE_NOT_UTF8</c>, <c>MESSAGE_NOT_JSON</c>, <c>MESSAGE_TOO_DEEP</c>, <c>FIELD_MISSING</c>.</exception>
    public static InterfaceRequest Read(ReadOnlyMemory<byte> message)
    {
        if (message.Span.StartsWith("\uFEFF"u8)) message = message[3..];
        var envelope = new InputNode("", Parse(message) as JsonObject ?? throw InterfaceErrors.NotJson.With(1, 1).AsException());
        return new InterfaceRequest(
            Required(envelope, "infno", "交易编号"),
            Required(envelope, "msgid", "发送方报文ID"),
            envelope.Text("mdtrtarea_admvs") ?? "",
            envelope.Text("insuplc_admdvs") ?? "",
            Required(envelope, "fixmedins_code", "定点医药机构编号"),
            envelope.Text("fixmedins_name") ?? "",
            envelope.Text("opter") ?? "",
            envelope.Text("inf_time") ?? "",
            new InputNodes(InputOf(envelope)))
        {
            OperatorType = envelope.Text("opter_type") ?? "",
        };
    }

    private static JsonNode? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            // Text is only looked at when it is asked for: here, all of it, so that nothing further on meets half a character.
            return Utf8.IsValid(json.Span) && JsonNode.Parse(json.Span, documentOptions: Lenient) is var message && IsText(message) ? message : throw InterfaceErrors.NotText.With().AsException();
        }
        catch (InvalidOperationException)
        {
            // The name of a field with half of a pair in it.
            throw InterfaceErrors.NotText.With().AsException();
        }
        catch (JsonException e)
        {
            // The parser's own message can quote the content, and the content can be an identity: only the place is told.
            throw (e.Message.Contains("maximum configured depth", StringComparison.OrdinalIgnoreCase)
                ? InterfaceErrors.TooDeep.With(MaxDepth)
                : InterfaceErrors.NotJson.With(e.LineNumber + 1, e.BytePositionInLine + 1)).AsException();
        }
    }

    private static bool IsText(JsonNode? node)
    {
        try
        {
            return node switch
            {
                JsonObject fields => fields.All(field => IsText(field.Value)),
                JsonArray rows => rows.All(IsText),
                JsonValue value when value.GetValueKind() == JsonValueKind.String => !value.GetValue<string>().Contains('\0', StringComparison.Ordinal),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            // An escape that is half of a pair is no text.
            return false;
        }
    }

    /// <summary>Some clients send the input as a JSON string (seen in Jiangxi).</summary>
    private static JsonObject InputOf(InputNode envelope) => envelope.Raw("input") switch
    {
        JsonObject nodes => nodes,
        JsonValue text when text.TryGetValue<string>(out var json) && json.Length > 0 =>
            Parse(System.Text.Encoding.UTF8.GetBytes(json)) as JsonObject ?? throw SystemErrors.FieldInvalid.With("交易输入（input）", "不是对象").AsException(),
        _ => throw SystemErrors.FieldMissing.With("交易输入（input）").AsException(),
    };

    private static string Required(InputNode envelope, string code, string name) =>
        envelope.Text(code) ?? throw SystemErrors.FieldMissing.With($"{name}（{code}）").AsException();
}
