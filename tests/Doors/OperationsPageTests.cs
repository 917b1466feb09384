using System.Text;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;

namespace Yibao.Doors.Tests;

/// <summary>infra/docs/operations.md is what the running services really keep.</summary>
public sealed class OperationsPageTests(OneNode node)
{
    private static readonly (Role Role, string Name)[] Columns =
    [
        (Role.Institution, "医药机构"), (Role.CityOperator, "市经办"), (Role.ProvinceOperator, "省经办"), (Role.NationalOperator, "国家经办"), (Role.Reviewer, "审核"), (Role.Supervisor, "主管"),
        (Role.FinanceMaker, "财务经办"), (Role.FinanceChecker, "财务复核"), (Role.Auditor, "审计"), (Role.DelegatedInsurer, "委托经办"), (Role.Node, "其他节点"), (Role.System, "本节点服务"),
    ];

    [Fact]
    public void The_page_of_operations_and_roles_is_true()
    {
        var page = Path.Combine(Repository(), "infra", "docs", "operations.md");
        var now = Page();
        if (Environment.GetEnvironmentVariable("YIBAO_REGENERATE") == "1") File.WriteAllText(page, now);
        File.ReadAllText(page).ShouldBe(now, "An operation or its rule was changed: run these tests with YIBAO_REGENERATE=1 to write infra/docs/operations.md anew.");
    }

    [Fact]
    public void An_auditor_changes_nothing_anywhere() =>
        node.Platform.Hosts.SelectMany(host => node.Operations(host.Service)).Where(operation => operation.Access.Changes && operation.Admits(Role.Auditor)).ShouldBeEmpty();

    private string Page()
    {
        var page = new StringBuilder("""
            # Operations and roles (操作权限表)

            Generated from the running services; a test compares it. ● may look, ◆ may change. The services keep these rules themselves, by role and by region; the gateway only passes calls on.
            People and institutions prove themselves by a token, nodes and services by a certificate. A row without marks asks for what its last column says; health is open.

            """);
        var common = node.Operations("filing").Select(operation => operation.Name).Intersect(node.Operations("gateway").Select(operation => operation.Name)).ToHashSet(StringComparer.Ordinal);
        page.Append($"\nEvery service has: {string.Join(", ", common.Select(name => $"`{name}`"))}.\n");
        foreach (var service in node.Platform.Hosts.Select(host => host.Service).Distinct().Order(StringComparer.Ordinal))
        {
            page.Append($"\n## {service}\n\n| 操作 | {string.Join(" | ", Columns.Select(column => column.Name))} | 范围 |\n|---|{string.Concat(Columns.Select(_ => "---|"))}---|\n");
            foreach (var operation in node.Operations(service).Where(operation => !common.Contains(operation.Name)))
            {
                var marks = operation.Access.Open ? Columns.Select(_ => "") : Columns.Select(column => !operation.Admits(column.Role) ? "" : operation.Access.Changes ? "◆" : "●");
                page.Append($"| `{operation.Name.Replace("|", "\\|", StringComparison.Ordinal)}` | {string.Join(" | ", marks)} | {operation.Access.Region} |\n");
            }
        }

        return page.ToString();
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Yibao.Platform.sln"))) folder = folder.Parent ?? throw new DirectoryNotFoundException("No Yibao.Platform.sln above the tests.");
        return folder.FullName;
    }
}
