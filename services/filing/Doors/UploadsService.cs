using System.Text;
using Grpc.Core;
using Yibao.Contracts.Filing.V1;
using Yibao.Filing.Desks;
using Yibao.Filing.Uploads;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Doors;

/// <summary>Files by the hundred thousand lines: progress while it works, bad lines by number, resumed by sending the same file again.</summary>
public sealed class UploadsService(UploadRun run, UploadKinds kinds, NodeRegistry places, ServiceSettings settings, ICurrentActor current, TimeProvider time) : Contracts.Filing.V1.Uploads.UploadsBase
{
    /// <summary>The largest file, in bytes.</summary>
    public const int Limit = 256 * 1024 * 1024;

    public override async Task Upload(IAsyncStreamReader<UploadChunk> requestStream, IServerStreamWriter<UploadReport> responseStream, ServerCallContext context)
    {
        UploadStart? start = null;
        using var file = new MemoryStream();
        await foreach (var chunk in requestStream.ReadAllAsync(context.CancellationToken))
        {
            start ??= chunk.Start ?? throw SystemErrors.FieldMissing.With("start").AsException();
            if (file.Length + chunk.Data.Length > Limit) throw SystemErrors.FieldInvalid.With("文件", "超过 256 MB，请分开上传").AsException();
            chunk.Data.WriteTo(file);
        }

        if (start is null) throw SystemErrors.FieldMissing.With("start").AsException();
        var area = Desk.Area(start.Area, "area");
        // Who uploads answers for the area, or for everything below it.
        current.MustSee(area);
        if (places.At(time.GetUtcNow()).HostOf(area) != settings.Node && area != settings.Node) throw FilingErrors.AreaNotHosted.With(area).AsException();
        var text = new UTF8Encoding(false, false).GetString(file.GetBuffer(), 0, checked((int)file.Length)).TrimStart('\uFEFF');
        await foreach (var progress in run.Run(kinds.Of(start.Kind), area.Code, text, start.DryRun, context.CancellationToken))
        {
            // Bad lines go once, with the last report.
            await responseStream.WriteAsync(new UploadReport
            {
                Lines = progress.Lines, Taken = progress.Taken, Skipped = progress.Skipped, BadCount = progress.Bad.Count, Finished = progress.Finished,
                Bad = { progress.Finished ? progress.Bad.Select(line => new UploadBadLine { Line = line.Number, Code = line.Code, Message = line.Message }) : [] },
            }, context.CancellationToken);
        }
    }
}
