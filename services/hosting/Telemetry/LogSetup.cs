using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Yibao.Hosting.Telemetry;

/// <summary>How hosts log: to standard output, through <see cref="LineFormatter"/> and nothing else.</summary>
internal static class LogSetup
{
    public static void AddLines(this ILoggingBuilder logging, ServiceSettings settings)
    {
        logging.SetMinimumLevel(settings.LogLevel)
            .AddFilter("Microsoft", Least(LogLevel.Warning, settings.LogLevel))
            .AddFilter("System", Least(LogLevel.Warning, settings.LogLevel))
            .AddFilter("Grpc", Least(LogLevel.Warning, settings.LogLevel))
            .AddFilter("MassTransit", Least(LogLevel.Warning, settings.LogLevel))
            .AddFilter("Npgsql", Least(LogLevel.Warning, settings.LogLevel));
        logging.AddConsole(options =>
        {
            options.FormatterName = LineFormatter.FormatterName;
            // Where hosts run inside a command, stdout is that command's answer.
            options.LogToStandardErrorThreshold = LogLevel.Trace;
        }).AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
    }

    private static LogLevel Least(LogLevel wanted, LogLevel setting) => setting > wanted ? setting : wanted;
}
