using System.Collections.Frozen;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;

namespace Yibao.Settlement.FeeSplit;

/// <summary>收费项目等级 (chrgitm_lv).</summary>
public enum ItemClass
{
    /// <summary>01 甲类: wholly in scope within the limit price.</summary>
    A = 1,
    /// <summary>02 乙类: a share is paid by the person first.</summary>
    B = 2,
    /// <summary>03 丙类 or outside the scope: wholly self-funded.</summary>
    C = 3,
}

/// <summary>One item of a treatment place's catalogue, in one period of validity.</summary>
/// <param name="Code">医保目录编码 (hilist_code).</param>
/// <param name="Name">医保目录名称.</param>
/// <param name="Category">The national charge class it is summed under.</param>
/// <param name="Class">甲, 乙 or 丙.</param>
/// <param name="SelfPayRatio">先行自付比例 (selfpay_prop) of a class B item; 0 otherwise.</param>
/// <param name="LimitPrice">医保支付标准 / 限价 (pric_uplmt_amt) per unit; null: none.</param>
/// <param name="From">First day of validity.</param>
/// <param name="To">The day from which it is no longer valid; null: open.</param>
/// <param name="Limited">限制使用 (lmt_used_flag): in scope only with the hospital's approval.</param>
public sealed record CatalogueItem(
    string Code, string Name, ChargeCategory Category, ItemClass Class, decimal SelfPayRatio, Money? LimitPrice, DateOnly From, DateOnly? To, bool Limited = false)
{
    public bool IsValidOn(DateOnly date) => date >= From && (To is not { } to || date < to);
}

/// <summary>A treatment place's payment scope (支付范围) as versioned data (OPS-005): every item with every period of its validity.</summary>
public sealed class FeeCatalogue
{
    private readonly FrozenDictionary<string, CatalogueItem[]> _items;

    /// <param name="version">The content hash of the file it came from; recorded with every split.</param>
    public FeeCatalogue(string version, IEnumerable<CatalogueItem> items)
    {
        Version = version;
        _items = items.GroupBy(item => item.Code, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => group.OrderBy(item => item.From).ToArray(), StringComparer.Ordinal);
    }

    public string Version { get; }

    /// <summary>How many codes it knows.</summary>
    public int Count => _items.Count;

    public IEnumerable<CatalogueItem> Items => _items.Values.SelectMany(static versions => versions);

    /// <summary>The item as it stood on that day; whether the code exists at all tells an expired code from an unknown one.</summary>
    public (CatalogueItem? Item, bool CodeExists) Find(string code, DateOnly date)
    {
        if (!_items.TryGetValue(code, out var versions)) return (null, false);
        foreach (var version in versions)
        {
            if (version.IsValidOn(date)) return (version, true);
        }

        return (null, true);
    }
}
