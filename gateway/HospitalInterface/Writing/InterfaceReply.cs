using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.HospitalInterface.Writing;

/// <summary>A reply of the national interface, written strictly: infcode a number, amounts numbers with two decimals, empty text "".</summary>
public static class InterfaceReply
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>infcode 0 with its output nodes.</summary>
    public static byte[] Success(ReplyStamp stamp, JsonObject output) => Write(0, "success", stamp, output);

    /// <summary>infcode -1: the catalogue's code, sentence and next step; no output.</summary>
    /// <param name="clean">Last word on the sentence: takes out what must not be repeated.</param>
    public static byte[] Failure(ReplyStamp stamp, Error error, Func<string, string>? clean = null)
    {
        ArgumentNullException.ThrowIfNull(error);
        return Write(-1, Shorten($"[{error.Code}]{(clean ?? (text => text))($"{error.Message}。{error.NextStep}")}"), stamp, null);
    }

    private static byte[] Write(int infcode, string message, ReplyStamp stamp, JsonObject? output)
    {
        var reply = new JsonObject
        {
            ["infcode"] = infcode,
            ["inf_refmsgid"] = stamp.Answered ?? stamp.MessageId,
            ["refmsg_time"] = Time(stamp.ReceivedAt),
            ["respond_time"] = Time(stamp.AnsweredAt),
            ["err_msg"] = message,
            ["output"] = output,
        };
        return JsonSerializer.SerializeToUtf8Bytes(reply, Plain);
    }

    /// <summary>err_msg holds 200 characters.</summary>
    private static string Shorten(string text) => text.Length <= 200 ? text : text[..199] + "…";

    private static string Time(DateTimeOffset instant) => instant.ToOffset(TimeSpan.FromHours(8)).ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture);
}

/// <summary>What identifies a reply.</summary>
/// <param name="Receiver">The answering area; the reply's id starts with it.</param>
/// <param name="Serial">Ten digits, unique per receiver and second.</param>
public sealed record ReplyStamp(AdminDivision Receiver, DateTimeOffset ReceivedAt, DateTimeOffset AnsweredAt, long Serial)
{
    /// <summary>The id of an earlier answer that is given once more; null: this one's own.</summary>
    public string? Answered { get; init; }

    /// <summary>接收方报文ID (inf_refmsgid): receiver(6) + yyyyMMddHHmmss(14) + serial(10).</summary>
    public string MessageId =>
        Receiver.Code + ReceivedAt.ToOffset(TimeSpan.FromHours(8)).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture) + (Serial % 10_000_000_000).ToString("0000000000", CultureInfo.InvariantCulture);
}
