using Yibao.Kernel.Errors;

namespace Yibao.Kernel.Deciding;

/// <summary>What a decider answers: facts to store, the news that they are stored already, or a refusal.</summary>
public abstract record Decision
{
    private Decision() { }

    /// <summary>Facts to store, per stream, all in one transaction.</summary>
    public sealed record Accepted(IReadOnlyList<Append> Appends) : Decision;

    /// <summary>The same command was carried out before: the shell answers what is stored.</summary>
    public sealed record Repeat : Decision;

    /// <summary>Nothing is stored. A refusal that must be remembered is an <see cref="Accepted"/> fact instead.</summary>
    public sealed record Refused(Error Error) : Decision;

    public static Decision Accept(params ReadOnlySpan<Append> appends) => new Accepted([.. appends]);

    public static Decision Accept(StreamKey stream, params ReadOnlySpan<IFact> facts) => new Accepted([new Append(stream, [.. facts])]);

    public static Decision Done { get; } = new Repeat();

    public static Decision Refuse(Error error) => new Refused(error);
}

/// <summary>Facts for one stream, in order.</summary>
public sealed record Append(StreamKey Stream, IReadOnlyList<IFact> Facts);
