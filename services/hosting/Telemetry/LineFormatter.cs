using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Yibao.Hosting.Telemetry;

/// <summary>One line per log entry, JSON for machines or plain for people, and no identity in either.</summary>
internal sealed class LineFormatter(ServiceSettings settings) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "yibao";

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _host = $"{settings.Node.Code}/{settings.Service}";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        ArgumentNullException.ThrowIfNull(textWriter);
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var line = settings.Development
            ? Plain(logEntry.LogLevel, logEntry.Category, logEntry.EventId.Id, message, logEntry.Exception)
            : AsJson(logEntry.LogLevel, logEntry.Category, logEntry.EventId.Id, message, logEntry.State, logEntry.Exception);
        // Last and over everything, whatever put it there.
        textWriter.WriteLine(Scrubber.Clean(line));
    }

    private string Plain(LogLevel level, string category, int id, string message, Exception? failure)
    {
        var text = new StringBuilder(160)
            .Append(TimeProvider.System.GetUtcNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)).Append(' ')
            .Append(Short(level)).Append(' ').Append(_host).Append(' ').Append(category).Append('[').Append(id).Append("] ").Append(message);
        if (failure is not null) text.AppendLine().Append(failure);
        return text.ToString();
    }

    // The instant of a log line is the machine's, even where the business runs on a virtual clock.
    private string AsJson(LogLevel level, string category, int id, string message, object? state, Exception? failure)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            json.WriteString("at", TimeProvider.System.GetUtcNow());
            json.WriteString("level", Short(level));
            json.WriteString("host", _host);
            json.WriteString("category", category);
            json.WriteNumber("event", id);
            if (Activity.Current is { } activity) json.WriteString("trace", activity.TraceId.ToHexString());
            json.WriteString("message", message);
            if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                foreach (var (name, value) in values)
                {
                    // By its own text, never taken apart: a type that prints masked stays masked.
                    if (name != "{OriginalFormat}") json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                }
            }

            if (failure is not null) json.WriteString("failure", failure.ToString());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Short(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        LogLevel.Critical => "crit",
        LogLevel.None => "none",
    };
}
