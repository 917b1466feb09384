using Yibao.Kernel.Errors;

namespace Yibao.Forms;

/// <summary>What a form must hold before it may be printed: every missing field is named, not only the first.</summary>
internal sealed class Required(string form)
{
    private readonly List<string> _missing = [];

    public Required Field(string name, string? value)
    {
        if (string.IsNullOrWhiteSpace(value)) _missing.Add(name);
        return this;
    }

    public Required Field(string name, bool given)
    {
        if (!given) _missing.Add(name);
        return this;
    }

    /// <exception cref="RefusedException"><c>FIELD_REQUIRED</c>.</exception>
    public void OrThrow()
    {
        if (_missing.Count > 0) throw FormErrors.FieldRequired.With(form, string.Join('、', _missing)).AsException();
    }
}
