using Google.Protobuf;
using Grpc.Core;
using Yibao.Cli.Shell;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Upload.V1;
using Yibao.Hosting.Grpc;
using Uploads = Yibao.Contracts.Filing.V1.Uploads;

namespace Yibao.Cli.Import;

/// <summary>Sends a file to a node and follows what becomes of it; an interrupted one is sent again and goes on where it stopped.</summary>
internal sealed class FileUpload(GatewayDoor door, TimeProvider time)
{
    private const int ChunkSize = 512 * 1024;

    /// <param name="patience">For so long a node that does not answer is tried again.</param>
    /// <param name="interrupted">Is told why, before it is tried again.</param>
    /// <exception cref="FailedException">The node refuses the file as a whole, or stayed away.</exception>
    public async Task<UploadReport> Send(UploadStart start, byte[] file, TimeSpan patience, Action<UploadReport> progress, Action<string> interrupted, CancellationToken cancellation)
    {
        var (pause, away) = (TimeSpan.FromSeconds(1), TimeSpan.Zero);
        while (true)
        {
            var heard = false;
            try
            {
                return await Once(start, file, report =>
                {
                    heard = true;
                    progress(report);
                }, cancellation);
            }
            catch (RpcException failure) when (!cancellation.IsCancellationRequested)
            {
                var error = ErrorStatus.FromRpc(failure);
                if (error is not null && !error.Definition.Transient) throw new FailedException(Regions.Sentence(error));
                if (error is null && failure.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.Unimplemented) throw new FailedException(failure.Status.Detail);
                // Patience is with a node that is away, not with one that gets on and breaks off.
                away = heard ? TimeSpan.Zero : away + pause;
                if (away > patience) throw new FailedException($"The node does not answer ({error?.Message ?? failure.Status.Detail}). What it has stored stays; the same command goes on there.");
                interrupted(error?.Message ?? failure.StatusCode.ToString());
                await Task.Delay(pause, time, cancellation);
            }
        }
    }

    private async Task<UploadReport> Once(UploadStart start, byte[] file, Action<UploadReport> progress, CancellationToken cancellation)
    {
        using var call = start.Kind == ImportKinds.Catalogue
            ? new Catalogues.CataloguesClient(door.Calls).Import(cancellationToken: cancellation)
            : new Uploads.UploadsClient(door.Calls).Upload(cancellationToken: cancellation);
        try
        {
            await call.RequestStream.WriteAsync(new UploadChunk { Start = start }, cancellation);
            for (var at = 0; at < file.Length; at += ChunkSize)
                await call.RequestStream.WriteAsync(new UploadChunk { Data = UnsafeByteOperations.UnsafeWrap(file.AsMemory(at, Math.Min(ChunkSize, file.Length - at))) }, cancellation);
            await call.RequestStream.CompleteAsync();
        }
        catch (RpcException)
        {
            // The answer says why better than the broken sending does.
        }

        UploadReport? last = null;
        await foreach (var report in call.ResponseStream.ReadAllAsync(cancellation))
        {
            last = report;
            progress(report);
        }

        return last is { Finished: true } ? last : throw new RpcException(new Status(StatusCode.Unavailable, "the answer broke off"));
    }
}
