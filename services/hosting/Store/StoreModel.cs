using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Store;

/// <summary>What one service stores: its facts, its states, its own tables and the rows that go with facts.</summary>
internal sealed class StoreModel(string service)
{
    private readonly Dictionary<string, Type> _factsByName = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, string> _namesByFact = [];
    private readonly Dictionary<string, Type> _statesByName = new(StringComparer.Ordinal);
    private readonly List<string> _tables = [];
    private readonly List<RowRule> _rows = [];
    private readonly Dictionary<string, ErrorDefinition> _violations = new(StringComparer.Ordinal);

    public string Service { get; } = service;

    public IReadOnlyDictionary<string, Type> Facts => _factsByName;

    public IReadOnlyCollection<Type> States => _statesByName.Values;

    public IReadOnlyList<string> Tables => _tables;

    public IReadOnlyList<RowRule> Rows => _rows;

    public IReadOnlyDictionary<string, ErrorDefinition> Violations => _violations;

    public string NameOf(Type fact) => _namesByFact.TryGetValue(fact, out var name)
        ? name
        : throw new InvalidOperationException($"{fact} is not a registered fact of the {Service} service: say service.Facts(typeof({fact.Name}).Assembly).");

    public void AddFrom(Assembly assembly)
    {
        foreach (var fact in FactNames.FactsIn(assembly)) Add(fact);
        foreach (var state in FactNames.StatesIn(assembly)) AddState(state);
    }

    public void AddTable(string ddl)
    {
        if (!_tables.Contains(ddl, StringComparer.Ordinal)) _tables.Add(ddl);
    }

    public void AddRow(RowRule rule) => _rows.Add(rule);

    public void AddViolation(string constraint, ErrorDefinition error) => _violations.Add(constraint, error);

    private void Add(Type fact)
    {
        var name = FactNames.NameOf(fact);
        if (_factsByName.TryGetValue(name, out var other) && other != fact)
            throw new InvalidOperationException($"Two facts of the {Service} service are called '{name}': {other} and {fact}. Names are stored and permanent, so they must differ.");
        _factsByName[name] = fact;
        _namesByFact[fact] = name;
    }

    private void AddState(Type state)
    {
        if (_statesByName.TryGetValue(state.Name, out var other) && other != state)
            throw new InvalidOperationException($"Two states of the {Service} service are called '{state.Name}': {other} and {state}. The name is stored with each stream, so they must differ.");
        _statesByName[state.Name] = state;
    }
}

/// <summary>One inline row rule: which statement goes into the transaction together with a fact.</summary>
internal sealed record RowRule(Type Fact, Func<IFact, FactContext, RowCommand?> Make);

/// <summary>The names under which facts are stored.</summary>
public static class FactNames
{
    /// <summary>The CLR name itself: permanent from the first stored fact on.</summary>
    public static string NameOf(Type fact) => fact.Name;

    /// <summary>Every fact of an assembly by name, sorted: compare it with a golden list in a test, so that a rename is noticed.</summary>
    public static IReadOnlyList<string> Of(params Assembly[] assemblies) =>
        [.. assemblies.SelectMany(FactsIn).Select(NameOf).Order(StringComparer.Ordinal)];

    internal static IEnumerable<Type> FactsIn(Assembly assembly) =>
        assembly.GetTypes().Where(type => type is { IsAbstract: false, IsInterface: false, ContainsGenericParameters: false } && typeof(IFact).IsAssignableFrom(type));

    internal static IEnumerable<Type> StatesIn(Assembly assembly) =>
        assembly.GetTypes().Where(type => type is { IsAbstract: false, IsInterface: false, ContainsGenericParameters: false } &&
            type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IState<>) && i.GenericTypeArguments[0] == type));
}
