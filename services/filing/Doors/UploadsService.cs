using System.Text;
using Grpc.Core;
using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Upload.V1;
using Yibao.Filing.Desks;
using Yibao.Filing.Registry;
using Yibao.Filing.Uploads;
using Yibao.Hosting;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Doors;

/// <summary>Files by the hundred thousand lines: progress while it works, bad lines by number, resumed by sending the same file again.</summary>
public sealed class UploadsService(UploadRun run, UploadKinds kinds, RegistryDesk registry, NodeRegistry places, ServiceSettings settings, ICurrentActor current, TimeProvider time) : Contracts.Filing.V1.Uploads.UploadsBase
{
    /// <summary>Kind of a file of registry changes: taken as a whole, at the nation's node.</summary>
    public const string Registry = "registry";

    public override async Task Upload(IAsyncStreamReader<UploadChunk> requestStream, IServerStreamWriter<UploadReport> responseStream, ServerCallContext context)
    {
        var (start, text) = await UploadedFile.Read(requestStream, context.CancellationToken);
        var area = Desk.Area(start.Area, "area");
        // Who uploads answers for the area, or for everything below it.
        current.MustSee(area);
        if (start.Kind == Registry)
        {
            await responseStream.WriteAsync(Report(await registry.Import(text, start.DryRun, context.CancellationToken)), context.CancellationToken);
            return;
        }

        if (places.At(time.GetUtcNow()).HostOf(area) != settings.Node) throw FilingErrors.AreaNotHosted.With(area).AsException();
        await foreach (var progress in run.Run(kinds.Of(start.Kind), area.Code, text, start.DryRun, context.CancellationToken))
            await responseStream.WriteAsync(Report(progress), context.CancellationToken);
    }

    // Bad lines go once, with the last report.
    private static UploadReport Report(UploadProgress progress) => new()
    {
        Lines = progress.Lines, Taken = progress.Taken, Skipped = progress.Skipped, BadCount = progress.Bad.Count, Finished = progress.Finished, Version = progress.Version,
        Bad = { progress.Finished ? progress.Bad.Select(line => new UploadBadLine { Line = line.Number, Code = line.Code, Message = line.Message }) : [] },
    };
}
