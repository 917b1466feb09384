using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Yibao.Filing.Desks;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Archives;

/// <param name="Kind">FILING, COMMITMENT, MANUAL_REIMBURSEMENT, SETTLEMENT, TRAUMA_COMMITMENT or AUDIT_CASE.</param>
/// <param name="Digest">SHA-256 of the document, 64 hex digits.</param>
/// <param name="RetentionYears">保管年限, at least 2 (004 Annex 2); the agencies' own rules say how many.</param>
public sealed record ArchiveRequest(string? Id, string? Kind, string? HomeArea, string? TreatmentArea, string? Business, string? Digest, int RetentionYears);

public sealed record ReadingApplication(string? RequestId, string? Purpose);

/// <param name="Until">Last day of reading, yyyy-MM-dd; empty refuses.</param>
public sealed record ReadingDecision(string? Until, string? Reason);

public sealed record ArchiveView(string Id, string Kind, string Keeper, string HomeArea, string TreatmentArea, string Business, string Digest, DateOnly RetainUntil, bool Destroyed, int Readings, IReadOnlyList<ReadingView> Requests);

public sealed record ReadingView(string RequestId, string By, string Purpose, string Status, DateOnly? Until);

/// <summary>业务档案: archived by the agency that handled the business, read by others on request (SEC-006).</summary>
public sealed class ArchiveDesk(IWriteDoor door, NodeRegistry places, ServiceSettings settings, ICurrentActor current, TimeProvider time)
{
    private const int LeastYears = 2;
    private const int MostYears = 100;

    public async Task<ArchiveView> Archive(ArchiveRequest request, CancellationToken cancellation)
    {
        var now = time.Now();
        var (kind, home, treatment) = (Desk.Of<ArchiveKind>(request.Kind ?? "", "kind"), Desk.Area(request.HomeArea ?? "", "home_area"), Desk.Area(request.TreatmentArea ?? "", "treatment_area"));
        var keeper = ArchiveDecider.KeeperOf(kind, home, treatment);
        keeper.Hosted(places, settings, current, now);
        if (request.Digest is not { Length: 64 } digest || !digest.All(char.IsAsciiHexDigitLower)) throw SystemErrors.FieldInvalid.With("digest", "须为 64 位小写十六进制 SHA-256").AsException();
        if (request.RetentionYears is < LeastYears or > MostYears) throw SystemErrors.FieldInvalid.With("retention_years", $"{LeastYears} 至 {MostYears}").AsException();
        var id = Desk.Need(request.Id ?? "", "id");
        var archived = new DocumentArchived(id, kind, home, treatment, keeper, Desk.Need(request.Business ?? "", "business"), digest, now.BusinessDate().AddYears(request.RetentionYears), now);
        return await Do(id, (state, _) => ArchiveDecider.Archive(state, archived), cancellation);
    }

    /// <summary>Reading is an event; without the keeper's leave there is nothing to see, not even that it exists for what.</summary>
    public Task<ArchiveView> Read(string id, string purpose, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(purpose)) throw IdentityErrors.PurposeMissing.With().AsException();
        return Do(id, (state, by) => ArchiveDecider.Read(state, id, by, purpose, time.Now()), cancellation);
    }

    public async Task Ask(string id, ReadingApplication request, CancellationToken cancellation)
    {
        var (requestId, purpose) = (Desk.Need(request.RequestId ?? "", "request_id"), Desk.Need(request.Purpose ?? "", "purpose"));
        await Do(id, (state, by) => ArchiveDecider.Ask(state, id, requestId, by, purpose, time.Now()), cancellation);
    }

    public Task<ArchiveView> Decide(string id, string requestId, ReadingDecision decision, CancellationToken cancellation)
    {
        var until = Desk.DayOrNone(decision.Until ?? "", "until");
        var reason = until is null ? Desk.Need(decision.Reason ?? "", "reason") : "";
        return Do(id, (state, by) => ArchiveDecider.Decide(state, id, requestId, by, until, reason, time.Now()), cancellation);
    }

    public Task<ArchiveView> Destroy(string id, CancellationToken cancellation) => Do(id, (state, by) => ArchiveDecider.Destroy(state, id, by, time.Now()), cancellation);

    private async Task<ArchiveView> Do(string id, Func<ArchivedDocument, AdminDivision, Decision> decide, CancellationToken cancellation)
    {
        // A decision runs wherever the door runs it: who acts is read before.
        var (stream, actor) = (ArchivedDocument.Stream(id), current.Actor);
        var state = (await door.Execute(new Command(actor, current.Correlation, [stream], states => decide(states.Of(stream), actor.Node)), cancellation)).OrThrow().State(stream);
        var archived = state.Archived!;
        return new ArchiveView(id, Desk.Word(archived.Kind), archived.Keeper.Code, archived.HomeArea.Code, archived.TreatmentArea.Code, archived.Business, archived.Digest, archived.RetainUntil, state.Destroyed, state.Readings,
            [.. state.Requests.Select(request => new ReadingView(request.Id, request.By.Code, request.Purpose, request.Decided ? request.Until is null ? "REFUSED" : "GRANTED" : "PENDING", request.Until))]);
    }
}

internal static class ArchiveDoor
{
    public static void Map(ServiceBuilder service)
    {
        var agencies = Access.Change(Role.CityOperator, Role.ProvinceOperator, Role.Reviewer, Role.Supervisor);
        service.Endpoints(routes =>
        {
            routes.MapPost("/archives", (ArchiveRequest request, ArchiveDesk desk, HttpContext http) => desk.Archive(request, http.RequestAborted)).Allow(agencies.CheckedInside("保管机构"))
                .Example(new ArchiveRequest("630200-2026-000123", "FILING", "630200", "420100", "2026-000123", new string('0', 64), 15));
            routes.MapPost("/archives/{id}/readings", (string id, string? purpose, ArchiveDesk desk, HttpContext http) => desk.Read(id, purpose ?? "", http.RequestAborted)).Allow(agencies.CheckedInside("保管机构，或已准予的机构"));
            routes.MapPost("/archives/{id}/requests", async (string id, ReadingApplication request, ArchiveDesk desk, HttpContext http) =>
            {
                await desk.Ask(id, request, http.RequestAborted);
                return Results.Accepted();
            }).Allow(agencies.CheckedInside("以本机构名义"));
            routes.MapPost("/archives/{id}/requests/{request}/decision", (string id, string request, ReadingDecision decision, ArchiveDesk desk, HttpContext http) => desk.Decide(id, request, decision, http.RequestAborted)).Allow(agencies.CheckedInside("保管机构"));
            routes.MapPost("/archives/{id}/destruction", (string id, ArchiveDesk desk, HttpContext http) => desk.Destroy(id, http.RequestAborted)).Allow(Access.Change(Role.Supervisor).CheckedInside("保管机构"));
        });
    }
}
