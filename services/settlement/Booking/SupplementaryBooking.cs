using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.Booking;

/// <summary>补记账 asked for: the patient paid all of it when the fault kept him from direct settlement (INS-016).</summary>
public sealed record BookingAsked(string VisitId, string SettlementId, Money Paid, string Fault, DateTimeOffset CareUntil, DateTimeOffset At) : IFact;

/// <summary>The visit was settled directly after all: the institution gives this back to the patient.</summary>
/// <param name="Refund">What he paid less his share.</param>
public sealed record BookingMade(string SettlementId, Money Refund, DateTimeOffset At) : IFact;

/// <summary>One supplementary booking at its treatment place. <c>booking/{settlement}</c>.</summary>
public sealed record SupplementaryBooking : IState<SupplementaryBooking>
{
    public static SupplementaryBooking Empty { get; } = new();

    public BookingAsked? Asked { get; private init; }

    public BookingMade? Made { get; private init; }

    public static StreamKey<SupplementaryBooking> Stream(string settlementId) => new($"booking/{settlementId}");

    /// <summary>Only for an outpatient whom an objective fault hindered, and who paid the whole bill.</summary>
    /// <param name="allowed">The treatment place's rule.</param>
    public static Decision Ask(string settlementId, string visitId, Money paid, bool allowed, DateTimeOffset now, Visit visit, SupplementaryBooking state)
    {
        if (visit.Registration is not { } registration) return Decision.Refuse(SettlementErrors.VisitUnknown.With(visitId));
        if (state.Asked is { } before) return before.VisitId == visitId && before.Paid == paid ? Decision.Done : Decision.Refuse(ManualErrors.BookingDiffers.With(settlementId));
        if (!allowed) return Decision.Refuse(ManualErrors.BookingNotAllowed.With(registration.TreatmentArea));
        if (visit.Undirect is not { } undirect || !UndirectFaults.IsObjective(undirect.Fault.Code) || NationalCodes.Care(registration.CareType).Care == CareType.Inpatient)
            return Decision.Refuse(ManualErrors.BookingWithoutFault.With(visitId));
        return undirect.Total == paid
            ? Decision.Accept(Stream(settlementId), new BookingAsked(visitId, settlementId, paid, undirect.Fault.Code, undirect.CareUntil, now))
            : Decision.Refuse(ManualErrors.BookingPaidMismatch.With(paid, undirect.Total));
    }

    /// <summary>The settlement was granted.</summary>
    public static Decision Make(string settlementId, Money cash, DateTimeOffset now, SupplementaryBooking state) => state switch
    {
        { Made: not null } => Decision.Done,
        { Asked: { } asked } => Decision.Accept(Stream(settlementId), new BookingMade(settlementId, asked.Paid - cash, now)),
        _ => Decision.Refuse(SettlementErrors.Unknown.With(settlementId)),
    };

    public SupplementaryBooking Evolve(IFact fact) => fact switch
    {
        BookingAsked asked => this with { Asked = asked },
        BookingMade made => this with { Made = made },
        _ => throw new InvalidOperationException($"A supplementary booking does not know {fact.GetType().Name}."),
    };
}
