using System.Reflection;
using Yibao.Architecture.Tests.Rules;
using Yibao.Hosting;
using Yibao.Local;
using Yibao.Node;

namespace Yibao.Architecture.Tests;

/// <summary>The tree keeps its rules.</summary>
public sealed class TreeTests
{
    private static readonly Lazy<IReadOnlyList<SourceFile>> Code = new(() => [.. SourceFile.All(".cs").Where(file => !file.Under("tests/Architecture"))]);
    private static readonly Lazy<IReadOnlyList<SourceFile>> Projects = new(() => SourceFile.All(".csproj", ".props", ".targets"));

    [Fact]
    public void No_service_references_another() => Kept(ReferenceRules.Services(Projects.Value));

    [Fact]
    public void The_program_of_a_whole_node_only_joins_services() => Kept(ReferenceRules.WholeNodeIsEmpty(Code.Value));

    [Fact]
    public void The_kernel_references_nothing() => Kept(ReferenceRules.Kernel(Projects.Value));

    [Fact]
    public void Contracts_know_the_kernel_alone() => Kept(ReferenceRules.Contracts(Projects.Value));

    [Fact]
    public void Only_hosting_knows_the_store_and_the_bus() => Kept(ReferenceRules.StoreAndBusPackages(Projects.Value).Concat(ReferenceRules.StoreAndBusNames(Code.Value)));

    [Fact]
    public void Every_version_is_exact_and_stands_in_one_place() => Kept(ReferenceRules.Versions(Projects.Value));

    [Fact]
    public void Nobody_reads_the_clock_of_the_machine() => Kept(CodeRules.Clock(Code.Value));

    [Fact]
    public void No_binary_fractions_where_money_is() => Kept(CodeRules.BinaryFractions(Code.Value).Concat(CodeRules.BinaryFractionsOnTheWire(SourceFile.All(".proto"))));

    [Fact]
    public void Nothing_is_left_unfinished_or_swallowed() => Kept(CodeRules.Unfinished(Code.Value));

    [Fact]
    public void No_exception_reaches_a_door_without_a_code_of_the_catalogue() => Kept(CodeRules.WithoutCode(Code.Value));

    [Fact]
    public void Namespaces_are_file_scoped() => Kept(CodeRules.FileScopedNamespaces(Code.Value));

    [Fact]
    public void Tests_name_rows_that_exist() => Kept(CodeRules.Covers(Code.Value.Where(file => file.Under("tests")), Catalogue.Rows()));

    [Fact]
    public void Folders_are_those_of_the_architecture()
    {
        var files = SourceFile.All("").Select(file => file.Path).ToList();
        Kept(FolderRules.Tops(files).Concat(FolderRules.Capabilities(files)));
    }

    [Fact]
    public void Every_project_is_in_the_solution() =>
        Kept(FolderRules.InSolution(Projects.Value.Select(file => file.Path).Where(path => path.EndsWith(".csproj", StringComparison.Ordinal)), SourceFile.All("Yibao.Platform.sln").Single().Text));

    [Fact]
    public void Facts_have_names_for_ever() => Kept(Assemblies().SelectMany(assembly => FactRules.Names(assembly.GetTypes())));

    [Fact]
    public void The_launcher_starts_every_service_there_is() => Assemblies()
        .SelectMany(assembly => assembly.GetTypes())
        .Where(type => typeof(IServiceModule).IsAssignableFrom(type) && type is { IsAbstract: false, IsInterface: false })
        .Except(NodeModules.All.Select(module => module.GetType()))
        .ShouldBeEmpty();

    private static void Kept(IEnumerable<string> violations) => violations.ShouldBeEmpty();

    private static IEnumerable<Assembly> Assemblies() => Directory.GetFiles(AppContext.BaseDirectory, "Yibao.*.dll")
        .Where(file => !file.EndsWith(".Tests.dll", StringComparison.Ordinal))
        .Select(file => Assembly.Load(Path.GetFileNameWithoutExtension(file)));
}
