using Yibao.Architecture.Tests.Rules;
using Yibao.Kernel.Deciding;

namespace Yibao.Architecture.Tests;

/// <summary>A rule that cannot fail keeps nothing: each one is shown a tree that breaks it, and one that only looks as if.</summary>
public sealed class RulesBiteTests
{
    [Theory]
    [InlineData("services/filing/Yibao.Filing.csproj", "../settlement/Yibao.Settlement.csproj", true)]
    [InlineData("services/filing/Yibao.Filing.csproj", @"..\settlement\Yibao.Settlement.csproj", true)]
    [InlineData("services/hosting/Yibao.Hosting.csproj", "../filing/Yibao.Filing.csproj", true)]
    [InlineData("gateway/Gateway/Yibao.Gateway.csproj", "../../services/clearing/Yibao.Clearing.csproj", true)]
    [InlineData("services/filing/Yibao.Filing.csproj", "../hosting/Yibao.Hosting.csproj", false)]
    [InlineData("services/clearing/Yibao.Clearing.csproj", "../forms/Yibao.Forms.csproj", false)]
    [InlineData("infra/local/Yibao.Local.csproj", "../../services/filing/Yibao.Filing.csproj", false)]
    [InlineData("services/node/Yibao.Node.csproj", "../filing/Yibao.Filing.csproj", false)]
    [InlineData("services/filing/Yibao.Filing.csproj", "../node/Yibao.Node.csproj", true)]
    public void A_service_that_references_another(string project, string reference, bool breaks) =>
        ReferenceRules.Services([Project(project, $"<ProjectReference Include='{reference}' />")]).Any().ShouldBe(breaks);

    [Theory]
    [InlineData("services/node/Shortcut.cs", true)]
    [InlineData("services/node/Program.cs", false)]
    [InlineData("services/filing/Shortcut.cs", false)]
    public void Code_where_services_are_only_joined(string path, bool breaks) => ReferenceRules.WholeNodeIsEmpty([new(path, "class A;")]).Any().ShouldBe(breaks);

    [Theory]
    [InlineData("services/kernel/Yibao.Kernel.csproj", "<PackageReference Include='Npgsql' />", true)]
    [InlineData("services/kernel/Yibao.Kernel.csproj", "<ProjectReference Include='../hosting/Yibao.Hosting.csproj' />", true)]
    [InlineData("services/kernel/Yibao.Kernel.csproj", "<EmbeddedResource Include='a.csv' />", false)]
    [InlineData("services/filing/Yibao.Filing.csproj", "<PackageReference Include='YamlDotNet' />", false)]
    public void A_kernel_that_references_something(string project, string content, bool breaks) => ReferenceRules.Kernel([Project(project, content)]).Any().ShouldBe(breaks);

    [Theory]
    [InlineData("../services/hosting/Yibao.Hosting.csproj", true)]
    [InlineData("../services/kernel/Yibao.Kernel.csproj", false)]
    public void Contracts_that_know_more_than_the_kernel(string reference, bool breaks) =>
        ReferenceRules.Contracts([Project("contracts/Yibao.Contracts.csproj", $"<ProjectReference Include='{reference}' />")]).Any().ShouldBe(breaks);

    [Theory]
    [InlineData("services/clearing/Yibao.Clearing.csproj", "Marten", true)]
    [InlineData("services/clearing/Yibao.Clearing.csproj", "MassTransit.RabbitMQ", true)]
    [InlineData("services/hosting/Yibao.Hosting.csproj", "Marten", false)]
    [InlineData("services/clearing/Yibao.Clearing.csproj", "MartenLike", false)]
    public void A_package_of_store_or_bus(string project, string package, bool breaks) =>
        ReferenceRules.StoreAndBusPackages([Project(project, $"<PackageReference Include='{package}' />")]).Any().ShouldBe(breaks);

    [Theory]
    [InlineData("services/clearing/Book.cs", "using Marten;", true)]
    [InlineData("services/clearing/Book.cs", "using static MassTransit.Util;", true)]
    [InlineData("services/clearing/Book.cs", "var x = global::MassTransit.NewId.Next();", true)]
    [InlineData("services/clearing/Book.cs", "// using Marten; is what hosting does", false)]
    [InlineData("services/hosting/Store/A.cs", "using Marten;", false)]
    public void A_name_of_store_or_bus(string path, string code, bool breaks) => ReferenceRules.StoreAndBusNames([new(path, code)]).Any().ShouldBe(breaks);

    [Theory]
    [InlineData("<PackageVersion Include='A' Version='1.*' />", true)]
    [InlineData("<PackageVersion Include='A' Version='[1.0,2.0)' />", true)]
    [InlineData("<PackageVersion Include='A' Version='(,2.0]' />", true)]
    [InlineData("<PackageReference Include='A' Version='1.0.0' />", true)]
    [InlineData("<PackageReference Include='A' VersionOverride='1.0.0' />", true)]
    [InlineData("<PackageVersion Include='A' Version='[8.5.12]' />", false)]
    [InlineData("<PackageVersion Include='A' Version='1.2.3-beta.1' />", false)]
    [InlineData("<PackageReference Include='A' />", false)]
    public void A_version_that_floats_or_stands_elsewhere(string content, bool breaks) => ReferenceRules.Versions([Project("x.csproj", content)]).Any().ShouldBe(breaks);

    [Theory]
    [InlineData("var a = DateTime.Now;", true)]
    [InlineData("var a = DateTimeOffset.UtcNow;", true)]
    [InlineData("var a = DateTime . Today;", true)]
    [InlineData("var a = time.GetUtcNow();", false)]
    [InlineData("// never DateTime.Now", false)]
    [InlineData("var a = \"DateTime.Now\";", false)]
    [InlineData("/* DateTime.Now\n */ var a = 1;", false)]
    public void A_clock_of_the_machine(string code, bool breaks) => CodeRules.Clock([new("services/x/A.cs", code)]).Any().ShouldBe(breaks);

    [Theory]
    [InlineData("services/settlement/A.cs", "double amount = 1;", true)]
    [InlineData("contracts/A.cs", "public float Ratio { get; }", true)]
    [InlineData("services/settlement/A.cs", "decimal ratio = 0.85m;", false)]
    [InlineData("services/settlement/A.cs", "// a double would round", false)]
    [InlineData("services/settlement/A.cs", "list.Single(x => x.Id == id)", false)]
    [InlineData("services/hosting/Telemetry/A.cs", "Histogram<double> h;", false)]
    public void A_binary_fraction(string path, string code, bool breaks) => CodeRules.BinaryFractions([new(path, code)]).Any().ShouldBe(breaks);

    [Theory]
    [InlineData("message A {\n  double amount = 1;\n}", true)]
    [InlineData("message A {\n  repeated float amount = 1;\n}", true)]
    [InlineData("message A {\n  int64 amount_fen = 1; // no double\n}", false)]
    public void A_binary_fraction_on_the_wire(string proto, bool breaks) => CodeRules.BinaryFractionsOnTheWire([new("contracts/protos/a.proto", proto)]).Any().ShouldBe(breaks);

    [Theory]
    [InlineData("throw new NotImplementedException();", true)]
    [InlineData("throw new NotSupportedException();", true)]
    [InlineData("Thread.Sleep(10);", true)]
    [InlineData("// TODO: later", true)]
    [InlineData("try { A(); } catch { }", true)]
    [InlineData("try { A(); } catch (IOException) { /* gone already: that is the aim */ }", false)]
    [InlineData("try { A(); } catch (IOException e) when (e.HResult == 1) { }", true)]
    [InlineData("try { A(); } catch (IOException e) { Log(e); }", false)]
    [InlineData("throw new NotSupportedException(\"why\");", false)]
    [InlineData("var todo = 1;", false)]
    public void Something_unfinished(string code, bool breaks) => CodeRules.Unfinished([new("services/x/A.cs", code)]).Any().ShouldBe(breaks);

    [Theory]
    [InlineData("services/x/A.cs", "throw new TimeoutException(why);", true)]
    [InlineData("services/x/A.cs", "var a = b ?? throw new KeyNotFoundException();", true)]
    [InlineData("gateway/x/A.cs", "throw new Grpc.Core.RpcException(status);", true)]
    [InlineData("services/x/A.cs", "return Results.NotFound();", true)]
    [InlineData("services/x/A.cs", "return TypedResults.Problem(text);", true)]
    [InlineData("gateway/x/A.cs", "context.Status = new Status(StatusCode.NotFound, text);", true)]
    [InlineData("services/x/A.cs", "internal sealed class FilingClosedException : Exception;", true)]
    [InlineData("services/x/A.cs", "throw FilingErrors.NoFiling.With().AsException();", false)]
    [InlineData("services/x/A.cs", "throw new InvalidOperationException(why);", false)]
    [InlineData("services/x/A.cs", "return Results.Json(answer);", false)]
    [InlineData("services/hosting/A.cs", "return new RpcException(new Status(code, text));", false)]
    [InlineData("tests/A.cs", "throw new TimeoutException(why);", false)]
    public void An_exception_without_a_code(string path, string code, bool breaks) => CodeRules.WithoutCode([new(path, code)]).Any().ShouldBe(breaks);

    [Theory]
    [InlineData("namespace A.B\n{\n}", true)]
    [InlineData("namespace A.B;\n", false)]
    public void A_block_namespace(string code, bool breaks) => CodeRules.FileScopedNamespaces([new("a.cs", code)]).Any().ShouldBe(breaks);

    [Theory]
    [InlineData("[Covers(\"BEN-006\")]", false)]
    [InlineData("[Covers(\"BEN-006\", \"BEN-999\")]", true)]
    [InlineData("[Covers(\"BEN-6\")]", true)]
    [InlineData("[Trait(\"Requirement\", \"ZZZ-001\")]", true)]
    public void A_row_that_does_not_exist(string code, bool breaks) =>
        CodeRules.Covers([new("tests/a.cs", code)], Catalogue.Parse("| BEN-006 | text |\n| BEN-007 | text |\n")).Any().ShouldBe(breaks);

    [Theory]
    [InlineData("[Covers(\"BEN-999\")]", false)]
    [InlineData("[Covers(\"BEN-6\")]", true)]
    public void Without_the_catalogue_the_shape_is_checked(string code, bool breaks) => CodeRules.Covers([new("tests/a.cs", code)], rows: null).Any().ShouldBe(breaks);

    [Theory]
    [InlineData("src/A.cs", true)]
    [InlineData("services/filing/A.cs", false)]
    [InlineData("README.md", false)]
    public void A_folder_beside_the_tree(string file, bool breaks) => FolderRules.Tops([file]).Any().ShouldBe(breaks);

    [Theory]
    [InlineData("services/filing/Controllers/A.cs", true)]
    [InlineData("gateway/Gateway/Helpers/A.cs", true)]
    [InlineData("services/filing/Filings/A.cs", false)]
    [InlineData("services/filing/Yibao.Filing.csproj", false)]
    public void A_folder_that_is_a_layer(string file, bool breaks) => FolderRules.Capabilities([file]).Any().ShouldBe(breaks);

    [Fact]
    public void A_project_outside_the_solution()
    {
        const string solution = @"Project(""{…}"") = ""Yibao.Filing"", ""services\filing\Yibao.Filing.csproj"", ""{…}""";
        FolderRules.InSolution(["services/filing/Yibao.Filing.csproj"], solution).ShouldBeEmpty();
        FolderRules.InSolution(["services/prefund/Yibao.Prefund.csproj"], solution).ShouldHaveSingleItem();
    }

    [Fact]
    public void Facts_of_one_name_or_that_change()
    {
        FactRules.Names([typeof(Good.Filed), typeof(string)]).ShouldBeEmpty();
        FactRules.Names([typeof(Good.Filed), typeof(Bad.Filed)]).ShouldHaveSingleItem().ShouldContain("Filed");
        FactRules.Names([typeof(Bad.Open)]).ShouldHaveSingleItem().ShouldContain("changed");
    }

    private static SourceFile Project(string path, string content) => new(path, $"<Project><ItemGroup>{content}</ItemGroup></Project>");

    private static class Good
    {
        public sealed record Filed(string No) : IFact;
    }

    private static class Bad
    {
        public sealed record Filed(int No) : IFact;

        public sealed record Open : IFact
        {
            public string? No { get; set; }
        }
    }
}
