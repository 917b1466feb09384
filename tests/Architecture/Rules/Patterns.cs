using System.Text.RegularExpressions;

namespace Yibao.Architecture.Tests.Rules;

/// <summary>What the rules look for. They look at code without its comments and strings.</summary>
internal static partial class Patterns
{
    [GeneratedRegex(@"\b(using|global::)\s*(static\s+)?(Marten|MassTransit|Weasel|JasperFx|Wolverine)\b", RegexOptions.CultureInvariant)]
    public static partial Regex StoreAndBus();

    [GeneratedRegex(@"\*|^[\[(][^\]]*,|,[^\[(]*[\])]$", RegexOptions.CultureInvariant)]
    public static partial Regex Floating();

    [GeneratedRegex(@"\bDate(Time|TimeOffset)\s*\.\s*(Now|UtcNow|Today)\b", RegexOptions.CultureInvariant)]
    public static partial Regex Clock();

    [GeneratedRegex(@"\b(double|float|Double|Single|Half)\b(?!\s*\()", RegexOptions.CultureInvariant)]
    public static partial Regex BinaryFraction();

    [GeneratedRegex(@"^\s*(repeated\s+|optional\s+)?(double|float)\s", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    public static partial Regex BinaryFractionOnTheWire();

    [GeneratedRegex(@"\bNotImplementedException\b|\bNotSupportedException\s*\(\s*\)|\bThread\s*\.\s*Sleep\b|\bAssert\s*\.\s*True\s*\(\s*true\s*\)", RegexOptions.CultureInvariant)]
    public static partial Regex Unfinished();

    [GeneratedRegex(@"//.*\b(TODO|FIXME|HACK|XXX)\b", RegexOptions.CultureInvariant)]
    public static partial Regex Reminder();

    [GeneratedRegex(@"\bcatch\s*(\([^)]*\)\s*)?(when\s*\([^{]*\)\s*)?\{\s*\}", RegexOptions.CultureInvariant)]
    public static partial Regex SwallowedException();

    [GeneratedRegex(@"\b(Covers|Trait)\s*\(([^)]*)\)", RegexOptions.CultureInvariant)]
    public static partial Regex Covers();

    [GeneratedRegex(@"""([A-Z]{2,4}-[^""]*)""", RegexOptions.CultureInvariant)]
    public static partial Regex QuotedRow();

    [GeneratedRegex("^[A-Z]{3}-[0-9]{3}$", RegexOptions.CultureInvariant)]
    public static partial Regex Row();

    [GeneratedRegex(@"\bthrow\s+new\s+(?<type>[\w.]+)", RegexOptions.CultureInvariant)]
    public static partial Regex Thrown();

    [GeneratedRegex(@"\bResults\s*\.\s*(BadRequest|NotFound|Problem|Conflict|Forbid|Unauthorized|StatusCode|UnprocessableEntity|ValidationProblem|InternalServerError)\b|\bTypedResults\s*\.\s*(BadRequest|NotFound|Problem|Conflict|Forbid|Unauthorized|StatusCode)|\bnew\s+([\w.]+\.)?(RpcException|Status)\s*\(", RegexOptions.CultureInvariant)]
    public static partial Regex BareAnswer();

    [GeneratedRegex(@"\bclass\s+\w+[^{;]*:[^{;]*Exception\b", RegexOptions.CultureInvariant)]
    public static partial Regex OwnException();

    [GeneratedRegex(@"^namespace\s+[\w.]+\s*\{", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    public static partial Regex BlockNamespace();
}
