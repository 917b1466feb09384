using System.Collections.Immutable;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Responsibilities;

/// <summary>
/// 安全责任: from a day on this unit and this account answer for the operation and security of a component, by this process (SEC-005).
/// </summary>
/// <param name="Component">One of <see cref="Components"/>.</param>
/// <param name="Unit">责任单位, as the agency calls it.</param>
/// <param name="Owner">责任人: his account at the identity provider, the same that stands as actor in every event. A name would stay for ever.</param>
/// <param name="Contact">值守联系方式: the duty desk's, not anybody's own.</param>
/// <param name="Process">运维与安全管理流程: number of the document that establishes it.</param>
public sealed record ResponsibilityAssigned(string Component, string Unit, string Owner, string Contact, string Process, DateOnly From, DateTimeOffset At) : IFact;

/// <summary>What a node consists of: 基础设施、网络安全、云平台, and each business subsystem (业务子系统).</summary>
public static class Components
{
    /// <summary>Code and Chinese name, in the order of the register.</summary>
    public static IReadOnlyList<(string Code, string Name)> All { get; } =
    [
        ("INFRASTRUCTURE", "基础设施"), ("NETWORK_SECURITY", "网络安全"), ("CLOUD_PLATFORM", "云平台"),
        ("GATEWAY", "业务子系统·接口网关"), ("FILING", "业务子系统·备案"), ("SETTLEMENT", "业务子系统·结算"), ("CLEARING", "业务子系统·清算"), ("PREFUND", "业务子系统·预付金"), ("COOPERATION", "业务子系统·业务协同"),
    ];
}

/// <summary>Who answers for what at a node, and who did before: stream <c>responsibilities/{node}</c>.</summary>
public sealed record ResponsibilityRegister : IState<ResponsibilityRegister>
{
    public static ResponsibilityRegister Empty { get; } = new();

    /// <summary>In order of assignment.</summary>
    public ImmutableArray<ResponsibilityAssigned> Assigned { get; private init; } = [];

    public static StreamKey<ResponsibilityRegister> Stream(AdminDivision node) => new($"responsibilities/{node}");

    /// <summary>Who answers on a day; null: nobody was named for it.</summary>
    public ResponsibilityAssigned? On(string component, DateOnly day) => Assigned.LastOrDefault(assigned => assigned.Component == component && assigned.From <= day);

    public ResponsibilityRegister Evolve(IFact fact) => fact switch
    {
        ResponsibilityAssigned assigned => this with { Assigned = [.. Assigned.Append(assigned).OrderBy(known => known.From)] },
        _ => throw new InvalidOperationException($"A register of responsibilities does not know {fact.GetType().Name}."),
    };
}

public static class ResponsibilityDecider
{
    /// <summary>The last word for a day holds; what was answered for before that day is not rewritten.</summary>
    /// <param name="today">Business date of the command.</param>
    public static Decision Assign(AdminDivision node, ResponsibilityAssigned wanted, DateOnly today, ResponsibilityRegister register)
    {
        if (Components.All.All(component => component.Code != wanted.Component)) return Decision.Refuse(SystemErrors.FieldInvalid.With("component", $"应为 {string.Join("、", Components.All.Select(component => component.Code))} 之一"));
        if (register.On(wanted.Component, wanted.From) is { } known && known with { At = wanted.At } == wanted) return Decision.Done;
        return wanted.From < today ? Decision.Refuse(SystemErrors.FieldInvalid.With("from", "不得早于今天：已过去的责任不可改写")) : Decision.Accept(ResponsibilityRegister.Stream(node), wanted);
    }
}
