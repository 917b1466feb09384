using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.Details;

/// <summary>Fee details are owed: of a cross-province stay settled directly (SET-011, SET-012), or of a visit that could not be (SET-021).</summary>
/// <param name="Reference">National id of the settlement, or the visit.</param>
/// <param name="DueOn">The last day; null: deferred, no number.</param>
public sealed record DetailsPending(
    string Reference, DetailsKind Kind, string VisitId, string Institution, AdminDivision TreatmentArea, AdminDivision HomeArea, DateOnly Date, DateOnly? DueOn) : IFact;

/// <summary>All parts were handed to the neighbour.</summary>
public sealed record DetailsSent(int Lines, int Parts, Money Total, DateTimeOffset At) : IFact;

/// <summary>The nation's subsystem holds them; inside a province the home place does.</summary>
public sealed record DetailsUploaded(AdminDivision Node, DateTimeOffset At) : IFact;

/// <summary>The home place holds them.</summary>
public sealed record DetailsReachedHome(AdminDivision Node, DateTimeOffset At) : IFact;

/// <summary>The settlement was taken back before they were sent: nothing is owed any more.</summary>
public sealed record DetailsDropped(string NegativeId) : IFact;

/// <summary>The last day went by; put on the overdue list.</summary>
/// <param name="On">The day of the list.</param>
public sealed record DetailsListedOverdue(DateOnly On) : IFact;

/// <summary>The two words of SET-012, and what else may become of a duty.</summary>
public enum DetailsStatus
{
    None,
    DetailsPending,
    DetailsUploaded,
    Dropped,
}

/// <summary>The duty to upload fee details, at the treatment place. <c>details/{reference}</c>.</summary>
public sealed record DetailDuty : IState<DetailDuty>
{
    public static DetailDuty Empty { get; } = new();

    public DetailsStatus Status { get; private init; }

    public DetailsPending? Duty { get; private init; }

    public DetailsSent? Sent { get; private init; }

    public DateOnly? OverdueSince { get; private init; }

    public bool ReachedHome { get; private init; }

    public static StreamKey<DetailDuty> Stream(string reference) => new($"details/{reference}");

    /// <summary>Owes them; a repeat changes nothing, nor does a settlement that was taken back already.</summary>
    public static Decision Owe(DetailsPending duty, DetailDuty state) =>
        state.Status != DetailsStatus.None ? Decision.Done : Decision.Accept(Stream(duty.Reference), duty);

    /// <summary>The settlement was taken back. What was uploaded stays uploaded: the home place sees the negative.</summary>
    public static Decision Drop(string reference, string negativeId, DetailDuty state) => state.Status is DetailsStatus.DetailsUploaded or DetailsStatus.Dropped
        ? Decision.Done
        : Decision.Accept(Stream(reference), new DetailsDropped(negativeId));

    public static Decision Send(string reference, int lines, int parts, Money total, DateTimeOffset now, DetailDuty state) => state.Status switch
    {
        DetailsStatus.None => Decision.Refuse(DetailsErrors.NotOwed.With(reference)),
        DetailsStatus.Dropped => Decision.Refuse(DetailsErrors.NotOwed.With(reference)),
        DetailsStatus.DetailsUploaded => Decision.Done,
        DetailsStatus.DetailsPending => state.Sent is { } sent && sent.Lines == lines && sent.Total == total ? Decision.Done : Decision.Accept(Stream(reference), new DetailsSent(lines, parts, total, now)),
    };

    /// <summary>A node says it holds them all.</summary>
    /// <param name="uploads">Its word ends the duty: the nation's, or the home place's where no nation lies between.</param>
    /// <param name="isHome">It is the home place's.</param>
    public static Decision Acknowledge(FeeDetailsStored stored, bool uploads, bool isHome, DetailDuty state)
    {
        if (state.Duty is null) return Decision.Refuse(DetailsErrors.NotOwed.With(stored.Reference));
        var facts = new List<IFact>(2);
        if (uploads && state.Status == DetailsStatus.DetailsPending) facts.Add(new DetailsUploaded(stored.Node, stored.At));
        if (isHome && !state.ReachedHome) facts.Add(new DetailsReachedHome(stored.Node, stored.At));
        return facts.Count == 0 ? Decision.Done : Decision.Accept(new Append(Stream(stored.Reference), facts));
    }

    /// <summary>Puts it on the list of a day: due before that day, and still missing.</summary>
    public static Decision ListOverdue(string reference, DateOnly today, DetailDuty state) =>
        state is { Status: DetailsStatus.DetailsPending, OverdueSince: null, Duty.DueOn: { } due } && due < today
            ? Decision.Accept(Stream(reference), new DetailsListedOverdue(today))
            : Decision.Done;

    public DetailDuty Evolve(IFact fact) => fact switch
    {
        DetailsPending pending => this with { Status = DetailsStatus.DetailsPending, Duty = pending },
        DetailsSent sent => this with { Sent = sent },
        DetailsUploaded => this with { Status = DetailsStatus.DetailsUploaded },
        DetailsReachedHome => this with { ReachedHome = true },
        DetailsDropped => this with { Status = DetailsStatus.Dropped },
        DetailsListedOverdue listed => this with { OverdueSince = listed.On },
        _ => throw new InvalidOperationException($"A duty to upload details does not know {fact.GetType().Name}."),
    };
}
