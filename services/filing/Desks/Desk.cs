using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Desks;

/// <summary>What every desk of this service reads from a request, in one way and with one set of errors.</summary>
internal static class Desk
{
    public static AdminDivision Area(string code, string field) =>
        AdminDivision.TryParse(code, out var area) ? area : throw SystemErrors.FieldInvalid.With(field, "须为六位医保区划").AsException();

    public static InsuranceType Insurance(string code) => code switch
    {
        "310" => InsuranceType.Employee,
        "390" => InsuranceType.Resident,
        _ => throw PolicyErrors.InsuranceTypeUnsupported.With(code).AsException(),
    };

    public static PersonKey Person(string key) => PersonKey.TryParse(key, out var person) ? person : throw SystemErrors.FieldInvalid.With("person_key", "不是参保人标识").AsException();

    public static DateOnly Day(string text, string field) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day
        : throw SystemErrors.FieldInvalid.With(field, "须写作 2023-01-01").AsException();

    public static DateOnly? DayOrNone(string text, string field) => string.IsNullOrEmpty(text) ? null : Day(text, field);

    public static DateTimeOffset Instant(Timestamp? at, string field) => at?.ToDateTimeOffset() ?? throw SystemErrors.FieldMissing.With(field).AsException();

    public static string Need(string text, string field) => string.IsNullOrWhiteSpace(text) ? throw SystemErrors.FieldMissing.With(field).AsException() : text;

    public static string Word<T>(T value) where T : struct, System.Enum =>
        string.Concat(value.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));

    public static T Of<T>(string word, string field) where T : struct, System.Enum
    {
        foreach (var value in System.Enum.GetValues<T>())
        {
            if (Word(value) == word) return value;
        }

        throw SystemErrors.FieldInvalid.With(field, string.Join("、", System.Enum.GetValues<T>().Select(value => Word(value)))).AsException();
    }

    /// <summary>Instants that are stored are no finer than the database keeps them.</summary>
    public static DateTimeOffset Now(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return new DateTimeOffset(now.UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero).InBeijing();
    }

    /// <summary>The actor with the reason that an override needs.</summary>
    public static Actor Because(this Actor actor, string? reason) => string.IsNullOrWhiteSpace(reason) ? actor : actor with { Reason = reason };

    /// <summary>The area must be one that this node answers for; the agency that acts must have it in its subtree.</summary>
    public static AdminDivision Hosted(this AdminDivision area, NodeRegistry registry, ServiceSettings settings, ICurrentActor current, DateTimeOffset at)
    {
        var map = registry.At(at);
        _ = map.Area(area);
        if (map.HostOf(area) != settings.Node) throw FilingErrors.AreaNotHosted.With(area).AsException();
        current.MustSee(area);
        return area;
    }
}
