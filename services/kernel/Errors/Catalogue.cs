using System.Reflection;

namespace Yibao.Kernel.Errors;

/// <summary>Every error the platform can answer (OPS-001). Entries stand in one static class per room, found here by reflection.</summary>
public static class Catalogue
{
    private static readonly Dictionary<string, ErrorDefinition> ByCode = typeof(Catalogue).Assembly.GetTypes()
        .Where(type => type.Namespace == typeof(Catalogue).Namespace)
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
        .Where(field => field.FieldType == typeof(ErrorDefinition))
        .Select(field => (ErrorDefinition)field.GetValue(null)!)
        .ToDictionary(definition => definition.Code, StringComparer.Ordinal);

    public static IReadOnlyCollection<ErrorDefinition> All => ByCode.Values;

    public static ErrorDefinition? Find(string code) => ByCode.GetValueOrDefault(code);
}
