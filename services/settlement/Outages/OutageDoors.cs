using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Contracts.Outages;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.Settlement.Outages;

/// <summary>Outages as JSON under <c>/outages</c>: announce, extend, withdraw, drain, end; everybody who works here may read them.</summary>
internal static class OutageDoors
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static void Declare(ServiceBuilder service)
    {
        service.Table(OutageGate.Table);
        service.Row<OutageAnnounced>((fact, _) => OutageGate.Row(fact.Notice));
        service.Row<OutageExtended>((fact, _) => OutageGate.Row(fact.Notice));
        service.Row<OutageWithdrawn>((fact, _) => OutageGate.Row(fact.Notice));
        service.Row<OutageEnded>((fact, _) => OutageGate.Row(fact.Notice));
        service.Row<OutageHeard>((fact, _) => OutageGate.Row(fact.Notice));
        service.SendsOverEdge<OutageTold>((fact, signer) => OutageDesk.Tell(fact.Fact, service.Settings.Registry, fact.Context.At, signer));
        service.Gauge("yibao.outage.active", "{outage}", "Nodes that take no new settlements now, as this node knows it",
            "select count(*)::float8 from outage_notice where stage = 'Announced' and starts <= now()");
        var services = service.Services;
        services.AddSingleton(new OutageRules());
        services.AddScoped<OutageDesk>();
        services.AddSingleton<OutageGate>();
        services.AddSingleton<IOutages>(static provider => provider.GetRequiredService<OutageGate>());
        services.AddHostedService(static provider => provider.GetRequiredService<OutageGate>());

        var read = Access.Read(Role.Institution, Role.CityOperator, Role.ProvinceOperator, Role.NationalOperator, Role.Reviewer, Role.Supervisor).OrInside().CheckedInside("公告对所有人公开");
        var act = Access.Change(Role.CityOperator, Role.ProvinceOperator, Role.NationalOperator, Role.Supervisor).CheckedInside("本节点经办机构");
        service.Endpoints(routes =>
        {
            routes.MapGet("/outages", async (OutageDesk desk) => Results.Json((await desk.List()).Select(Words), Json)).Allow(read);
            routes.MapPost("/outages", async (HttpContext http, OutageDesk desk, ICurrentActor current) =>
            {
                var body = await Read<Announcement>(http);
                return Results.Json(Words(await desk.Announce(body.Id ?? "", body.From, body.Until, body.Reason ?? "", body.Emergency, current.Actor)), Json);
            }).Allow(act);
            routes.MapPost("/outages/{id}/extend", async (string id, HttpContext http, OutageDesk desk, ICurrentActor current) =>
                Results.Json(Words(await desk.Extend(id, (await Read<Announcement>(http)).Until, current.Actor)), Json)).Allow(act);
            routes.MapPost("/outages/{id}/withdraw", async (string id, OutageDesk desk, ICurrentActor current) => Results.Json(Words(await desk.Withdraw(id, current.Actor)), Json)).Allow(act);
            routes.MapPost("/outages/{id}/drain", async (string id, OutageDesk desk, ICurrentActor current) =>
            {
                var drained = await desk.Drain(id, current.Actor);
                return Results.Json(new { drained.LastFact, drained.Facts, At = drained.At.InBeijing() }, Json);
            }).Allow(act);
            routes.MapPost("/outages/{id}/end", async (string id, OutageDesk desk, ICurrentActor current) => Results.Json(Words(await desk.End(id, current.Actor)), Json)).Allow(act);
        });
    }

    private static object Words(OutageNotice notice) => new { Node = notice.Node.Code, notice.Id, notice.Version, From = notice.From.InBeijing(), Until = notice.Until.InBeijing(), notice.Reason, Stage = notice.Stage.ToString() };

    private static async Task<T> Read<T>(HttpContext http) where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(http.Request.Body, Json, http.RequestAborted) ?? throw SystemErrors.FieldMissing.With("body").AsException();
        }
        catch (JsonException wrong)
        {
            throw SystemErrors.FieldInvalid.With(wrong.Path ?? "body", "JSON").AsException();
        }
    }

    private sealed record Announcement(string? Id, DateTimeOffset From, DateTimeOffset Until, string? Reason, bool Emergency);
}
