using System.Text.Json;
using System.Text.Json.Serialization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Yibao.Clearing.Book;
using Yibao.Contracts.Clearing.V1;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Time;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.Clearing.Hosting;

/// <summary>The gRPC door.</summary>
public sealed class ReconciliationService(ReconciliationDesk desk) : Reconciliation.ReconciliationBase
{
    public override Task<DayOverview> GetDay(DayRequest request, ServerCallContext context) => desk.Day(request.Day, context.CancellationToken);

    public override Task<PairMatrix> GetPairs(DayRequest request, ServerCallContext context) => desk.Pairs(request.Day, context.CancellationToken);

    public override Task<ListDifferencesAnswer> ListDifferences(ListDifferencesRequest request, ServerCallContext context) => desk.Differences(request.Day, context.CancellationToken);

    public override Task<Difference> GetDifference(DifferenceRequest request, ServerCallContext context) => desk.Get(request.SettlementId, context.CancellationToken);

    public override Task<Difference> ExplainDifference(ExplainRequest request, ServerCallContext context) => desk.Explain(request, context.CancellationToken);

    public override Task<Difference> EscalateDifference(EscalateRequest request, ServerCallContext context) => desk.Escalate(request, context.CancellationToken);

    public override Task<Difference> ResolveDifference(ResolveRequest request, ServerCallContext context) => desk.Resolve(request, context.CancellationToken);

    public override Task<DayOverview> CompareDay(DayRequest request, ServerCallContext context) => desk.Compare(request.Day, context.CancellationToken);

    public override Task<HomeMonth> CloseMonth(MonthRequest request, ServerCallContext context) => desk.CloseMonth(request.HomeArea, request.Month, context.CancellationToken);

    public override Task<HomeMonth> GetMonth(MonthRequest request, ServerCallContext context) => desk.GetMonth(request.HomeArea, request.Month, context.CancellationToken);

    public override Task<InstitutionDayAnswer> CompareInstitution(InstitutionDayRequest request, ServerCallContext context) => desk.CompareInstitution(request, context.CancellationToken);

    public override Task<InstitutionSettlements> ListInstitutionSettlements(InstitutionPeriodRequest request, ServerCallContext context) => desk.ListInstitutionSettlements(request, context.CancellationToken);

    public override Task<DeclarableAnswer> ListDeclarable(DeclarableRequest request, ServerCallContext context) => desk.ListDeclarable(request.InstitutionCode, request.Month, context.CancellationToken);
}

/// <summary>Who may ask what, over gRPC and as JSON under <c>/reconciliation</c>; amounts are integer fen in fields ending <c>_fen</c>.</summary>
public static class ReconciliationDoors
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PreferredObjectCreationHandling = JsonObjectCreationHandling.Populate, Converters = { new TimestampJson() },
    };

    public static void Declare(ServiceBuilder service)
    {
        var read = Access.Read(Role.CityOperator, Role.ProvinceOperator, Role.NationalOperator, Role.Reviewer, Role.Supervisor).OrInside().CheckedInside("按机构辖区过滤");
        var act = Access.Change(Role.CityOperator, Role.ProvinceOperator, Role.NationalOperator, Role.Supervisor).OrInside().CheckedInside("差异的负责机构或其省级");
        var run = Access.Change(Role.ProvinceOperator, Role.NationalOperator, Role.Supervisor, Role.CityOperator).OrInside().CheckedInside("本节点经办机构");
        var institution = Access.Change(Role.Institution).OrInside().CheckedInside("本机构");
        var declarable = Access.Read(Role.Institution, Role.CityOperator, Role.ProvinceOperator).OrInside().CheckedInside("本机构或经办机构");
        service.Services.AddScoped<ReconciliationDesk>();
        service.Services.AddScoped<SettlementList>();
        service.Grpc<ReconciliationService>(
            ("GetDay", read), ("GetPairs", read), ("ListDifferences", read), ("GetDifference", read),
            ("ExplainDifference", act), ("EscalateDifference", act), ("ResolveDifference", act), ("CompareDay", run), ("CloseMonth", run), ("GetMonth", read),
            ("CompareInstitution", institution), ("ListInstitutionSettlements", declarable), ("ListDeclarable", declarable));
        service.Endpoints(routes =>
        {
            routes.MapGet("/settlements", (string from, string to, int? page_size, string? cursor, SettlementList list) => Answer(list.Page(from, to, page_size ?? 0, cursor ?? ""))).Allow(read);
            routes.MapGet("/reconciliation/{day}", (string day, ReconciliationDesk desk, HttpContext http) => Answer(desk.Day(day, http.RequestAborted))).Allow(read);
            routes.MapGet("/reconciliation/{day}/pairs", (string day, ReconciliationDesk desk, HttpContext http) => Answer(desk.Pairs(day, http.RequestAborted))).Allow(read);
            routes.MapGet("/reconciliation/{day}/differences", (string day, ReconciliationDesk desk, HttpContext http) => Answer(desk.Differences(day, http.RequestAborted))).Allow(read);
            routes.MapPost("/reconciliation/{day}/compare", (string day, ReconciliationDesk desk, HttpContext http) => Answer(desk.Compare(day, http.RequestAborted))).Allow(run);
            routes.MapGet("/reconciliation/differences", (ReconciliationDesk desk, HttpContext http) => Answer(desk.Differences("", http.RequestAborted))).Allow(read);
            routes.MapGet("/reconciliation/differences/{id}", (string id, ReconciliationDesk desk, HttpContext http) => Answer(desk.Get(id, http.RequestAborted))).Allow(read);
            routes.MapPost("/reconciliation/differences/{id}/explain", async (string id, ReconciliationDesk desk, HttpContext http) => await Answer(desk.Explain(Named(await Read<ExplainRequest>(http), r => r.SettlementId = id), http.RequestAborted))).Allow(act);
            routes.MapPost("/reconciliation/differences/{id}/escalate", async (string id, ReconciliationDesk desk, HttpContext http) => await Answer(desk.Escalate(Named(await Read<EscalateRequest>(http), r => r.SettlementId = id), http.RequestAborted))).Allow(act);
            routes.MapPost("/reconciliation/differences/{id}/resolve", async (string id, ReconciliationDesk desk, HttpContext http) => await Answer(desk.Resolve(Named(await Read<ResolveRequest>(http), r => r.SettlementId = id), http.RequestAborted))).Allow(act);
            routes.MapGet("/reconciliation/months/{home}/{month}", (string home, string month, ReconciliationDesk desk, HttpContext http) => Answer(desk.GetMonth(home, month, http.RequestAborted))).Allow(read);
            routes.MapPost("/reconciliation/months/{home}/{month}/close", (string home, string month, ReconciliationDesk desk, HttpContext http) => Answer(desk.CloseMonth(home, month, http.RequestAborted))).Allow(run);
            routes.MapPost("/reconciliation/institutions/{institution}/{day}", async (string institution, string day, ReconciliationDesk desk, HttpContext http) =>
                await Answer(desk.CompareInstitution(Named(await Read<InstitutionDayRequest>(http), r => (r.InstitutionCode, r.Day) = (institution, day)), http.RequestAborted))).Allow(Access.Change(Role.Institution).OrInside().CheckedInside("本机构"));
            routes.MapGet("/reconciliation/institutions/{institution}/declarable/{month}", (string institution, string month, ReconciliationDesk desk, HttpContext http) => Answer(desk.ListDeclarable(institution, month, http.RequestAborted))).Allow(declarable);
        });
    }

    private static async Task<IResult> Answer<T>(Task<T> answer) => Results.Json(await answer, Json);

    private static async Task<T> Read<T>(HttpContext http) where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(http.Request.Body, Json, http.RequestAborted) ?? throw Kernel.Errors.SystemErrors.FieldMissing.With("body").AsException();
        }
        catch (JsonException wrong)
        {
            throw Kernel.Errors.SystemErrors.FieldInvalid.With(wrong.Path ?? "body", "JSON").AsException();
        }
    }

    private static T Named<T>(T request, Action<T> name)
    {
        name(request);
        return request;
    }

    private sealed class TimestampJson : JsonConverter<Timestamp>
    {
        public override Timestamp Read(ref Utf8JsonReader reader, System.Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset().ToTimestamp();

        public override void Write(Utf8JsonWriter writer, Timestamp value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToDateTimeOffset().InBeijing());
    }
}
