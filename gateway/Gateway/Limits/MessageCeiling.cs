using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Model;
using Yibao.Hosting;

namespace Yibao.Gateway.Limits;

/// <summary>
/// The size that a route allows, kept for gRPC too: the proxy takes every gRPC call for a stream and lifts the server's own limit. What is
/// over it is not read any further and is answered as too large, in the catalogue's words like everything else.
/// </summary>
internal static class MessageCeiling
{
    public static void AddMessageCeiling(this ServiceBuilder service) => service.Middleware(static app => app.Use(static async (http, next) =>
    {
        var grpc = http.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;
        if (!grpc || http.GetEndpoint()?.Metadata.GetMetadata<RouteModel>()?.Config.MaxRequestBodySize is not ({ } most and > 0))
        {
            await next(http);
            return;
        }

        var body = new Ceiling(http.Request.Body, most);
        http.Request.Body = body;
        await next(http);
        if (body.Exceeded && !http.Response.HasStarted) http.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
    }));

    /// <summary>Gives the first bytes on, and ends in an error at the one too many.</summary>
    private sealed class Ceiling(Stream body, long most) : Stream
    {
        private long _read;

        public bool Exceeded { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException("A request's body has no length.");

        public override long Position
        {
            get => _read;
            set => throw new NotSupportedException("A request's body is read once.");
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Counted(await body.ReadAsync(buffer, cancellationToken));

        public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Counted(await body.ReadAsync(buffer.AsMemory(offset, count), cancellationToken));

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A request's body is read without blocking.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A request's body is read once.");

        public override void SetLength(long value) => throw new NotSupportedException("A request's body is only read.");

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A request's body is only read.");

        private int Counted(int read)
        {
            _read += read;
            if (_read <= most) return read;
            Exceeded = true;
            // Ends the copying; the answer is given once the proxy has given up.
            throw new InvalidDataException("The message is larger than its route allows.");
        }
    }
}
