using System.Collections.Immutable;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Settlement.Details;

/// <summary>One part of fee details arrived.</summary>
/// <param name="Hash">Of the part: the same part again is the same.</param>
public sealed record DetailsPartReceived(FeeDetails Details, int Part, int Parts, IReadOnlyList<DetailLine> Lines, string Hash, DateTimeOffset At) : IFact;

/// <summary>
/// Fee details as the nation and the home place hold them. The state keeps sums only: the lines are read from the stream when somebody
/// asks for them. <c>fee-details/{reference}</c>.
/// </summary>
public sealed record HeldDetails : IState<HeldDetails>
{
    public static HeldDetails Empty { get; } = new();

    public FeeDetails? Details { get; private init; }

    public int Parts { get; private init; }

    /// <summary>The hash of each part that is here.</summary>
    public ImmutableDictionary<int, string> Here { get; private init; } = ImmutableDictionary<int, string>.Empty;

    public int Lines { get; private init; }

    public Money Total { get; private init; }

    /// <summary>When the last part arrived; null while one is missing.</summary>
    public DateTimeOffset? CompleteAt { get; private init; }

    public static StreamKey<HeldDetails> Stream(string reference) => new($"fee-details/{reference}");

    /// <summary>Parts come in any order, each once; a part that differs from the one that is here is refused, and so is a whole that does not add up.</summary>
    public static Decision Receive(FeeDetailsPart part, DateTimeOffset now, HeldDetails state)
    {
        var reference = part.Details.Reference;
        if (part.Parts < 1 || part.Part < 1 || part.Part > part.Parts || part.Lines.Count is 0 or > FeeDetailsPart.MostLines) return Decision.Refuse(DetailsErrors.PartInvalid.With(reference, part.Part));
        var hash = part.Hash();
        if (state.Here.TryGetValue(part.Part, out var before)) return before == hash ? Decision.Done : Decision.Refuse(DetailsErrors.Differ.With(reference));
        if (state.Details is { } known && (state.Parts != part.Parts || known.Lines != part.Details.Lines || known.Total != part.Details.Total || known.HomeArea != part.Details.HomeArea || known.Person != part.Details.Person))
            return Decision.Refuse(DetailsErrors.Differ.With(reference));

        var total = part.Lines.Aggregate(state.Total, static (sum, line) => sum + line.Amount);
        var last = state.Here.Count + 1 == part.Parts;
        if (last && (state.Lines + part.Lines.Count != part.Details.Lines || total != part.Details.Total)) return Decision.Refuse(DetailsErrors.SumMismatch.With(reference, total, part.Details.Total));
        return Decision.Accept(Stream(reference), new DetailsPartReceived(part.Details, part.Part, part.Parts, part.Lines, hash, now));
    }

    public HeldDetails Evolve(IFact fact) => fact switch
    {
        DetailsPartReceived received => this with
        {
            Details = received.Details,
            Parts = received.Parts,
            Here = Here.Add(received.Part, received.Hash),
            Lines = Lines + received.Lines.Count,
            Total = received.Lines.Aggregate(Total, static (sum, line) => sum + line.Amount),
            CompleteAt = Here.Count + 1 == received.Parts ? received.At : null,
        },
        _ => throw new InvalidOperationException($"Held details do not know {fact.GetType().Name}."),
    };
}
