using CsCheck;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Persons;
using Yibao.Hosting.Telemetry;
using Yibao.Hosting.Tests.Identity;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Persons;

namespace Yibao.Hosting.Tests.Telemetry;

public sealed class ScrubberTests
{
    private static readonly InventedPerson Somebody = InventedPerson.Number(4711);

    [Fact]
    public void No_identity_number_passes_whatever_stands_around_it() =>
        Gen.Select(Gen.Int[0, 9_999_999], Gen.String[Gen.Char["abcXYZ 张，：:/=\"'(){}[]-_.\n"], 0, 20], Gen.String[Gen.Char["abcXYZ 张，：:/=\"'(){}[]-_.\n"], 1, 20])
            .Sample((number, before, after) =>
            {
                var person = InventedPerson.Number(number);
                var clean = Scrubber.Clean($"{before}{person.Id.Reveal()}{after}{person.Phone}{before}");
                return !clean.Contains(person.Id.Reveal(), StringComparison.Ordinal) && !clean.Contains(person.Phone, StringComparison.Ordinal);
            });

    [Theory]
    [InlineData("", "")]
    [InlineData("fund_pay_sumamt 1208000, balc 300", "fund_pay_sumamt 1208000, balc 300")]
    [InlineData("msgid H42000000001202303010930000001", "msgid H42000000001202303010930000001")]
    [InlineData("trace 4bf92f3577b34da6a3ce929d0e0e4736", "trace 4bf92f3577b34da6a3ce929d0e0e4736")]
    [InlineData("node 632800, 2023-03-01T09:30:00.0000000Z", "node 632800, 2023-03-01T09:30:00.0000000Z")]
    [InlineData("tel 13800138000!", "tel [手机号]!")]
    [InlineData("tel +8613800138000", "tel +[手机号]")]
    [InlineData("Host=db;Username=platform;Password=s3cret;Timeout=5", "Host=db;Username=platform;Password=[密码];Timeout=5")]
    [InlineData("amqp://filing:s3cret@broker:5672/420000", "amqp://[密码]@broker:5672/420000")]
    public void The_rest_stays_readable(string text, string clean) => Scrubber.Clean(text).ShouldBe(clean);

    [Fact]
    public void No_token_passes()
    {
        var token = Doors.Issuer.Issue(new TokenOf("operator", Doors.Haixi, Role.CityOperator));
        Scrubber.Clean($"Authorization: Bearer {token}, refused").ShouldBe("Authorization: Bearer [凭证], refused");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_log_line_cannot_hold_an_identity(bool development)
    {
        var settings = Doors.Settings(Doors.Haixi) with { Development = development };
        var secrets = new[] { Somebody.Id.Reveal(), Somebody.Phone, Somebody.Name };
        var identity = new PersonIdentity(new IdentityDocument("01", Somebody.Id.Reveal()), Somebody.Name, Somebody.Phone);

        // As a masked type, and as text that a library brought in: message, structured value, exception.
        var masked = Line(settings, logger => logger.Log(LogLevel.Error, "seen {Person}, {Id}", identity, Somebody.Id));
        foreach (var secret in secrets) masked.ShouldNotContain(secret);

        var raw = Line(settings, logger => logger.Log(
            LogLevel.Error, new InvalidOperationException($"duplicate key (certno)=({Somebody.Id.Reveal()})", new IOException(Somebody.Phone)), "value {Value}", $"tel={Somebody.Phone}"));
        foreach (var secret in secrets[..2]) raw.ShouldNotContain(secret);
        raw.ShouldContain("[身份证号]");
        raw.ShouldContain("[手机号]");
        raw.ShouldContain("632800/filing");
    }

    private static string Line(ServiceSettings settings, Action<ILogger> log)
    {
        using var writer = new StringWriter();
        log(new FormatterLogger(new LineFormatter(settings), writer));
        return writer.ToString();
    }

    private sealed class FormatterLogger(LineFormatter formatter, TextWriter writer) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter1) =>
            formatter.Write(new LogEntry<TState>(logLevel, "test", eventId, state, exception, formatter1), null, writer);
    }
}
