using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.OpenApi;

namespace Yibao.Hosting.Identity;

/// <summary>What a request looks like, for the description of the JSON door. Typed, so that it cannot drift from the real body.</summary>
internal sealed record RequestExample(JsonNode Body, MessageDescriptor? Message);

/// <summary>Words for examples at endpoints: <c>routes.MapPost(…).Example(new ApplyFilingRequest { … })</c>.</summary>
public static class RequestExamples
{
    private static readonly JsonFormatter Protos = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    private static readonly JsonSerializerOptions Records = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>Shows the body in the description; invented data only.</summary>
    public static TBuilder Example<TBuilder>(this TBuilder endpoint, object body) where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(body);
        var example = body is IMessage message
            ? new RequestExample(JsonNode.Parse(Protos.Format(message))!, message.Descriptor)
            : new RequestExample(JsonSerializer.SerializeToNode(body, Records)!, null);
        endpoint.Add(builder => builder.Metadata.Add(example));
        return endpoint;
    }

    /// <summary>The JSON schema of a proto message in its standard JSON form.</summary>
    internal static OpenApiSchema SchemaOf(MessageDescriptor message) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = message.Fields.InDeclarationOrder().ToDictionary(field => field.Name, field => (IOpenApiSchema)SchemaOf(field), StringComparer.Ordinal),
    };

    private static OpenApiSchema SchemaOf(FieldDescriptor field) => field.IsRepeated
        ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = Single(field) }
        : Single(field);

    private static OpenApiSchema Single(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Bool => new OpenApiSchema { Type = JsonSchemaType.Boolean },
        FieldType.Int32 or FieldType.UInt32 or FieldType.SInt32 or FieldType.Fixed32 or FieldType.SFixed32 => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
        // The standard form writes 64 bits as a string, so that no client rounds them.
        FieldType.Int64 or FieldType.UInt64 or FieldType.SInt64 or FieldType.Fixed64 or FieldType.SFixed64 => new OpenApiSchema { Type = JsonSchemaType.String, Format = "int64" },
        FieldType.Message when field.MessageType.FullName == "google.protobuf.Timestamp" => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
        FieldType.Message => SchemaOf(field.MessageType),
        FieldType.Enum => new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. field.EnumType.Values.Select(value => (JsonNode)value.Name)] },
        _ => new OpenApiSchema { Type = JsonSchemaType.String },
    };
}
