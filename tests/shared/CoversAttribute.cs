using Xunit.v3;

namespace Yibao.Tests;

/// <summary>Names the rows of the requirements catalogue whose acceptance example the test runs, with the example's own numbers.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
internal sealed class CoversAttribute(params string[] rows) : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [.. rows.Select(row => new KeyValuePair<string, string>("Requirement", row))];
}
