using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel.Errors;

namespace Yibao.Gateway.Hospital;

/// <summary>9101 as the specification's sample sends it: a text part <c>jsonStr</c> with the message and a part <c>file</c> with the content.</summary>
internal static class MultipartMessage
{
    private const int MostParts = 8;

    /// <exception cref="RefusedException"><c>FIELD_MISSING</c>, <c>MESSAGE_BROKEN</c>, or as a plain message.</exception>
    public static async Task<InterfaceRequest> Read(ReadOnlyMemory<byte> body, string boundary)
    {
        byte[]? message = null, file = null;
        foreach (var (name, content) in await Parts(body, boundary))
        {
            if (name == "jsonStr") message = content;
            else if (name == "file") file = content;
        }

        var request = InterfaceRequest.Read(message ?? throw SystemErrors.FieldMissing.With("jsonStr").AsException());
        // A part of its own in place of the field: from here on the same as a message that carries it.
        if (file is not null && request.Input.Json["fsUploadIn"] is JsonObject upload) upload["in"] = Convert.ToBase64String(file);
        return request;
    }

    private static async Task<List<(string Name, byte[] Content)>> Parts(ReadOnlyMemory<byte> body, string boundary)
    {
        if (boundary.Length is 0 or > 200) throw GatewayErrors.BodyBroken.With().AsException();
        var parts = new List<(string, byte[])>();
        try
        {
            var reader = new MultipartReader(boundary, new MemoryStream(body.ToArray(), writable: false));
            while (await reader.ReadNextSectionAsync() is { } section)
            {
                if (parts.Count == MostParts) throw GatewayErrors.BodyBroken.With().AsException();
                using var content = new MemoryStream();
                await section.Body.CopyToAsync(content);
                var name = ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) ? HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "" : "";
                parts.Add((name, content.ToArray()));
            }
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException or ArgumentException)
        {
            throw GatewayErrors.BodyBroken.With().AsException();
        }

        return parts;
    }
}
