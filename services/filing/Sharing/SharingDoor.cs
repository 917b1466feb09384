using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Yibao.Contracts.Filings;
using Yibao.Filing.Desks;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Sharing;

/// <param name="Agency">The agency whose filings are shared, six digits.</param>
/// <param name="Fields">Names of <see cref="SharingDesk.Fields"/>.</param>
public sealed record AgreementRequest(string? Id, string? Agency, string? Recipient, string? Purpose, IReadOnlyList<string>? Fields, string? From, string? Until);

/// <param name="AppliedFrom">Filings applied for from this day, yyyy-MM-dd.</param>
/// <param name="AppliedTo">To this day, inclusive.</param>
public sealed record ExportRequest(string? ExportId, string? Purpose, IReadOnlyList<string>? Fields, string? AppliedFrom, string? AppliedTo);

public sealed record AgreementView(string Id, string Agency, string Recipient, string Purpose, IReadOnlyList<string> Fields, DateOnly From, DateOnly Until, bool Ended, IReadOnlyList<ExportView> Log);

public sealed record ExportView(string ExportId, IReadOnlyList<string> Fields, DateOnly AppliedFrom, DateOnly AppliedTo, int Rows, DateTimeOffset At);

public sealed record Export(string ExportId, IReadOnlyList<IReadOnlyDictionary<string, string?>> Rows);

/// <summary>Gives filings' data to other departments, within an agreement, and keeps the log of it.</summary>
public sealed class SharingDesk(IWriteDoor door, IRows rows, NodeRegistry places, ServiceSettings settings, ICurrentActor current, TimeProvider time)
{
    private const int MostRows = 100_000;

    /// <summary>What can be agreed on at all: no identity among it, persons go by their key.</summary>
    public static IReadOnlyDictionary<string, Func<NpgsqlDataReader, string?>> Fields { get; } = new Dictionary<string, Func<NpgsqlDataReader, string?>>(StringComparer.Ordinal)
    {
        ["number"] = row => row.GetString(0),
        ["person_key"] = row => row.GetString(1),
        ["insurance_type"] = row => row.GetInt16(2).ToString(CultureInfo.InvariantCulture),
        ["category"] = row => row.GetInt16(3).ToString(CultureInfo.InvariantCulture),
        ["place"] = row => row.GetString(4),
        ["status"] = row => Desk.Word((FilingStatus)row.GetInt16(5)),
        ["applied_on"] = row => Day(row, 6),
        ["start_on"] = row => Day(row, 7),
        ["end_on"] = row => Day(row, 8),
    };

    public Task<AgreementView> Agree(AgreementRequest request, CancellationToken cancellation)
    {
        var now = time.Now();
        var agency = Desk.Area(request.Agency ?? "", "agency").Hosted(places, settings, current, now);
        var agreed = new SharingAgreed(Desk.Need(request.Id ?? "", "id"), agency, Desk.Need(request.Recipient ?? "", "recipient"), Desk.Need(request.Purpose ?? "", "purpose"), Known(request.Fields),
            Desk.Day(request.From ?? "", "from"), Desk.Day(request.Until ?? "", "until"), now);
        if (agreed.Until < agreed.From) throw SystemErrors.FieldInvalid.With("until", "早于 from").AsException();
        return Do(agreed.Id, state => SharingDecider.Agree(state, agreed), cancellation);
    }

    public async Task<AgreementView> End(string id, CancellationToken cancellation)
    {
        await Seen(id, cancellation);
        return await Do(id, state => SharingDecider.End(state, id, time.Now()), cancellation);
    }

    public async Task<Export> Give(string id, ExportRequest request, CancellationToken cancellation)
    {
        var agreed = await Seen(id, cancellation);
        var fields = request.Fields is { Count: > 0 } asked ? asked : throw SystemErrors.FieldMissing.With("fields").AsException();
        var (from, to) = (Desk.Day(request.AppliedFrom ?? "", "applied_from"), Desk.Day(request.AppliedTo ?? "", "applied_to"));
        var (exportId, purpose) = (Desk.Need(request.ExportId ?? "", "export_id"), Desk.Need(request.Purpose ?? "", "purpose"));
        // Judged before anything is read, so that nothing beyond the agreement ever leaves the database.
        if (SharingDecider.Fault(await door.Read(SharingAgreement.Stream(id), cancellation), id, purpose, fields, time.Now()) is { } fault) throw fault.AsException();
        var given = await rows.Query(
            "select number, person_key, insurance, category, place, status, applied_at, start_at, end_at from filing_row where home_area = $1 and applied_at >= $2 and applied_at < $3 order by applied_at, number limit $4",
            row => (IReadOnlyDictionary<string, string?>)fields.ToDictionary(field => field, field => Fields[field](row), StringComparer.Ordinal), agreed.Agency, from.Start(), to.AddDays(1).Start(), MostRows + 1);
        if (given.Count > MostRows) throw SystemErrors.FieldInvalid.With("applied_to", "数据过多，请缩短日期范围").AsException();
        var shared = new DataShared(exportId, purpose, [.. fields], from, to, given.Count, time.Now());
        await Do(id, state => SharingDecider.Share(state, id, shared), cancellation);
        return new Export(exportId, given);
    }

    private async Task<SharingAgreed> Seen(string id, CancellationToken cancellation)
    {
        var agreed = (await door.Read(SharingAgreement.Stream(id), cancellation)).Agreed ?? throw PrivacyErrors.AgreementUnknown.With(id).AsException();
        current.MustSee(agreed.Agency);
        return agreed;
    }

    private static ImmutableArray<string> Known(IReadOnlyList<string>? fields)
    {
        if (fields is not { Count: > 0 }) throw SystemErrors.FieldMissing.With("fields").AsException();
        return fields.FirstOrDefault(field => !Fields.ContainsKey(field)) is { } unknown ? throw SystemErrors.FieldInvalid.With("fields", $"没有字段 {unknown}").AsException() : [.. fields.Order(StringComparer.Ordinal)];
    }

    private static string? Day(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column).BusinessDate().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private async Task<AgreementView> Do(string id, Func<SharingAgreement, Decision> decide, CancellationToken cancellation)
    {
        var stream = SharingAgreement.Stream(id);
        var state = (await door.Execute(new Command(current.Actor, current.Correlation, [stream], states => decide(states.Of(stream))), cancellation)).OrThrow().State(stream);
        var agreed = state.Agreed!;
        return new AgreementView(id, agreed.Agency.Code, agreed.Recipient, agreed.Purpose, agreed.Fields, agreed.From, agreed.Until, state.Ended,
            [.. state.Log.Select(entry => new ExportView(entry.ExportId, entry.Fields, entry.AppliedFrom, entry.AppliedTo, entry.Rows, entry.At))]);
    }
}

internal static class SharingDoor
{
    public static void Map(ServiceBuilder service)
    {
        var rule = Access.Change(Role.ProvinceOperator, Role.Supervisor).CheckedInside("协议所属经办机构");
        service.Endpoints(routes =>
        {
            routes.MapPost("/sharing/agreements", (AgreementRequest request, SharingDesk desk, HttpContext http) => desk.Agree(request, http.RequestAborted)).Allow(rule)
                .Example(new AgreementRequest("630200-MZ-2026", "630200", "民政局", "救助核对", ["person_key", "status"], "2026-01-01", "2026-12-31"));
            routes.MapPost("/sharing/agreements/{id}/end", (string id, SharingDesk desk, HttpContext http) => desk.End(id, http.RequestAborted)).Allow(rule);
            routes.MapPost("/sharing/agreements/{id}/exports", (string id, ExportRequest request, SharingDesk desk, HttpContext http) => desk.Give(id, request, http.RequestAborted)).Allow(rule)
                .Example(new ExportRequest("630200-MZ-2026-03", "救助核对", ["person_key", "status"], "2026-03-01", "2026-03-31"));
        });
    }
}
