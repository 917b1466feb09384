using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Yibao.Contracts.Settlement.V1;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Details;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.Settlement.Doors;

/// <summary>
/// Who may ask for what after (or without) a settlement, over gRPC and as JSON: bodies and answers are the messages of the protos in their
/// standard JSON form, so both doors have one shape. What is downloaded is a file.
/// </summary>
internal static class AfterSettlementDoors
{
    /// <summary>A report with fifty diagnoses is a few kilobytes.</summary>
    private const int BodyLimit = 64 * 1024;

    private static readonly JsonFormatter Writer = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    private static readonly JsonParser Reader = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(false));

    public static void Declare(ServiceBuilder service)
    {
        var looking = Access.Read(Role.CityOperator, Role.ProvinceOperator, Role.NationalOperator, Role.Reviewer, Role.Supervisor).OrInside().CheckedInside("按请求中的统筹区核对");
        var uploading = Access.Change(Role.CityOperator, Role.ProvinceOperator, Role.Supervisor).OrInside().CheckedInside("按明细的就医地核对");
        var reimbursing = Access.Change(Role.CityOperator, Role.Reviewer, Role.Supervisor, Role.DelegatedInsurer).OrInside().CheckedInside("按就诊的参保地核对");
        var revoking = Access.Change(Role.Supervisor).OrInside().CheckedInside("按就诊的参保地核对");
        var sums = Access.Read(Role.Institution, Role.CityOperator, Role.ProvinceOperator, Role.NationalOperator, Role.Reviewer, Role.Supervisor, Role.FinanceMaker, Role.FinanceChecker).OrInside().CheckedInside("机构只看自己，经办机构看本辖区");
        static Access Own<TRequest>(Func<TRequest, string?> institution) where TRequest : class => Access.Change(Role.Institution).OwnInstitution(institution).OrInside();

        service.Grpc<FeeDetailsService>(("ListDuties", looking), ("Upload", uploading), ("Query", looking), ("Download", looking));
        service.Grpc<UndirectVisitsService>(("Report", Own<ReportUndirectRequest>(request => request.InstitutionCode)), ("Book", Own<BookRequest>(request => request.InstitutionCode)));
        service.Grpc<ManualReimbursementsService>(("Open", reimbursing), ("Calculate", reimbursing), ("Pay", reimbursing), ("Revoke", revoking), ("Get", looking));
        service.Grpc<SumsService>(("GetReceivable", sums), ("GetDirectRate", looking));

        service.Services.AddScoped<FeeDetailsService>();
        service.Services.AddScoped<ManualReimbursementsService>();
        service.Services.AddScoped<SumsService>();
        service.Endpoints(routes =>
        {
            routes.MapGet("/details/duties", async (string treatment_area, string? status, bool? overdue_only, int? limit, string? cursor, HttpContext http, FeeDetailsService door) =>
                Json(await door.ListDuties(new ListDutiesRequest { TreatmentArea = treatment_area, Status = status ?? "", OverdueOnly = overdue_only ?? false, Limit = limit ?? 0, Cursor = cursor ?? "" }, http.RequestAborted))).Allow(looking);
            routes.MapPost("/details/upload", async (HttpContext http, FeeDetailsService door) => Json(await door.Upload(await Body<UploadDetailsRequest>(http), http.RequestAborted))).Allow(uploading);
            routes.MapGet("/details", async (string home_area, string month, string? treatment_area, string? kind, int? limit, string? cursor, HttpContext http, FeeDetailsService door) =>
                Json(await door.Query(Asked(home_area, month, treatment_area, kind, limit, cursor), http.RequestAborted))).Allow(looking);
            routes.MapGet("/details/file", (string home_area, string month, string? treatment_area, string? kind, HttpContext http, FeeDetailsService door) => File(http, door, Asked(home_area, month, treatment_area, kind, null, null))).Allow(looking);
            routes.MapGet("/manual", async (string visit_id, HttpContext http, ManualReimbursementsService door) => Json(await door.Get(new ManualCaseRequest { VisitId = visit_id }, http.RequestAborted))).Allow(looking);
            routes.MapPost("/manual/open", async (HttpContext http, ManualReimbursementsService door) => Json(await door.Open(await Body<ManualCaseRequest>(http), http.RequestAborted))).Allow(reimbursing);
            routes.MapPost("/manual/calculate", async (HttpContext http, ManualReimbursementsService door) => Json(await door.Calculate(await Body<ManualCaseRequest>(http), http.RequestAborted))).Allow(reimbursing);
            routes.MapPost("/manual/pay", async (HttpContext http, ManualReimbursementsService door) => Json(await door.Pay(await Body<ManualCaseRequest>(http), http.RequestAborted))).Allow(reimbursing);
            routes.MapPost("/manual/revoke", async (HttpContext http, ManualReimbursementsService door) => Json(await door.Revoke(await Body<RevokeManualRequest>(http), http.RequestAborted))).Allow(revoking);
            routes.MapGet("/institutions/{institution}/receivable", async (string institution, string from, string until, int? limit, string? cursor, HttpContext http, SumsService door) =>
                Json(await door.GetReceivable(new ReceivableRequest { InstitutionCode = institution, From = from, Until = until, Limit = limit ?? 0, Cursor = cursor ?? "" }, http.RequestAborted))).Allow(sums);
            routes.MapGet("/direct-rate", async (string home_area, string from_month, string until_month, HttpContext http, SumsService door) =>
                Json(await door.GetDirectRate(new DirectRateRequest { HomeArea = home_area, FromMonth = from_month, UntilMonth = until_month }, http.RequestAborted))).Allow(looking);
        });
    }

    private static QueryDetailsRequest Asked(string home, string month, string? treatment, string? kind, int? limit, string? cursor) =>
        new() { HomeArea = home, Month = month, TreatmentArea = treatment ?? "", Kind = kind ?? "", Limit = limit ?? 0, Cursor = cursor ?? "" };

    /// <summary>Written as it is read: a city's month is not held in memory.</summary>
    private static async Task File(HttpContext http, FeeDetailsService door, QueryDetailsRequest request)
    {
        StreamWriter? writer = null;
        try
        {
            await door.Each(request, async (details, line) =>
            {
                writer ??= await Begin(http, request);
                await writer.WriteLineAsync(DetailFile.Row(details, line));
            }, http.RequestAborted);
            // Nothing held is an empty file with its header; a refusal before the first line is a problem, not a file.
            writer ??= await Begin(http, request);
        }
        finally
        {
            if (writer is not null) await writer.DisposeAsync();
        }
    }

    private static async Task<StreamWriter> Begin(HttpContext http, QueryDetailsRequest request)
    {
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=fee-details-{request.HomeArea}-{request.Month}.csv";
        // With a byte order mark: the spreadsheet programs of this country take a file without one for GBK.
        var writer = new StreamWriter(http.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync(DetailFile.Header);
        return writer;
    }

    private static IResult Json(IMessage message) => Results.Text(Writer.Format(message), "application/json");

    private static async Task<T> Body<T>(HttpContext http) where T : IMessage<T>, new()
    {
        using var reader = new StreamReader(http.Request.Body);
        var buffer = new char[BodyLimit + 1];
        var length = await reader.ReadBlockAsync(buffer, http.RequestAborted);
        if (length > BodyLimit) throw SystemErrors.FieldInvalid.With("请求", "超过 64 KB").AsException();
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
