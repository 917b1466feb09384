using System.Text.Json;
using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;
using Yibao.Settlement.Details;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.Outages;
using Yibao.Settlement.OutsideServices;
using Yibao.Settlement.Paths;
using Yibao.Settlement.Refunds;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.RoundTrip;

/// <summary>What an institution asks for beside the bill.</summary>
/// <param name="Institution">定点医药机构编号: the caller's own.</param>
/// <param name="VisitId">The institution's own id of the visit.</param>
/// <param name="Serials">Which lines; empty: all that are unsettled.</param>
/// <param name="CareUntil">结束时间 (endtime): discharge.</param>
/// <param name="UseAccount">个人账户使用标志 (acct_used_flag).</param>
public sealed record SettleTerms(string Institution, string VisitId, IReadOnlyList<string> Serials, DateTimeOffset CareUntil, bool UseAccount)
{
    /// <summary>支付渠道; null: not said. A repeat may come from another desk: the first one's is kept.</summary>
    public PaymentChannel? Channel { get; init; }
}

/// <summary>A settlement as the treatment place knows it now, for the institution.</summary>
/// <param name="SettlementId">Of the settlement that was made: another than asked for when the same bill came before.</param>
public sealed record SettlementAnswer(string SettlementId, TreatmentSettlement State)
{
    /// <summary>Set when the answer is the denial of a reversal or refund.</summary>
    public ReversalDenial? Denial { get; init; }

    /// <summary>How the institution comes to know the result by this answer, once it has it; null: it learns nothing new.</summary>
    public DeliveredBy? Delivers { get; init; }
}

/// <summary>The treatment place's steps: validate, split, store the intent, drive it home, store what comes back, answer.</summary>
public sealed class TreatmentDesk(
    Routes routes, IWriteDoor door, Sealing sealing, Onward onward, IInstitutions institutions, IFeeSplits splits,
    RoundTripSettings settings, TimeProvider time, IFaultPoint faults, RoundTripMeter? meter = null, IOutages? outages = null, DirectDetails? details = null)
{
    /// <summary>预结算: a signed quote of home; nothing is stored anywhere.</summary>
    /// <exception cref="RefusedException">Refused here, on the way or at home.</exception>
    public async Task<(Envelope Quote, SplitTotals Split)> PreSettle(SettleTerms terms, CancellationToken caller = default)
    {
        var (visit, known) = await VisitAndInstitution(Visit.Stream(SettlementId.Of(terms.Institution, terms.VisitId)), terms.Institution, caller);
        if (visit.Registration is null) throw SettlementErrors.VisitUnknown.With(terms.VisitId).AsException();
        if (visit.Insured is { } insured && outages?.OnTheWay(insured.HomeArea, Now()) is { } outage) throw outage.AsException();
        var institution = InForce(known, visit.Registration, visit.Insured);
        var bill = Bill.Of(visit, terms.Serials);
        var request = Request("trial", terms, institution, null, Now(), visit, bill);
        var message = sealing.Make(request.HomeArea, Sealing.TrialId(request.Hash()), request.Instant, SettlementKinds.Trial, request);
        var answer = await AskHome(message, request);
        ByHome(answer, request);
        if (answer.Kind != SettlementKinds.Quote) throw SettlementErrors.WrongSigner.With(answer.Kind, SettlementKinds.Quote).AsException();
        return (answer, request.Split);
    }

    /// <summary>结算: settles the bill, or answers what became of it. Once the intent is stored the work goes on without the caller.</summary>
    /// <param name="ownId">The institution's own id of the transaction: a repeat with it is answered with the same result.</param>
    /// <param name="quote">A quote the patient agreed to, as <see cref="PreSettle"/> gave it; null: none.</param>
    /// <exception cref="RefusedException">Refused before the intent; or <c>OUTCOME_UNKNOWN</c>: repeat, query or reverse with the same id.</exception>
    public Task<SettlementAnswer> Settle(string ownId, SettleTerms terms, Envelope? quote, Actor actor, CancellationToken caller = default)
    {
        return Wait(SettleToTheEnd(SettlementId.Of(terms.Institution, ownId), terms, quote, actor), caller);
    }

    private async Task<SettlementAnswer> SettleToTheEnd(string id, SettleTerms terms, Envelope? quote, Actor actor)
    {
        var visitId = SettlementId.Of(terms.Institution, terms.VisitId);
        var (own, visit) = (TreatmentSettlement.Stream(id), Visit.Stream(visitId));
        var quoted = Quoted(quote, visitId);
        // The care type stands in the registration; the institution must be open for it now, but a repeat is answered in any case.
        var (registered, known) = await VisitAndInstitution(visit, terms.Institution);
        InstitutionInForce? institution = null;
        Error? closed = null;
        if (registered.Registration is { } registration)
        {
            try
            {
                institution = InForce(known, registration, registered.Insured);
            }
            catch (RefusedException refused)
            {
                closed = refused.Error;
            }
        }

        var now = Now();
        if (registered.Insured is { HomeArea: var home } && outages?.OnTheWay(home, now) is { } outage) closed = outage;
        Signed? signed = null;
        var begin = new TreatmentDecider.Begin(id, visitId, terms.Serials, TermsHash(terms, quoted),
            (state, bill) => closed is null ? Request(id, terms, institution!, quoted?.Figures, now, state, bill) : throw closed.AsException(),
            request => (signed = sealing.Sign(request.HomeArea, Sealing.IntentId(id), request.Instant, SettlementKinds.Intent, request)).Seal);
        faults.Reached(FaultPoints.TreatmentBeforeIntent);
        // A repeat of what the visit knows is no news; every other id is.
        IReadOnlyList<StreamKey> likelyNew = registered.Settlements.ContainsKey(id) ? [] : [own];
        // Outpatients and pharmacies: what the person's stay elsewhere has included is not settled a second time (INS-027).
        var executed = registered is { Insured: { } insured, Registration: { } care } && !care.CareType.StartsWith('2') && OutsideOrders.Stream(insured.Person.ToString()) is var outside
            ? await door.Execute(new Command(actor, id, [own, visit, outside], states =>
                OutsideRules.Directly(TreatmentDecider.Decide(begin, states.Of(visit), states.Of(own)), id, terms.Institution, states.Of(outside))) { LikelyNew = likelyNew })
            : await door.Execute(new Command(actor, id, [own, visit], states => TreatmentDecider.Decide(begin, states.Of(visit), states.Of(own))) { LikelyNew = likelyNew });
        faults.Reached(FaultPoints.TreatmentAfterIntent);
        var state = executed.OrThrow().State(own);
        if (state.FirstId is { } first) (id, state) = (first, await door.Read(TreatmentSettlement.Stream(first)));
        return state.IsOpen ? Known(id, await Drive(state, signed), DeliveredBy.Reply) : Known(id, state, DeliveredBy.Repeat);
    }

    /// <summary>冲正 or 退费. A reversal without an intent makes the tombstone here; every other one goes to home.</summary>
    /// <param name="ownId">The settlement, by the institution's own id.</param>
    /// <param name="ownNegativeId">The institution's own id of this transaction: the negative settlement's.</param>
    /// <param name="total">Of a refund: what is given back, if stated; must be all of it.</param>
    /// <exception cref="RefusedException">Refused; or <c>OUTCOME_UNKNOWN</c>.</exception>
    public Task<SettlementAnswer> Withdraw(string institution, string ownId, string ownNegativeId, WayBack way, Money? total, Actor actor, CancellationToken caller = default)
    {
        return Wait(WithdrawToTheEnd(SettlementId.Of(institution, ownId), SettlementId.Of(institution, ownNegativeId), way, total, actor), caller);
    }

    private async Task<SettlementAnswer> WithdrawToTheEnd(string id, string negativeId, WayBack way, Money? total, Actor actor)
    {
        var (own, negative) = (TreatmentSettlement.Stream(id), TreatmentSettlement.Stream(negativeId));
        var withdraw = new WithdrawalDecider.Withdraw(id, negativeId, way, total, Now(),
            reversal => sealing.Seal(reversal.HomeArea, Sealing.ReversalId(negativeId), reversal.IntentInstant, SettlementKinds.Reversal, reversal));
        var known = await door.Read(own);
        faults.Reached(FaultPoints.TreatmentBeforeIntent);
        Executed executed;
        if (known.Request is { } request)
        {
            var visit = Visit.Stream(request.VisitId);
            executed = await door.Execute(new Command(actor, id, [own, negative, visit], states => WithdrawalDecider.Decide(withdraw, states.Of(own), states.Of(negative), states.Of(visit))));
        }
        else
        {
            // An intent stored in between is withdrawn as well; only its visit does not hear of it before the outcome does.
            executed = await door.Execute(new Command(actor, id, [own, negative], states => WithdrawalDecider.Decide(withdraw, states.Of(own), states.Of(negative), null)));
        }

        faults.Reached(FaultPoints.TreatmentAfterIntent);
        var state = executed.OrThrow().State(own);
        if (state.Withdrawal is not null) state = await Drive(state);
        return new SettlementAnswer(id, state) { Denial = state.Outcome is { State: OutcomeState.Granted } ? state.Denials.GetValueOrDefault(negativeId) : null };
    }

    /// <summary>What became of an own id; of a negative's id, what became of the original. Having this answer is having it delivered.</summary>
    /// <exception cref="RefusedException"><c>SETTLEMENT_UNKNOWN</c>.</exception>
    public async Task<SettlementAnswer> Find(string institution, string ownId, CancellationToken caller = default)
    {
        var id = SettlementId.Of(institution, ownId);
        var state = await door.Read(TreatmentSettlement.Stream(id), caller);
        if ((state.FirstId ?? state.Negative?.OriginalId) is { } other) (id, state) = (other, await door.Read(TreatmentSettlement.Stream(other), caller));
        if (state.Request is null && !state.WithdrawnUnseen) throw SettlementErrors.Unknown.With(ownId).AsException();
        return Known(id, state, DeliveredBy.Query);
    }

    /// <summary>The answer was handed over to the institution: only now the result is delivered. A crash before this leaves it undelivered.</summary>
    public Task HandedOver(SettlementAnswer answer, Actor actor) => answer.Delivers is { } by ? Deliver(answer.SettlementId, by, actor) : Task.CompletedTask;

    /// <summary>Listed to the institution and acknowledged by it.</summary>
    public Task Acknowledge(string settlementId, Actor actor) => Deliver(settlementId, DeliveredBy.List, actor);

    /// <summary>The institution confirms the cash it took (SET-009).</summary>
    /// <exception cref="RefusedException"><c>RESULT_MISMATCH</c>, <c>SETTLEMENT_NOT_GRANTED</c>.</exception>
    public async Task<SettlementAnswer> Confirm(string institution, string ownId, Money cash, Actor actor)
    {
        var id = SettlementId.Of(institution, ownId);
        if ((await door.Read(TreatmentSettlement.Stream(id))).FirstId is { } first) id = first;
        var own = TreatmentSettlement.Stream(id);
        var now = Now();
        var executed = await door.Execute(new Command(actor, id, [own], states => TreatmentDecider.Confirm(id, cash, now, states.Of(own))));
        return new SettlementAnswer(id, executed.OrThrow().State(own));
    }

    /// <summary>Sends what is stored once more and stores what comes back; the same for the first attempt and for every later one.</summary>
    /// <exception cref="RefusedException"><c>OUTCOME_UNKNOWN</c>: nothing definite came.</exception>
    public async Task<TreatmentSettlement> Drive(string settlementId) => await Drive(await door.Read(TreatmentSettlement.Stream(settlementId)));

    private async Task<TreatmentSettlement> Drive(TreatmentSettlement state, Signed? signed = null)
    {
        if (!state.IsOpen || state.Request is not { } request) return state;

        var message = state is { Withdrawal: { } reversal, WithdrawalSeal: { } seal }
            ? Sealing.Restore(seal, SettlementKinds.Reversal, reversal)
            : Sealing.Restore(state.IntentSeal!, SettlementKinds.Intent, request, signed);
        Envelope answer;
        try
        {
            answer = await AskHome(message, request);
            ByHome(answer, request);
        }
        catch (RefusedException refused)
        {
            // Whatever refused it on the way, nothing is decided: the intent stands and is driven again.
            throw SystemErrors.OutcomeUnknown.With(refused.Error.Code).AsException();
        }

        faults.Reached(FaultPoints.TreatmentBeforeStore);
        var stored = await Store(answer, request);
        faults.Reached(FaultPoints.TreatmentAfterStore);
        return stored;
    }

    /// <summary>Stores a signed outcome or denial of home, however it came: the answer to a drive, or a repair of reconciliation.</summary>
    /// <exception cref="RefusedException"><c>OUTCOME_CONFLICT</c>, <c>IDENTITY_2</c>.</exception>
    public async Task<TreatmentSettlement> Store(Envelope answer, SettlementRequest request)
    {
        var (own, visit) = (TreatmentSettlement.Stream(request.Id), Visit.Stream(request.VisitId));
        var actor = new Actor($"{answer.From}/settlement", Role.Node, routes.Node, answer.From.Code);
        var first = false;
        Func<StreamStates, Decision> decide;
        if (answer.Kind == SettlementKinds.Denial)
        {
            var denial = Sealing.Read<ReversalDenial>(answer);
            decide = states => WithdrawalDecider.Deny(denial, Sealing.SealOf(answer), states.Of(own), states.Of(visit));
        }
        else
        {
            var outcome = Sealing.Read<SettlementOutcome>(answer);
            first = outcome.Number == 1;
            decide = states => TreatmentDecider.Decide(new TreatmentDecider.Receive(outcome, Sealing.SealOf(answer)), states.Of(own), states.Of(visit));
        }

        return (await door.Execute(details?.StreamOf(request) is { } duty
            ? new Command(actor, request.Id, [own, visit, duty], states => details.Along(decide(states), duty, states.Of(duty))) { LikelyNew = first ? [duty] : [] }
            : new Command(actor, request.Id, [own, visit], decide))).OrThrow().State(own);
    }

    private Task<Envelope> AskHome(Envelope message, SettlementRequest request) =>
        meter is null ? onward.Send(message) : meter.Measure(message.Kind, request.TreatmentArea, request.HomeArea, () => onward.Send(message));

    /// <summary>Only the home place's node speaks for it.</summary>
    private void ByHome(Envelope answer, SettlementRequest request)
    {
        var host = routes.HostOf(request.HomeArea, request.Instant);
        if (answer.From != host) throw SettlementErrors.WrongSigner.With(answer.From, host).AsException();
    }

    private SettlementRequest Request(string id, SettleTerms terms, InstitutionInForce institution, Figures? quoted, DateTimeOffset now, Visit visit, Bill bill)
    {
        if (visit.Insured is not { } insured) throw SettlementErrors.VisitNotInsured.With(terms.VisitId).AsException();
        var registration = visit.Registration!;
        if (terms.CareUntil < registration.CareFrom || terms.CareUntil > now + TimeSpan.FromDays(1)) throw SystemErrors.FieldInvalid.With("endtime", "应在开始时间之后、当前时间之前").AsException();
        // Unknown places are refused before anything is stored: an intent that nobody can answer would stand for ever.
        // OPS-010: neither from nor to an area that is not connected.
        if (Gates.NotConnected(routes.At(now), insured.HomeArea, registration.TreatmentArea) is { } planned) throw planned.AsException();
        if (Prescriptions.Mixed(registration, bill.Lines) is { } mixed) throw mixed.AsException();
        if (EmergencyMarks.Outpatient(registration, insured) is { } unmarked) throw unmarked.AsException();
        registration = registration.For(bill.Lines);
        var split = splits.Split(registration, insured, bill.Lines);
        var path = splits.PathOf(registration, insured, now);
        List<CategorySplit> categories = [.. split.Categories.Where(category => !category.Split.Total.IsZero)];
        if (SplitChecks.Categories(split.Totals, categories) is { } mismatch) throw mismatch.AsException();
        return new SettlementRequest
        {
            Id = id,
            VisitId = registration.VisitId,
            TreatmentArea = registration.TreatmentArea,
            HomeArea = insured.HomeArea,
            Institution = registration.Institution,
            InstitutionLevel = institution.Level,
            Person = insured.Person,
            Insurance = insured.Insurance,
            CareType = registration.CareType,
            CareFrom = registration.CareFrom.ToUniversalTime(),
            CareUntil = terms.CareUntil.ToUniversalTime(),
            CredentialType = insured.CredentialType,
            Disease = registration.Disease,
            OutpatientFlag = registration.OutpatientFlag,
            InpatientType = registration.InpatientType,
            Trauma = registration.Trauma,
            UseAccount = terms.UseAccount,
            Channel = terms.Channel,
            Split = split.Totals,
            // SET-007: where the platform computes, nothing is converted.
            Categories = path == DataPath.Platform ? [] : categories,
            Lines = DataPaths.LinesTravel(path, registration.CareType, routes.HostOf(insured.HomeArea, now) != routes.Node)
                ? [.. split.Lines.Select(line => new SettledLine(line.Line.Serial, line.Line.Code, line.Category, line.Totals))] : [],
            CatalogueVersion = split.CatalogueVersion,
            BillHash = bill.Hash,
            BusinessDate = now.BusinessDate(),
            Instant = now,
            Quoted = quoted,
        };
    }

    private SettlementQuote? Quoted(Envelope? quote, string visitId)
    {
        if (quote is null) return null;
        if (quote.Kind != SettlementKinds.Quote) throw SettlementErrors.QuoteInvalid.With().AsException();
        sealing.Verify(quote);
        var read = Sealing.Read<SettlementQuote>(quote);
        return read.VisitId == visitId ? read : throw SettlementErrors.QuoteInvalid.With().AsException();
    }

    private static string TermsHash(SettleTerms terms, SettlementQuote? quote)
    {
        var form = new CanonicalForm("terms.v1").Instant("careUntil", terms.CareUntil).Flag("useAccount", terms.UseAccount);
        if (quote is not null) form.Figures("quoted", quote.Figures);
        return form.Hash();
    }

    /// <summary>Both read at the same time.</summary>
    private async Task<(Visit Visit, IKnownInstitution Institution)> VisitAndInstitution(StreamKey<Visit> visit, string institution, CancellationToken caller = default)
    {
        var (registered, known) = (door.Read(visit, caller), institutions.Of(institution));
        await Task.WhenAll(registered, known);
        return (await registered, await known);
    }

    private static InstitutionInForce InForce(IKnownInstitution institution, Registration visit, Insured? insured) => institution.InForce(visit.CareType, insured?.HomeArea, visit.CareFrom);

    private static SettlementAnswer Known(string settlementId, TreatmentSettlement state, DeliveredBy by) => new(settlementId, state) { Delivers = state.IsUndelivered ? by : null };

    private async Task Deliver(string settlementId, DeliveredBy by, Actor actor)
    {
        var own = TreatmentSettlement.Stream(settlementId);
        var now = Now();
        (await door.Execute(new Command(actor, settlementId, [own], states => TreatmentDecider.Deliver(settlementId, by, now, states.Of(own))))).OrThrow();
    }

    /// <summary>The caller's patience: when it ends he is told that the outcome is unknown, and the work goes on.</summary>
    private async Task<SettlementAnswer> Wait(Task<SettlementAnswer> work, CancellationToken caller)
    {
        try
        {
            return await work.WaitAsync(settings.AnswerWithin, time, caller);
        }
        catch (Exception left) when (left is TimeoutException or OperationCanceledException)
        {
            if (work.IsCompleted) return await work;
            // Observed by whoever drives it again; here nobody is left to be told.
            _ = work.ContinueWith(static done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw SystemErrors.OutcomeUnknown.With("未在规定时间内得到结果").AsException();
        }
    }

    private DateTimeOffset Now() => Sealing.Truncate(time.GetUtcNow());
}
