using Yibao.Contracts.Filings;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Replication;

/// <summary>A chronic-disease qualification of an area below, as its home place told it (FIL-038).</summary>
public sealed record ChronicCopied(ChronicQualificationReplicated Qualification, AdminDivision From, DateTimeOffset At) : IFact;

/// <summary>The highest version of a qualification this node has heard of: stream <c>chronic-copy/{person}/{area}/{disease}</c>. For queries; home decides from its own.</summary>
public sealed record ChronicCopy : IState<ChronicCopy>
{
    public static ChronicCopy Empty { get; } = new();

    public static StreamKey<ChronicCopy> Stream(PersonKey person, AdminDivision area, string disease) => new($"chronic-copy/{person}/{area}/{disease}");

    public ChronicQualificationReplicated? Qualification { get; private init; }

    public ChronicCopy Evolve(IFact fact) => fact switch
    {
        ChronicCopied e => new ChronicCopy { Qualification = e.Qualification },
        _ => throw new InvalidOperationException($"A copy of a qualification does not know {fact.GetType().Name}."),
    };

    /// <summary>A lower version, or the same again, changes nothing.</summary>
    public static Decision Decide(ChronicQualificationReplicated qualification, AdminDivision from, DateTimeOffset at, ChronicCopy copy) =>
        qualification.Version <= (copy.Qualification?.Version ?? 0)
            ? Decision.Done
            : Decision.Accept(Stream(qualification.Person, qualification.HomeArea, qualification.DiseaseCode), new ChronicCopied(qualification, from, at));
}
