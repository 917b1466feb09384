using System.Text;
using Grpc.Core;
using Yibao.Contracts.Upload.V1;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Grpc;

/// <summary>A file that comes in chunks.</summary>
public static class UploadedFile
{
    /// <summary>The largest file, in bytes.</summary>
    public const int Limit = 256 * 1024 * 1024;

    /// <summary>The whole file as text, without a byte-order mark.</summary>
    /// <exception cref="RefusedException"><c>FIELD_MISSING</c>: the first chunk carries no start; <c>FIELD_INVALID</c>: too large, or no UTF-8.</exception>
    public static async Task<(UploadStart Start, string Text)> Read(IAsyncStreamReader<UploadChunk> chunks, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(chunks);
        UploadStart? start = null;
        using var file = new MemoryStream();
        await foreach (var chunk in chunks.ReadAllAsync(cancellation))
        {
            start ??= chunk.Start ?? throw SystemErrors.FieldMissing.With("start").AsException();
            if (file.Length + chunk.Data.Length > Limit) throw SystemErrors.FieldInvalid.With("文件", "超过 256 MB，请分开上传").AsException();
            chunk.Data.WriteTo(file);
        }

        if (start is null) throw SystemErrors.FieldMissing.With("start").AsException();
        try
        {
            return (start, new UTF8Encoding(false, true).GetString(file.GetBuffer(), 0, checked((int)file.Length)).TrimStart('\uFEFF'));
        }
        catch (DecoderFallbackException)
        {
            throw SystemErrors.FieldInvalid.With("文件", "不是 UTF-8 编码").AsException();
        }
    }
}
