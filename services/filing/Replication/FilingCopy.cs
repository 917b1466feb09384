using Yibao.Contracts.Filings;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Replication;

/// <summary>A filing of an area below, as its home place told it (FIL-038, FIL-039).</summary>
public sealed record FilingCopied(FilingReplicated Filing, AdminDivision From, DateTimeOffset At) : IFact;

/// <summary>The highest version of a filing this node has heard of: stream <c>filing-copy/{no}</c>. For queries; home decides from its own.</summary>
public sealed record FilingCopy : IState<FilingCopy>
{
    public static FilingCopy Empty { get; } = new();

    public static StreamKey<FilingCopy> Stream(string number) => new($"filing-copy/{number}");

    public FilingReplicated? Filing { get; private init; }

    public FilingCopy Evolve(IFact fact) => fact switch
    {
        FilingCopied e => new FilingCopy { Filing = e.Filing },
        _ => throw new InvalidOperationException($"A copy of a filing does not know {fact.GetType().Name}."),
    };

    /// <summary>A lower version, or the same again, changes nothing.</summary>
    public static Decision Decide(FilingReplicated filing, AdminDivision from, DateTimeOffset at, FilingCopy copy) =>
        filing.Version <= (copy.Filing?.Version ?? 0) ? Decision.Done : Decision.Accept(Stream(filing.Number), new FilingCopied(filing, from, at));
}
