using System.Text;

namespace Yibao.Kernel.Errors;

/// <summary>The page on which operators and HIS vendors look an error up: <c>infra/docs/errors.md</c>.</summary>
public static class ErrorPage
{
    public static string Write()
    {
        var page = new StringBuilder();
        page.Append("# 差错目录 (error catalogue)\n\n由目录生成，勿手工修改。错误码长期有效，不改作他用；`{0}` 等处填入代码、日期或金额，从不填入身份信息。\n");
        foreach (var category in Catalogue.All.GroupBy(definition => definition.Category).OrderBy(group => group.Key))
        {
            page.Append($"\n## {Name(category.Key)} ({category.Key})\n\n| 错误码 | 说明 | 处理办法 | 处理方 | 可原样重发 |\n|---|---|---|---|---|\n");
            foreach (var definition in category.OrderBy(definition => definition.Code, StringComparer.Ordinal))
                page.Append($"| `{definition.Code}` | {Cell(definition.Text)} | {Cell(definition.NextStep)} | {Name(definition.Acts)} | {(definition.Transient ? "是" : "")} |\n");
        }

        return page.ToString();
    }

    /// <summary>差错分类 as operators read it.</summary>
    public static string Name(ErrorCategory category) => category switch
    {
        ErrorCategory.Person => "参保人",
        ErrorCategory.Filing => "备案",
        ErrorCategory.Institution => "定点医药机构",
        ErrorCategory.Policy => "政策",
        ErrorCategory.System => "系统",
        ErrorCategory.Security => "安全",
        ErrorCategory.Request => "请求内容",
    };

    /// <summary>处理方 as operators read it.</summary>
    public static string Name(Party party) => party switch
    {
        Party.Patient => "参保人",
        Party.Institution => "医药机构",
        Party.HomeAgency => "参保地经办机构",
        Party.TreatmentAgency => "就医地经办机构",
        Party.Operator => "操作人员",
        Party.Platform => "平台运维",
    };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
