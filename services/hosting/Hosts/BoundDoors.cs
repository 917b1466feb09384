using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Yibao.Hosting.Hosts;

/// <summary>Where a host really listens; known once it has started.</summary>
public sealed class BoundDoors
{
    private ListenOptions? _grpc;
    private ListenOptions? _http;
    private string _scheme = "https";

    /// <summary>gRPC, HTTP/2 with mutual TLS: <c>https://127.0.0.1:41233</c>.</summary>
    public Uri Grpc => Address(_grpc, _scheme);

    /// <summary>JSON, HTTP/1: <c>http://127.0.0.1:41234</c>.</summary>
    public Uri Http => Address(_http, "http");

    internal void Watch(ListenOptions grpc, ListenOptions http, bool plain)
    {
        _grpc = grpc;
        _http = http;
        if (plain) _scheme = "http";
    }

    /// <summary>Whole or not at all: whoever waits for the file never reads half of it.</summary>
    internal void WriteTo(string path)
    {
        var half = path + ".tmp";
        File.WriteAllText(half, JsonSerializer.Serialize(new { grpc = Grpc, http = Http }));
        File.Move(half, path, overwrite: true);
    }

    private static Uri Address(ListenOptions? door, string scheme)
    {
        if (door?.IPEndPoint is not { Port: > 0 } bound) throw new InvalidOperationException("The host has not started.");
        var host = bound.Address.Equals(IPAddress.Any) || bound.Address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : bound.Address;
        return new UriBuilder(scheme, host.ToString(), bound.Port).Uri;
    }
}

/// <summary>Reads the doors off a host.</summary>
public static class BoundDoorsOfHost
{
    public static BoundDoors Doors(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return app.Services.GetRequiredService<BoundDoors>();
    }
}
