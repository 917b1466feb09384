using System.Reflection;
using System.Runtime.CompilerServices;
using Google.Protobuf.Reflection;
using Yibao.Kernel.Deciding;

namespace Yibao.Architecture.Tests.Permanent;

/// <summary>What is stored for ever or said between hosts, in lines a person can read: <c>Name: part kind, part kind</c>.</summary>
internal static class Shapes
{
    /// <summary>Facts of a service and every record of ours within them; <c>!</c> marks what must be there.</summary>
    public static IReadOnlyList<string> Facts(Assembly service) => Of(FactsOf(service));

    public static IEnumerable<Type> FactsOf(Assembly service) => service.GetTypes().Where(type => type is { IsAbstract: false, IsInterface: false } && typeof(IFact).IsAssignableFrom(type));

    /// <summary>Types by their properties, and what these are made of, the kernel's own excepted: a type of the kernel is written as one value.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<Type> roots) => [.. Types(roots).Select(Line).Order(StringComparer.Ordinal)];

    /// <summary>The roots and what these are made of.</summary>
    public static IReadOnlyCollection<Type> Types(IEnumerable<Type> roots)
    {
        var (seen, open) = (new Dictionary<string, Type>(StringComparer.Ordinal), new Queue<Type>(roots));
        while (open.TryDequeue(out var type))
        {
            if (!seen.TryAdd(type.Name, type) || type.IsEnum) continue;
            foreach (var inner in Stored(type).SelectMany(property => Parts(property.PropertyType)).Where(IsOurs)) open.Enqueue(inner);
        }

        return seen.Values;
    }

    /// <summary>Messages by field number and kind, enumerations by number, services by method.</summary>
    public static IReadOnlyList<string> Protos(IEnumerable<FileDescriptor> files) => [.. files.SelectMany(file =>
        file.MessageTypes.SelectMany(Nested).Select(message => $"{message.Name}: {string.Join(", ", message.Fields.InFieldNumberOrder().Select(field => $"{field.FieldNumber} {Kind(field)}"))}")
            .Concat(file.EnumTypes.Select(values => $"{values.Name}: {string.Join(", ", values.Values.OrderBy(value => value.Number).Select(value => $"{value.Number} {value.Name}"))}"))
            .Concat(file.Services.SelectMany(service => service.Methods.Select(method =>
                $"{service.Name}/{method.Name}: {(method.IsClientStreaming ? "stream " : "")}{method.InputType.Name}, answers {(method.IsServerStreaming ? "stream " : "")}{method.OutputType.Name}"))))
        .Order(StringComparer.Ordinal)];

    private static IEnumerable<MessageDescriptor> Nested(MessageDescriptor message) => message.NestedTypes.Where(nested => nested.GetOptions()?.MapEntry != true).SelectMany(Nested).Prepend(message);

    private static string Kind(FieldDescriptor field) =>
        $"{field.Name} {(field.IsMap ? "map " : field.IsRepeated ? "repeated " : "")}{field.FieldType switch { FieldType.Message => field.MessageType.Name, FieldType.Enum => field.EnumType.Name, var plain => plain.ToString().ToLowerInvariant() }}";

    private static string Line(Type type) => type.IsEnum
        ? $"{type.Name}: {string.Join(", ", Enum.GetValues(type).Cast<object>().Select(value => $"{Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)} {value}"))}"
        : $"{type.Name}: {string.Join(", ", Stored(type).OrderBy(property => property.Name, StringComparer.Ordinal).Select(property => $"{property.Name} {Name(property.PropertyType)}{(property.IsDefined(typeof(RequiredMemberAttribute)) ? "!" : "")}"))}";

    // What is only computed is not written down.
    private static IEnumerable<PropertyInfo> Stored(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is not null && property.GetIndexParameters().Length == 0);

    private static IEnumerable<Type> Parts(Type type) => type.IsArray ? Parts(type.GetElementType()!) : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type) : [type];

    private static bool IsOurs(Type type) => type.Namespace is { } space && space.StartsWith("Yibao.", StringComparison.Ordinal) && (!space.StartsWith("Yibao.Kernel", StringComparison.Ordinal) || type.IsEnum);

    private static string Name(Type type) => Nullable.GetUnderlyingType(type) is { } value ? $"{Name(value)}?"
        : type.IsArray ? $"{Name(type.GetElementType()!)}[]"
        : type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(' ', type.GetGenericArguments().Select(Name))}>"
        : type.Name;
}
