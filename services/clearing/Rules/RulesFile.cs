using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Rules;

/// <summary>One file of rules as written; what it leaves out comes from the nation's.</summary>
internal sealed class RulesFile
{
    private static readonly string[] Header = ["area", "from", "document", "mark"];

    private MismatchOwner? _owner;
    private int? _monthCloseDay;
    private int? _fixWorkingDays;
    private bool? _forms;
    private int? _timeoutMinutes;
    private int? _cutMinutes;
    private int? _againMinutes;

    private RulesFile(string file, AdminDivision area, DateOnly from) => (File, Area, From) = (file, area, from);

    /// <summary>Path below infra/regions, for messages.</summary>
    public string File { get; }

    public AdminDivision Area { get; }

    public DateOnly From { get; }

    /// <summary>The first key that is not given; null when it says everything.</summary>
    public string? Missing =>
        _owner is null ? "mismatchOwner" : _monthCloseDay is null ? "monthCloseDay" : _fixWorkingDays is null ? "institutionFixWorkingDays" : _forms is null ? "financeFormsCompared"
        : _timeoutMinutes is null ? "messageTimeoutMinutes" : _cutMinutes is null ? "cutPatienceMinutes" : _againMinutes is null ? "compareAgainMinutes" : null;

    /// <summary>These rules with another file's laid over them.</summary>
    public ProvinceRules Under(RulesFile? over) => new(
        over?._owner ?? _owner!.Value, over?._monthCloseDay ?? _monthCloseDay!.Value, over?._fixWorkingDays ?? _fixWorkingDays!.Value, over?._forms ?? _forms!.Value,
        TimeSpan.FromMinutes(over?._timeoutMinutes ?? _timeoutMinutes!.Value), TimeSpan.FromMinutes(over?._cutMinutes ?? _cutMinutes!.Value), TimeSpan.FromMinutes(over?._againMinutes ?? _againMinutes!.Value));

    /// <exception cref="RefusedException"><c>RECONCILIATION_RULES_INVALID</c> with file and line.</exception>
    public static RulesFile Parse(string file, string text)
    {
        var stream = new YamlStream();
        var parser = new Parser(new StringReader(text));
        try
        {
            stream.Load(parser);
        }
        catch (YamlException broken)
        {
            throw Invalid(file, broken.Start.Line, $"不是有效的 YAML：{broken.Message}");
        }
        catch (InvalidOperationException)
        {
            // What the reader of YAML says to some flow that is never closed.
            throw Invalid(file, Math.Max(parser.Current?.End.Line ?? 1, 1), "此处起不是有效的 YAML");
        }

        if (stream.Documents is not [{ RootNode: YamlMappingNode root }]) throw Invalid(file, 1, "须为一个键值文档");
        var values = new Dictionary<string, (string Text, long Line)>(StringComparer.Ordinal);
        foreach (var (key, node) in root.Children)
        {
            if (key is not YamlScalarNode { Value: { Length: > 0 } name } || node is not YamlScalarNode { Value: { Length: > 0 } value }) throw Invalid(file, key.Start.Line, "须为单个的键和值");
            values[name] = (value, node.Start.Line);
        }

        foreach (var name in Header)
            if (!values.ContainsKey(name)) throw Invalid(file, 1, $"缺少 {name}");
        if (!AdminDivision.TryParse(values["area"].Text, out var area)) throw Invalid(file, values["area"].Line, "area 须为六位医保区划");
        if (!DateOnly.TryParseExact(values["from"].Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var from)) throw Invalid(file, values["from"].Line, "from 须写作 2023-01-01");
        if (values["mark"].Text is not ("official" or "illustrative" or "default")) throw Invalid(file, values["mark"].Line, "mark 只能是 official、illustrative 或 default");
        if (Path.GetFileNameWithoutExtension(file) != $"reconciliation-{values["from"].Text}" || Path.GetDirectoryName(file) != area.Code) throw Invalid(file, 1, $"文件应为 {area}/reconciliation-{values["from"].Text}.yaml");

        var rules = new RulesFile(file, area, from);
        foreach (var (name, (value, line)) in values.Where(value => !Header.Contains(value.Key))) rules.Set(name, value, line);
        return rules;
    }

    public static RefusedException Invalid(string file, long line, string what) => ReconciliationErrors.RulesInvalid.With(file, line, what).AsException();

    private void Set(string name, string value, long line)
    {
        int Number(int low, int high) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high
            ? number
            : throw Invalid(File, line, $"{name} 须为 {low} 到 {high} 的整数");
        switch (name)
        {
            case "mismatchOwner":
                _owner = value switch
                {
                    "homeCity" => MismatchOwner.HomeCity,
                    "province" => MismatchOwner.Province,
                    _ => throw Invalid(File, line, "mismatchOwner 只能是 homeCity 或 province"),
                };
                break;
            case "monthCloseDay": _monthCloseDay = Number(1, 28); break;
            case "institutionFixWorkingDays": _fixWorkingDays = Number(1, 60); break;
            case "financeFormsCompared":
                _forms = value switch
                {
                    "true" => true,
                    "false" => false,
                    _ => throw Invalid(File, line, "financeFormsCompared 只能是 true 或 false"),
                };
                break;
            case "messageTimeoutMinutes": _timeoutMinutes = Number(1, 24 * 60); break;
            case "cutPatienceMinutes": _cutMinutes = Number(0, 6 * 60); break;
            case "compareAgainMinutes": _againMinutes = Number(1, 24 * 60); break;
            default: throw Invalid(File, line, $"未知的参数 {name}");
        }
    }
}
