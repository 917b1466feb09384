using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;
using Yibao.Settlement.Paths;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.Booking;

/// <summary>补记账 (INS-016): settles the visit directly after the fault is gone, as of the visit's own date, and says what goes back to the patient.</summary>
public sealed class BookingDesk(TreatmentDesk treatment, IWriteDoor door, SettlementRules rules, TimeProvider time)
{
    /// <param name="ownId">The institution's own id of the settlement: a repeat with it is answered with the same result.</param>
    /// <param name="paid">What the patient paid on the day.</param>
    /// <exception cref="RefusedException">Refused; or <c>OUTCOME_UNKNOWN</c>: repeat with the same id.</exception>
    public async Task<(SettlementAnswer Settlement, SupplementaryBooking Booking)> Book(string institution, string ownId, string visitOwnId, Money paid, bool useAccount, Actor actor, CancellationToken caller = default)
    {
        var (id, visitId) = (SettlementId.Of(institution, ownId), SettlementId.Of(institution, visitOwnId));
        var (booking, visit, now) = (SupplementaryBooking.Stream(id), Visit.Stream(visitId), Sealing.Truncate(time.GetUtcNow()));
        var known = await door.Read(visit, caller);
        var allowed = known.Registration is { } registration && rules.AllowsSupplementaryBooking(registration.TreatmentArea, now.BusinessDate());
        var asked = (await door.Execute(new Command(actor, id, [booking, visit], states => SupplementaryBooking.Ask(id, visitId, paid, allowed, now, states.Of(visit), states.Of(booking))), caller)).OrThrow().State(booking);

        var answer = await treatment.Settle(ownId, new SettleTerms(institution, visitOwnId, [], asked.Asked!.CareUntil, useAccount), null, actor, caller);
        if (answer.State.Outcome is not { State: OutcomeState.Granted, Content: { } content }) return (answer, asked);
        var made = await door.Execute(new Command(actor, id, [booking], states => SupplementaryBooking.Make(id, content.Cash, now, states.Of(booking))), CancellationToken.None);
        return (answer, made.OrThrow().State(booking));
    }
}
