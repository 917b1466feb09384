using Yibao.Kernel.Deciding;

namespace Yibao.Architecture.Tests.Rules;

/// <summary>Facts are stored under their type's name for ever.</summary>
internal static class FactRules
{
    /// <param name="types">The types of one service.</param>
    public static IEnumerable<string> Names(IEnumerable<Type> types)
    {
        var facts = types.Where(type => type is { IsAbstract: false, IsInterface: false } && typeof(IFact).IsAssignableFrom(type)).ToList();
        return facts.GroupBy(fact => fact.Name, StringComparer.Ordinal).Where(same => same.Count() > 1).Select(same => $"two facts are called {same.Key}: {string.Join(", ", same.Select(fact => fact.FullName))}")
            .Concat(facts.Where(fact => string.IsNullOrEmpty(fact.Namespace)).Select(fact => $"{fact.Name} stands in no namespace: the bus refuses it"))
            .Concat(facts.Where(fact => fact.GetProperties().Any(property => property.SetMethod is { } set && !IsInit(set))).Select(fact => $"{fact.FullName} can be changed after it is made"));
    }

    private static bool IsInit(System.Reflection.MethodInfo set) =>
        set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit));
}
