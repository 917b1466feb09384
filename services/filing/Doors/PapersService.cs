using Google.Protobuf;
using Grpc.Core;
using Yibao.Contracts.Filing.V1;
using Yibao.Filing.Desks;
using Yibao.Filing.Papers;

namespace Yibao.Filing.Doors;

/// <summary>For this node's other services: they hold references, never the particulars.</summary>
public sealed class PapersService(SealedPapers papers) : Contracts.Filing.V1.Papers.PapersBase
{
    public override async Task<KeepPaperAnswer> Keep(KeepPaperRequest request, ServerCallContext context) => new()
    {
        Reference = await papers.Keep(Desk.Need(request.Kind, "kind"), Desk.Need(request.Subject, "subject"), Desk.Person(request.PersonKey), request.Content.Memory),
    };

    public override async Task<OpenPaperAnswer> Open(OpenPaperRequest request, ServerCallContext context) => new()
    {
        Content = ByteString.CopyFrom(await papers.Open(Desk.Need(request.Reference, "reference"), Desk.Need(request.Purpose, "purpose"), context.CancellationToken)),
    };
}
