using System.Globalization;
using Grpc.Core;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Upload.V1;
using Yibao.Hosting.Grpc;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Catalogues;
using Yibao.Settlement.FeeSplit;

namespace Yibao.Settlement.Doors;

/// <summary>就医地目录, for agencies.</summary>
public sealed class CataloguesService(CatalogueDesk desk, CatalogueLibrary library) : Contracts.Settlement.V1.Catalogues.CataloguesBase
{
    /// <summary>Bad lines that are answered; the rest is counted.</summary>
    private const int BadLimit = 10_000;

    public override async Task Import(IAsyncStreamReader<UploadChunk> requestStream, IServerStreamWriter<UploadReport> responseStream, ServerCallContext context)
    {
        var (start, text) = await UploadedFile.Read(requestStream, context.CancellationToken);
        if (start.Kind is not ("" or "catalogue")) throw SystemErrors.FieldInvalid.With("kind", "catalogue").AsException();
        await foreach (var progress in desk.Import(Area(start.Area, "area"), Day(start.From, "from"), text, start.DryRun, context.CancellationToken))
        {
            await responseStream.WriteAsync(new UploadReport
            {
                Lines = progress.Lines, Taken = progress.Taken, Skipped = progress.Skipped, BadCount = progress.Bad.Count, Finished = progress.Finished, Version = progress.Version,
                Bad = { progress.Bad.Take(BadLimit).Select(bad => new UploadBadLine { Line = bad.Line, Code = bad.Error.Code, Message = bad.Error.Message }) },
            }, context.CancellationToken);
        }
    }

    public override async Task<ListCataloguesReply> List(ListCataloguesRequest request, ServerCallContext context)
    {
        var versions = await desk.List(request.Area is "" ? null : Area(request.Area, "area"), context.CancellationToken);
        return new ListCataloguesReply { Versions = { versions.Select(version => new CatalogueVersion { Version = version.Version, Area = version.Area.Code, From = Iso(version.From), Lines = version.Lines }) } };
    }

    public override Task<CatalogueItemReply> Find(FindItemRequest request, ServerCallContext context)
    {
        var day = Day(request.Day, "day");
        var catalogue = library.At(Area(request.Area, "area"));
        var (item, exists) = catalogue.Find(request.Code, day);
        if (item is null) throw (exists ? FeeErrors.CodeExpired.With(1, request.Code, Iso(day)) : FeeErrors.CodeUnknown.With(1, request.Code)).AsException();
        var reply = new CatalogueItemReply
        {
            Code = item.Code, Name = item.Name, Category = ((int)item.Category).ToString("00", CultureInfo.InvariantCulture),
            ItemClass = item.Class switch { ItemClass.A => "甲", ItemClass.B => "乙", ItemClass.C => "丙" },
            SelfPayRatio = item.SelfPayRatio.ToString(CultureInfo.InvariantCulture), From = Iso(item.From), To = item.To is { } to ? Iso(to) : "", Limited = item.Limited, Catalogue = catalogue.Version,
        };
        if (item.LimitPrice is { } limit) reply.LimitPriceFen = limit.Fen;
        return Task.FromResult(reply);
    }

    private static AdminDivision Area(string code, string field) => AdminDivision.TryParse(code, out var area) ? area : throw SystemErrors.FieldInvalid.With(field, "须为六位医保区划").AsException();

    private static DateOnly Day(string text, string field) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw SystemErrors.FieldInvalid.With(field, "须为 yyyy-MM-dd").AsException();

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
