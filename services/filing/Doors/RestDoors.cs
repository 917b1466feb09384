using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Yibao.Contracts.Filing.V1;
using Yibao.Filing.Desks;
using Yibao.Filing.Filings;
using Yibao.Filing.People;
using Yibao.Forms;
using Yibao.Forms.Printing;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Filing.Doors;

/// <summary>
/// The same desks as JSON for province operators. Bodies and answers are the messages of <c>agency.proto</c> in their standard JSON
/// form, so both doors have one shape; errors are problem details.
/// </summary>
internal static class RestDoors
{
    private const int BodyLimit = 256 * 1024;

    private static readonly JsonFormatter Writer = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    private static readonly JsonParser Reader = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(false));

    public static void Map(ServiceBuilder service)
    {
        service.Endpoints(routes =>
        {
            routes.MapPost("/filings", async (HttpContext http, FilingDesk desk, ICurrentActor current, TimeProvider time) =>
            {
                var request = await Body<ApplyFilingRequest>(http);
                var command = FilingsService.Read(request, current.Actor, time.Now());
                return Json(FilingsService.Reply(command.Person, await desk.Apply(command, FilingsService.Form(request.Form), http.RequestAborted)));
            }).Allow(FilingModule.Handling.CheckedInside("参保地在请求中，由服务核对")).Example(new ApplyFilingRequest
            {
                ApplicationId = "2026-000123", PersonKey = "0123456789abcdef0123456789abcdef", HomeArea = "630200", InsuranceType = "390", Category = 5, Place = "420100", Channel = "NATIONAL_APP",
                Materials = { "E_CREDENTIAL", "FILING_FORM" },
                Form = new FilingForm { Name = "赵晓明", SocialSecurityNumber = "999000194001010011", HomeAddress = "某市某路一号", ContactAddress = "武汉某路二号", Phone1 = "12000000001", SignedBy = "赵晓明" },
            });

            routes.MapGet("/filings/{number}", async (string number, HttpContext http, FilingDesk desk) =>
            {
                var (person, filing) = await desk.Get(number, http.RequestAborted);
                return Json(FilingsService.Reply(person, filing));
            }).Allow(FilingModule.Looking.CheckedInside("按备案编号的参保地核对"));

            // Annex 1 and Annex 2, as a page or a workbook: with the person's particulars, so for agencies only.
            routes.MapGet("/filings/{number}/form", async (string number, string? format, HttpContext http, PrintDesk desk) =>
                Printed(await desk.Registration(number, http.RequestAborted), format)).Allow(FilingModule.Agencies.CheckedInside("按备案编号的参保地核对"));
            routes.MapGet("/filings/{number}/commitment", async (string number, string? format, HttpContext http, PrintDesk desk) =>
                Printed(await desk.Commitment(number, http.RequestAborted), format)).Allow(FilingModule.Agencies.CheckedInside("按备案编号的参保地核对"));

            routes.MapGet("/areas/{area}/filings", async (string area, string? status, int? page_size, string? cursor, FilingLists lists, ICurrentActor current) =>
            {
                var home = Desk.Area(area, "area");
                lists.Known(home);
                current.MustSee(home);
                var (lines, next) = await lists.Page(home, status ?? "", page_size ?? 0, cursor ?? "");
                return Json(FilingsService.Page(lines, next));
            }).Allow(FilingModule.Looking.CheckedInside("按路径中的参保地核对"));

            routes.MapGet("/institutions/{code}", async (string code, HttpContext http, InstitutionDesk desk, TimeProvider time) =>
                Json(InstitutionsService.Reply(await desk.Get(code, http.RequestAborted), time.Now()))).Allow(FilingModule.Looking.CheckedInside("机构只看自己"));

            routes.MapGet("/persons/{key}", async (string key, HttpContext http, PersonDesk desk, ICurrentActor current, RecordReading reading, TimeProvider time) =>
            {
                var person = Desk.Person(key);
                var state = await desk.Get(person, http.RequestAborted);
                if (!state.IsKnown) throw FilingErrors.PersonUnknown.With().AsException();
                current.MustSee((state.Current ?? state.Enrolments[^1]).Area);
                await reading.Noted(person, PersonsService.StandingRead, http.RequestAborted);
                return Json(PersonsService.Reply(person, state, time.Now()));
            }).Allow(FilingModule.Agencies.CheckedInside("按参保地核对"));
        });
    }

    private static IResult Printed(Form form, string? format) => format switch
    {
        null or "" or "html" => Results.Text(FormHtml.Render(form), "text/html; charset=utf-8"),
        "xlsx" => Results.File(FormWorkbook.Render(form), FormWorkbook.MediaType, $"{form.Identity.Code}.xlsx"),
        _ => throw SystemErrors.FieldInvalid.With("format", "html、xlsx").AsException(),
    };

    private static IResult Json(IMessage message) => Results.Text(Writer.Format(message), "application/json");

    private static async Task<T> Body<T>(HttpContext http) where T : IMessage<T>, new()
    {
        using var reader = new StreamReader(http.Request.Body);
        var buffer = new char[BodyLimit + 1];
        var length = await reader.ReadBlockAsync(buffer, http.RequestAborted);
        if (length > BodyLimit) throw SystemErrors.FieldInvalid.With("请求", "超过 256 KB").AsException();
        try
        {
            return Reader.Parse<T>(new string(buffer, 0, length));
        }
        catch (Exception wrong) when (wrong is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw SystemErrors.FieldInvalid.With("请求", "不是约定的 JSON").AsException();
        }
    }
}
