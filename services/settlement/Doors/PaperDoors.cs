using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Settlements;
using Yibao.Forms;
using Yibao.Forms.Hubei;
using Yibao.Forms.Printing;
using Yibao.Hosting;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Local;
using Yibao.Settlement.OutsideServices;
using Yibao.Settlement.Statements;
using Yibao.Settlement.Trauma;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.Doors;

/// <summary>
/// What an institution prints for the patient, as a page (<c>?format=html</c>, the default) a workbook (<c>?format=xlsx</c>) or lines for a terminal (<c>?format=text</c>): the
/// statement (Annex 13), the page that says why, the trauma commitment (Annex 11), the slip for services outside (Annex 12).
/// </summary>
internal static class PaperDoors
{
    /// <summary>Kind of the sealed paper.</summary>
    public const string TraumaKind = "trauma-commitment";

    private const int BodyLimit = 64 * 1024;

    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    public static void Map(ServiceBuilder service) => service.Endpoints(routes =>
    {
        // The code stands in the path: an institution prints its own papers only.
        var looking = Access.Read(Role.Institution).OwnInstitution<HttpContext>(http => http.GetRouteValue("institution") as string);
        var printing = Access.Change(Role.Institution).OwnInstitution<HttpContext>(http => http.GetRouteValue("institution") as string);

        routes.MapPost("/institutions/{institution}/settlements/{id}/statement", async (string institution, string id, string? format, HttpContext http, StatementDesk desk, ICurrentActor current) =>
            Printed(await desk.Statement(Id(institution), Id(id), await Body<StatementParticulars>(http), current.Actor), format)).Allow(printing);

        routes.MapGet("/institutions/{institution}/settlements/{id}/explanation", async (string institution, string id, string? format, StatementDesk desk) =>
            Printed(await desk.Explanation(Id(institution), Id(id)), format)).Allow(looking);

        routes.MapGet("/institutions/{institution}/visits/{id}/trauma-commitment", async (string institution, string id, string? format, HttpContext http, IWriteDoor door, IPeers peers, NodeRegistry registry) =>
        {
            var visitId = SettlementId.Of(Id(institution), Id(id));
            var visit = await door.Read(Visit.Stream(visitId), http.RequestAborted);
            if (visit is not { Registration: { } registration, Commitment: { } commitment }) throw CareErrors.TraumaCommitmentMissing.With(visitId).AsException();
            var papers = new Contracts.Filing.V1.Papers.PapersClient(peers.Invoker("filing", CallRules.Repeatable));
            var opened = await papers.OpenAsync(new OpenPaperRequest { Reference = commitment.Paper, Purpose = "打印外伤无第三方责任承诺书" }, cancellationToken: http.RequestAborted);
            var paper = TraumaPaper.Of(opened.Content.Span);
            return Printed(paper.Form(visitId, registry.At(registration.CareFrom)[registration.TreatmentArea], paper.DocumentType == "01" ? "居民身份证" : "其他有效证件"), format);
        }).Allow(looking);

        routes.MapPost("/institutions/{institution}/visits/{id}/outside-slips/{number}", async (string institution, string id, string number, string? format, HttpContext http, IWriteDoor door) =>
        {
            var visitId = SettlementId.Of(Id(institution), Id(id));
            var particulars = await Body<SlipParticulars>(http);
            var visit = await door.Read(Visit.Stream(visitId), http.RequestAborted);
            if (visit is not { Registration: { } registration, Insured: { } insured }) throw SettlementErrors.VisitUnknown.With(id).AsException();
            var orders = await door.Read(OutsideOrders.Stream(insured.Person.ToString()), http.RequestAborted);
            if (!orders.Slips.TryGetValue(OutsideOrders.SlipKey(visitId, number), out var slip)) throw CareErrors.SlipUnknown.With(number).AsException();
            var name = (await door.Read(InstitutionCopy.Stream(slip.Institution), http.RequestAborted)).Institution?.Name ?? slip.Institution;
            return Printed(particulars.Form(slip, registration.TreatmentArea, name), format);
        }).Allow(looking);
    });

    private static IResult Printed(Form form, string? format) => format switch
    {
        null or "" or "html" => Results.Text(FormHtml.Render(form), "text/html; charset=utf-8"),
        "text" => Results.Text(FormText.Render(form), "text/plain; charset=utf-8"),
        "xlsx" => Results.File(FormWorkbook.Render(form), FormWorkbook.MediaType, $"{form.Identity.Code}.xlsx"),
        _ => throw SystemErrors.FieldInvalid.With("format", "html、text、xlsx").AsException(),
    };

    private static string Id(string value) => SettlementMapping.Id(value, "id");

    private static async Task<T> Body<T>(HttpContext http)
    {
        if (http.Request.ContentLength > BodyLimit) throw SystemErrors.FieldInvalid.With("请求", "超过 64 KB").AsException();
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(http.Request.Body, Snake, http.RequestAborted) ?? throw SystemErrors.FieldInvalid.With("请求", "不是约定的 JSON").AsException();
        }
        catch (JsonException)
        {
            throw SystemErrors.FieldInvalid.With("请求", "不是约定的 JSON").AsException();
        }
    }
}

/// <summary>What only the institution knows and Annex 12 prints; stored nowhere.</summary>
internal sealed record SlipParticulars
{
    public string Patient { get; init; } = "";

    public string Sex { get; init; } = "";

    public int Age { get; init; }

    public string Department { get; init; } = "";

    public string CredentialKind { get; init; } = "";

    public string CredentialNumber { get; init; } = "";

    public string Diagnosis { get; init; } = "";

    /// <summary>医师签字, as it is printed.</summary>
    public string? Physician { get; init; }

    public Form Form(Slip slip, AdminDivision area, string outsideName) => new OutsideServiceSlip
    {
        Number = slip.Number,
        TreatmentArea = area,
        Patient = Patient,
        Sex = Sex,
        Age = Age,
        Department = Department,
        CredentialKind = CredentialKind,
        CredentialNumber = CredentialNumber,
        Diagnosis = Diagnosis,
        OutsideInstitution = outsideName,
        Service = slip.Service,
        Reason = slip.Reason,
        Physician = slip.Physician is null ? null : Physician ?? slip.Physician,
        SealedOn = slip.SealedOn,
    }.Issue();

    /// <summary>Never prints what it holds.</summary>
    public override string ToString() => nameof(SlipParticulars);
}
