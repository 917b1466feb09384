using System.Reflection;
using Google.Protobuf.Reflection;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Node.V1;
using Yibao.Local;
using Yibao.Node;

namespace Yibao.Architecture.Tests.Permanent;

/// <summary>
/// Rolling upgrades: an old and a new host of a service run side by side, and facts are stored for ever. The snapshots beside this file are
/// what the versions before know; whatever breaks them fails here, and what was added is written down by running with YIBAO_REGENERATE=1.
/// </summary>
public sealed class PermanentTests
{
    private static readonly Assembly Contracts = typeof(SignedEnvelope).Assembly;

    public static TheoryData<string> Snapshots => [.. All.Keys.Order(StringComparer.Ordinal)];

    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> All = Everything().ToDictionary(entry => entry.Name, entry => entry.Lines, StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void What_a_running_older_version_knows_is_still_there(string snapshot) => Compatibility.Breaks(Written(snapshot), All[snapshot]).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void What_was_added_is_written_down(string snapshot)
    {
        var (now, file) = (All[snapshot], PathOf(snapshot));
        if (Environment.GetEnvironmentVariable("YIBAO_REGENERATE") == "1")
        {
            // Only what was added: a break is not made good by writing it down.
            Compatibility.Breaks(Written(snapshot), now).ShouldBeEmpty();
            File.WriteAllText(file, string.Join('\n', now) + "\n");
        }

        Written(snapshot).ShouldBe(now, $"Something was added to {snapshot}: run the architecture tests with YIBAO_REGENERATE=1 and commit what they write into tests/Architecture/Permanent.");
    }

    [Fact]
    public void No_snapshot_is_left_of_something_that_is_gone() =>
        Directory.GetFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Except(All.Keys).ShouldBeEmpty();

    /// <summary>Nulls are not written (<see cref="Kernel.Data.RecordJson"/>): where nothing stands, a reader must not find something else than null.</summary>
    [Fact]
    public void What_is_left_out_because_it_is_null_is_read_as_null() =>
        Shapes.Types(Roots()).Where(type => !type.IsEnum).SelectMany(type => type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).Where(parameter => parameter is { HasDefaultValue: true, DefaultValue: not null })
                .Where(parameter => !parameter.ParameterType.IsValueType || Nullable.GetUnderlyingType(parameter.ParameterType) is not null).Select(parameter => $"{type.Name}: '{parameter.Name}' defaults to {parameter.DefaultValue}"))
            .ShouldBeEmpty();

    [Theory]
    [InlineData("Filed: No String, At Int64", "Filed: No String, At Int64, By String", 0)]
    [InlineData("Filed: No String", "Filed: No String\nClosed: No String", 0)]
    [InlineData("Filed: No String", "Submitted: No String", 1)]
    [InlineData("Filed: No String, At Int64", "Filed: Number String, At Int64", 1)]
    [InlineData("Filed: No String", "Filed: No Int64", 1)]
    [InlineData("Filed: No String", "Filed: No String, By String!", 1)]
    [InlineData("Filed: No String!", "Filed: No String!", 0)]
    [InlineData("Ask: 1 name string, 2 age int32", "Ask: 2 name string, 3 age int32", 2)]
    [InlineData("Kind: 0 NONE, 1 ONE", "Kind: 0 NONE, 1 ONE, 2 TWO", 0)]
    [InlineData("Kind: 0 NONE, 1 ONE", "Kind: 0 NONE, 2 ONE", 1)]
    [InlineData("Door/Open: Key, answers Room", "Door/Open: Key, answers stream Room", 1)]
    public void A_change_that_would_break_a_running_version_is_found(string before, string now, int breaks) => Compatibility.Breaks(before.Split('\n'), now.Split('\n')).Count().ShouldBe(breaks);

    private static IEnumerable<Assembly> Services => NodeModules.All.Select(module => module.GetType().Assembly).Append(typeof(Hosting.IServiceModule).Assembly).Distinct();

    private static IEnumerable<Type> Messages => Contracts.GetTypes().Where(type => typeof(IMessage).IsAssignableFrom(type) && type is { IsAbstract: false, IsInterface: false });

    private static IEnumerable<Type> Roots() => Services.SelectMany(Shapes.FactsOf).Concat(Messages);

    private static IEnumerable<(string Name, IReadOnlyList<string> Lines)> Everything()
    {
        foreach (var service in Services)
            if (Shapes.Facts(service) is { Count: > 0 } facts) yield return ($"facts-{service.GetName().Name!["Yibao.".Length..].ToLowerInvariant()}", facts);
        yield return ("messages", Shapes.Of(Messages));
        var files = Contracts.GetTypes().Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)).Where(property => property?.PropertyType == typeof(FileDescriptor)).Select(property => (FileDescriptor)property!.GetValue(null)!);
        foreach (var package in files.GroupBy(file => file.Package, StringComparer.Ordinal))
            yield return ($"protos-{package.Key.Split('.')[1]}", Shapes.Protos(package));
    }

    private static string[] Written(string snapshot) => File.Exists(PathOf(snapshot)) ? File.ReadAllLines(PathOf(snapshot)) : [];

    private static string Folder => Path.Combine(Backing.Repository.Root(), "tests", "Architecture", "Permanent");

    private static string PathOf(string snapshot) => Path.Combine(Folder, snapshot + ".txt");
}
