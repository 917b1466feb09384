using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Yibao.Kernel.Data;

/// <summary>
/// Records as they are kept and sent: only what was said. What is null and what follows from other fields is left out; what is read back is the same record.
/// A settlement is written and read a dozen times on its way, and these were a third of it.
/// </summary>
public static class RecordJson
{
    /// <summary>Adds the form to <paramref name="options"/>; names, enumerations and converters are theirs.</summary>
    public static JsonSerializerOptions OnlyWhatWasSaid(this JsonSerializerOptions options)
    {
        options.WriteIndented = false;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        // Chinese text as it is: six bytes for every character would be made, sent and unmade for nothing.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.TypeInfoResolver = (options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(LeaveOutWhatFollows);
        return options;
    }

    /// <summary>What nothing could read back is worked out from the rest. Libraries' own types stay as they are.</summary>
    private static void LeaveOutWhatFollows(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || type.Type.Namespace?.StartsWith("Yibao.", StringComparison.Ordinal) != true) return;
        for (var i = type.Properties.Count - 1; i >= 0; i--)
            if (type.Properties[i] is { Set: null, AssociatedParameter: null, IsExtensionData: false }) type.Properties.RemoveAt(i);
    }
}
