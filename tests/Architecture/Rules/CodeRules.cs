namespace Yibao.Architecture.Tests.Rules;

/// <summary>What must not stand in code.</summary>
internal static class CodeRules
{
    // Measurements are no money: how often is traced, how long a hop took.
    private static readonly string[] MayMeasure =
    [
        "services/hosting/Telemetry/", "services/hosting/ServiceSettings.cs", "services/hosting/Hosts/SettingsReader.cs",
        "infra/", "tests/",
    ];

    public static IEnumerable<string> Clock(IEnumerable<SourceFile> code) =>
        code.SelectMany(file => file.Find(Patterns.Clock(), "time comes from TimeProvider or from the command"));

    public static IEnumerable<string> BinaryFractions(IEnumerable<SourceFile> code) => code
        .Where(file => !MayMeasure.Any(place => file.Path.StartsWith(place, StringComparison.Ordinal)))
        .SelectMany(file => file.Find(Patterns.BinaryFraction(), "money is Money, ratios are decimal"));

    public static IEnumerable<string> BinaryFractionsOnTheWire(IEnumerable<SourceFile> protos) =>
        protos.SelectMany(file => file.Find(Patterns.BinaryFractionOnTheWire(), "amounts are int64 fen"));

    public static IEnumerable<string> Unfinished(IEnumerable<SourceFile> code) => code.SelectMany(file => file.Find(Patterns.Unfinished(), "unfinished, or a sleep")
        .Concat(Patterns.SwallowedException().Matches(file.Text).Select(_ => $"{file.Path}: an exception is swallowed without a word"))
        .Concat(file.Text.Split('\n').Where(line => Patterns.Reminder().IsMatch(line)).Select(line => $"{file.Path}: a reminder instead of the work: {line.Trim()}")));

    // Faults of the program itself: a door answers them with INTERNAL and a trace id, and the log has the rest.
    private static readonly HashSet<string> Faults = new(StringComparer.Ordinal)
    {
        "InvalidOperationException", "ArgumentException", "ArgumentNullException", "ArgumentOutOfRangeException", "UnreachableException", "ObjectDisposedException", "NotSupportedException",
        // What is read when a host starts, or by whoever calls and words it: data files, stored bytes, keys.
        "FormatException", "InvalidDataException", "JsonException", "CryptographicException", "AuthenticationTagMismatchException", "WrongRowException", "PartlyHandledException",
    };

    /// <summary>OPS-001: what a caller is told has a code of the catalogue; a refusal in any other shape would reach him without one.</summary>
    public static IEnumerable<string> WithoutCode(IEnumerable<SourceFile> code) => code
        .Where(file => file.Under("services", "gateway", "contracts"))
        .SelectMany(file => Patterns.Thrown().Matches(file.Code).Select(thrown => thrown.Groups["type"].Value.Split('.')[^1])
            .Where(type => type != "RefusedException" && !Faults.Contains(type)).Select(type => $"{file.Path}: {type} has no code of the catalogue: throw an ErrorDefinition's error instead")
            // Hosting is where the catalogue's errors become statuses.
            .Concat(file.Under("services/hosting") ? [] : file.Find(Patterns.BareAnswer(), "an answer without a code of the catalogue: throw an ErrorDefinition's error instead")))
        .Concat(code.Where(file => file.Under("services", "gateway", "contracts") && !file.Under("services/kernel")).SelectMany(file => file.Find(Patterns.OwnException(), "an exception of its own has no code of the catalogue")));

    public static IEnumerable<string> FileScopedNamespaces(IEnumerable<SourceFile> code) =>
        code.Where(file => Patterns.BlockNamespace().IsMatch(file.Code)).Select(file => $"{file.Path}: a file has one namespace, and it is file-scoped");

    /// <param name="tests">Test code.</param>
    /// <param name="rows">The ids of the requirements catalogue; null where it is not at hand: then only their shape is checked.</param>
    public static IEnumerable<string> Covers(IEnumerable<SourceFile> tests, IReadOnlySet<string>? rows) =>
        from file in tests
        from mention in Patterns.Covers().Matches(file.Text)
        from quoted in Patterns.QuotedRow().Matches(mention.Groups[2].Value)
        let row = quoted.Groups[1].Value
        where !Patterns.Row().IsMatch(row) || rows?.Contains(row) == false
        select $"{file.Path}: there is no row {row}";
}
