using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Yibao.Filing.Desks;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Responsibilities;

/// <param name="From">First day, yyyy-MM-dd; absent: today.</param>
public sealed record AssignmentRequest(string? Unit, string? Owner, string? Contact, string? Process, string? From);

/// <param name="Missing">Nobody answers for it: to be put right.</param>
public sealed record ResponsibilityView(string Component, string Name, bool Missing, AssignmentView? Now, IReadOnlyList<AssignmentView> History);

public sealed record AssignmentView(string Unit, string Owner, string Contact, string Process, DateOnly From);

/// <summary>The register of this node: named by its supervisor, read by whoever looks for who answers.</summary>
public sealed class ResponsibilityDesk(IWriteDoor door, ServiceSettings settings, ICurrentActor current, TimeProvider time)
{
    private const int Longest = 64;

    public async Task<IReadOnlyList<ResponsibilityView>> List(CancellationToken cancellation)
    {
        var (register, today) = (await door.Read(ResponsibilityRegister.Stream(settings.Node), cancellation), time.Now().BusinessDate());
        return [.. Components.All.Select(component => View(component, register, today))];
    }

    public async Task<ResponsibilityView> Assign(string component, AssignmentRequest request, CancellationToken cancellation)
    {
        current.MustSee(settings.Node);
        var now = time.Now();
        var today = now.BusinessDate();
        var owner = Text(request.Owner, "owner");
        if (!owner.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@')) throw SystemErrors.FieldInvalid.With("owner", "填责任人的登录账号，不填姓名").AsException();
        var wanted = new ResponsibilityAssigned(component, Text(request.Unit, "unit"), owner, Text(request.Contact, "contact"), Text(request.Process, "process"), request.From is null ? today : Desk.Day(request.From, "from"), now);
        var stream = ResponsibilityRegister.Stream(settings.Node);
        var register = (await door.Execute(new Command(current.Actor, current.Correlation, [stream], states => ResponsibilityDecider.Assign(settings.Node, wanted, today, states.Of(stream))), cancellation)).OrThrow().State(stream);
        return View(Components.All.Single(known => known.Code == component), register, today);
    }

    private static string Text(string? text, string field) =>
        Desk.Need(text ?? "", field) is { Length: <= Longest } fits ? fits : throw SystemErrors.FieldInvalid.With(field, $"最多 {Longest} 字").AsException();

    private static ResponsibilityView View((string Code, string Name) component, ResponsibilityRegister register, DateOnly today)
    {
        var now = register.On(component.Code, today);
        return new ResponsibilityView(component.Code, component.Name, now is null, now is null ? null : View(now), [.. register.Assigned.Where(assigned => assigned.Component == component.Code).Select(View)]);
    }

    private static AssignmentView View(ResponsibilityAssigned assigned) => new(assigned.Unit, assigned.Owner, assigned.Contact, assigned.Process, assigned.From);
}

internal static class ResponsibilityDoor
{
    public static void Map(ServiceBuilder service) => service.Endpoints(routes =>
    {
        routes.MapGet("/responsibilities", (ResponsibilityDesk desk, HttpContext http) => desk.List(http.RequestAborted))
            .Allow(Access.Read(Role.CityOperator, Role.ProvinceOperator, Role.NationalOperator, Role.Reviewer, Role.Supervisor, Role.FinanceMaker, Role.FinanceChecker).CheckedInside("本节点的责任登记，各岗位可查"));
        routes.MapPost("/responsibilities/{component}", (string component, AssignmentRequest request, ResponsibilityDesk desk, HttpContext http) => desk.Assign(component, request, http.RequestAborted))
            .Allow(Access.Change(Role.Supervisor).CheckedInside("本节点主管"))
            .Example(new AssignmentRequest("省医保信息中心网络科", "wangluo.duty", "值班室 0971-0000000", "青医保信〔2026〕3号", "2026-12-01"));
    });
}
