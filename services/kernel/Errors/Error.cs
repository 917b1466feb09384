using System.Globalization;

namespace Yibao.Kernel.Errors;

/// <summary>差错分类 (OPS-001): which kind of thing is wrong.</summary>
public enum ErrorCategory
{
    /// <summary>参保人.</summary>
    Person,
    /// <summary>备案.</summary>
    Filing,
    /// <summary>定点医药机构.</summary>
    Institution,
    /// <summary>政策.</summary>
    Policy,
    /// <summary>系统.</summary>
    System,
    /// <summary>安全.</summary>
    Security,
    /// <summary>请求内容: a field is missing, malformed or contradicts another.</summary>
    Request,
}

/// <summary>Who can put it right.</summary>
public enum Party
{
    /// <summary>参保人.</summary>
    Patient,
    /// <summary>医药机构.</summary>
    Institution,
    /// <summary>参保地经办机构.</summary>
    HomeAgency,
    /// <summary>就医地经办机构.</summary>
    TreatmentAgency,
    /// <summary>操作人员本人.</summary>
    Operator,
    /// <summary>平台运维.</summary>
    Platform,
}

/// <summary>One entry of the catalogue.</summary>
/// <param name="Code">Stable, upper snake case; never reused for another meaning.</param>
/// <param name="Category">Class.</param>
/// <param name="Text">Plain Chinese: what is wrong. Holes {0}… take codes, dates and amounts, never an identity.</param>
/// <param name="NextStep">Plain Chinese: what to do now; may use the same holes.</param>
/// <param name="Acts">Who does it.</param>
public sealed record ErrorDefinition(string Code, ErrorCategory Category, string Text, string NextStep, Party Acts)
{
    /// <summary>The same request may succeed later without being changed (a time-out, a service restarting).</summary>
    public bool Transient { get; init; }

    /// <summary>An error of this kind with its holes filled.</summary>
    public Error With(params object?[] details) => new(this, [.. details.Select(d => Convert.ToString(d, CultureInfo.InvariantCulture) ?? "")]);

    public static implicit operator Error(ErrorDefinition definition) => definition.With();
}

/// <summary>A catalogue entry as it happened.</summary>
public sealed record Error(ErrorDefinition Definition, IReadOnlyList<string> Details)
{
    private static readonly string[] Gaps = [.. Enumerable.Repeat("…", 10)];

    public string Code => Definition.Code;

    /// <summary>The sentence a person reads.</summary>
    public string Message => Worded(Definition.Text);

    /// <summary>What to do now, its holes filled like the sentence's.</summary>
    public string NextStep => Worded(Definition.NextStep);

    public RefusedException AsException() => new(this);

    public bool Equals(Error? other) => other is not null && other.Code == Code && other.Details.SequenceEqual(Details);

    public override int GetHashCode() => Code.GetHashCode(StringComparison.Ordinal);

    // A host of another version may send fewer details than this one's text has holes: a gap is better than no answer.
    private string Worded(string text) => string.Format(CultureInfo.InvariantCulture, text, [.. Details, .. Gaps]);

    public override string ToString() => Details.Count == 0 ? Code : $"{Code}({string.Join(", ", Details)})";
}

/// <summary>A refusal on its way to the door that words it for its caller.</summary>
public sealed class RefusedException(Error error) : Exception($"{error}: {error.Message}")
{
    public Error Error { get; } = error;
}
