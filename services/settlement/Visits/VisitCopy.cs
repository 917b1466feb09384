using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.Visits;

/// <summary>A city's node told its province of a visit as it was registered (INS-010).</summary>
/// <param name="By">The node where the institution registered it.</param>
/// <param name="RegisteredAt">By that node's clock.</param>
public sealed record VisitTold(Registration Registration, Insured Insured, AdminDivision By, DateTimeOffset RegisteredAt) : IFact;

/// <summary>What the province knows of a visit at a node below it; fees and settlements come by their own ways. <c>visit-copy/{id}</c>.</summary>
public sealed record VisitCopy : IState<VisitCopy>
{
    public static VisitCopy Empty { get; } = new();

    public VisitTold? Told { get; private init; }

    public static StreamKey<VisitCopy> Stream(string visitId) => new($"visit-copy/{visitId}");

    /// <summary>Told again as it was it is a repeat; changed or registered anew it is as it was told last.</summary>
    public static Decision Decide(VisitTold told, VisitCopy copy) =>
        copy.Told is { } known && known.Registration == told.Registration && known.Insured == told.Insured && known.By == told.By
            ? Decision.Done
            : Decision.Accept(Stream(told.Registration.VisitId), told);

    public VisitCopy Evolve(IFact fact) => fact switch
    {
        VisitTold told => this with { Told = told },
        _ => throw new InvalidOperationException($"A copy of a visit does not know {fact.GetType().Name}."),
    };
}
