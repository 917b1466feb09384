using System.Collections.Immutable;
using Yibao.Kernel.Deciding;
using Yibao.Settlement.FeeSplit;

namespace Yibao.Settlement.OutsideServices;

/// <summary>外检外购单 (004 Annex 12): made out by the treating institution; its costs may be included once it is signed and sealed.</summary>
/// <param name="Number">The institution's own number.</param>
/// <param name="VisitId">The stay, national id.</param>
/// <param name="Institution">外检定点医院或外购定点药店.</param>
/// <param name="Service">外检项目或外购药品.</param>
/// <param name="Reason">外检或外购药原因.</param>
/// <param name="Physician">医师代码; null: not signed yet.</param>
/// <param name="SealedOn">医疗保险办公室盖章; null: not sealed yet.</param>
public sealed record Slip(string Number, string VisitId, string Institution, string Service, string Reason, string? Physician, DateOnly? SealedOn)
{
    public bool IsValid => Physician is not null && SealedOn is not null;

    /// <summary>What it lacks, in words.</summary>
    public string Lacks => (Physician is null, SealedOn is null) switch
    {
        (true, true) => "医师签字和医疗保险办公室盖章",
        (true, false) => "医师签字",
        (false, true) => "医疗保险办公室盖章",
        (false, false) => "",
    };
}

public sealed record OutsideSlipIssued(Slip Slip) : IFact;

/// <summary>Signature or seal were added.</summary>
public sealed record OutsideSlipCompleted(Slip Slip) : IFact;

/// <summary>Lines of the other institution stand in this stay's bill: it may not settle them itself.</summary>
public sealed record OutsideLinesIncluded(string VisitId, IReadOnlyList<OutsideOrigin> Lines) : IFact;

/// <summary>They were taken out of the bill again.</summary>
public sealed record OutsideLinesReturned(string VisitId, IReadOnlyList<OutsideOrigin> Lines) : IFact;

/// <summary>An institution that a slip names settled lines of this person itself.</summary>
public sealed record OutsideLinesSettled(string SettlementId, string Institution, IReadOnlyList<string> Serials) : IFact;

/// <summary>What one person's stays order elsewhere: one place where both institutions meet. <c>outside/{person}</c>.</summary>
public sealed record OutsideOrders : IState<OutsideOrders>
{
    public static OutsideOrders Empty { get; } = new();

    /// <summary>By visit and number.</summary>
    public ImmutableDictionary<string, Slip> Slips { get; private init; } = ImmutableDictionary.Create<string, Slip>(StringComparer.Ordinal);

    /// <summary>By institution and serial: the slip whose stay holds the line.</summary>
    public ImmutableDictionary<string, OutsideOrigin> Included { get; private init; } = ImmutableDictionary.Create<string, OutsideOrigin>(StringComparer.Ordinal);

    /// <summary>By institution and serial: the settlement in which the other institution settled it itself.</summary>
    public ImmutableDictionary<string, string> Settled { get; private init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <param name="person">The opaque person key.</param>
    public static StreamKey<OutsideOrders> Stream(string person) => new($"outside/{person}");

    public static string SlipKey(string visitId, string number) => $"{visitId}/{number}";

    public static string LineKey(string institution, string serial) => $"{institution}/{serial}";

    public bool HasSlipFor(string institution) => Slips.Values.Any(slip => slip.Institution == institution);

    public OutsideOrders Evolve(IFact fact) => fact switch
    {
        OutsideSlipIssued issued => this with { Slips = Slips.Add(SlipKey(issued.Slip.VisitId, issued.Slip.Number), issued.Slip) },
        OutsideSlipCompleted completed => this with { Slips = Slips.SetItem(SlipKey(completed.Slip.VisitId, completed.Slip.Number), completed.Slip) },
        OutsideLinesIncluded included => this with { Included = Included.AddRange(included.Lines.Select(line => KeyValuePair.Create(LineKey(line.Institution, line.Serial), line))) },
        OutsideLinesReturned returned => this with { Included = Included.RemoveRange(returned.Lines.Select(line => LineKey(line.Institution, line.Serial))) },
        OutsideLinesSettled settled => this with { Settled = Settled.SetItems(settled.Serials.Select(serial => KeyValuePair.Create(LineKey(settled.Institution, serial), settled.SettlementId))) },
        _ => throw new InvalidOperationException($"A person's outside orders do not know {fact.GetType().Name}."),
    };
}
