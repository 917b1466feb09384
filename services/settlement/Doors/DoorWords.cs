using System.Globalization;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.Doors;

/// <summary>Fields of requests, read the same way at every door.</summary>
internal static class DoorWords
{
    private const int Most = 500;

    /// <exception cref="RefusedException"><c>FIELD_INVALID</c>.</exception>
    public static AdminDivision Area(string text, string field) =>
        AdminDivision.TryParse(text, out var area) ? area : throw SystemErrors.FieldInvalid.With(field, "须为六位医保区划").AsException();

    public static AdminDivision? AreaOrNone(string text) => AdminDivision.TryParse(text, out var area) ? area : null;

    /// <summary>The pooling areas of a place: itself, or all below a province.</summary>
    /// <exception cref="RefusedException"><c>AREA_UNKNOWN</c>.</exception>
    public static IReadOnlyList<AdminDivision> Below(NodeMap map, AdminDivision area) =>
        map.Knows(area) ? [.. map.Subtree(area).Where(place => place.IsPoolingArea).Select(place => place.Code)] : throw PlaceErrors.AreaUnknown.With(area).AsException();

    /// <exception cref="RefusedException"><c>FIELD_INVALID</c>.</exception>
    public static T Of<T>(string text, string field) where T : struct, Enum =>
        Enum.TryParse<T>(text, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0]) ? value : throw SystemErrors.FieldInvalid.With(field, string.Join("、", Enum.GetNames<T>())).AsException();

    /// <exception cref="RefusedException"><c>FIELD_INVALID</c>.</exception>
    public static DateOnly Day(string text, string field) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw SystemErrors.FieldInvalid.With(field, "yyyy-MM-dd").AsException();

    /// <summary>The first day of a month.</summary>
    /// <exception cref="RefusedException"><c>FIELD_INVALID</c>.</exception>
    public static DateOnly Month(string text, string field) =>
        DateOnly.TryParseExact(text + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first) ? first : throw SystemErrors.FieldInvalid.With(field, "yyyy-MM").AsException();

    public static int Limit(int asked) => asked is > 0 and <= Most ? asked : 100;

    public static string Iso(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";
}
