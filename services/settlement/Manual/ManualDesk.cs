using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Hosting.Identity;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Details;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.HandOvers;
using Yibao.Settlement.Paths;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Manual;

/// <summary>What the home place knows of a person for a manual reimbursement: no filing is needed for one, standing is.</summary>
public interface IManualStanding
{
    /// <summary>As of the visit; a filing is used if there is one, made afterwards or not.</summary>
    /// <exception cref="RefusedException">A transient error: filing cannot be asked now.</exception>
    Task<RoundTrip.Eligibility> ForManual(SettlementRequest request, CancellationToken cancellation = default);
}

/// <summary>Splits by the home place's own catalogue: manual reimbursement is by home rules (004 Art.60).</summary>
public interface IHomeSplits
{
    /// <exception cref="RefusedException">A line cannot be split.</exception>
    SplitResult SplitAtHome(AdminDivision home, IReadOnlyList<FeeLine> lines);
}

/// <summary>线上手工报销 at the home agency: from the details that the institution uploaded, without retyping (SET-021, SET-022).</summary>
public sealed class ManualDesk(
    Routes routes, IWriteDoor door, DetailLines details, SettlementRules rules, IManualStanding standings, IPolicies policies, IHomeSplits splits, VisitPayments payments,
    HandOverDesk handOvers, ICurrentActor current, TimeProvider time)
{
    /// <exception cref="RefusedException"><c>DETAILS_UNKNOWN</c>, <c>DETAILS_INCOMPLETE</c>, <c>ONLINE_MANUAL_NOT_ENABLED</c>, <c>VISIT_SETTLED_DIRECTLY</c>, <c>OUT_OF_REGION</c>.</exception>
    public async Task<ManualCase> Open(string visitId, CancellationToken cancellation)
    {
        var (uploaded, _) = await details.Of(FeeDetails.ReferenceOf(visitId), cancellation);
        MustBeHome(uploaded.HomeArea);
        var now = Sealing.Truncate(time.GetUtcNow());
        if (!rules.ReimbursesOnline(uploaded.HomeArea, now.BusinessDate())) throw ManualErrors.OnlineNotEnabled.With(uploaded.HomeArea).AsException();
        if (await payments.HasDirect(visitId)) throw ManualErrors.SettledDirectly.With(visitId).AsException();
        var stream = ManualCase.Stream(visitId);
        return (await door.Execute(new Command(current.Actor, visitId, [stream], states => ManualDecider.Open(uploaded, now, states.Of(stream))), cancellation)).OrThrow().State(stream);
    }

    /// <summary>Computes the benefits by home rules and remembers them for whoever pays.</summary>
    public async Task<ManualCase> Calculate(string visitId, CancellationToken cancellation)
    {
        var opened = await Opened(visitId, cancellation);
        var (uploaded, lines) = await details.Of(opened.Reference, cancellation);
        var split = splits.SplitAtHome(uploaded.HomeArea, [.. lines.Select(Line)]);
        var request = Request(uploaded, split);
        var (standing, facts) = await standings.ForManual(request, cancellation) switch
        {
            RoundTrip.Eligibility.Granted granted => (granted.Standing, granted.Case),
            RoundTrip.Eligibility.Refused refused => throw refused.Error.AsException(),
            var other => throw new InvalidOperationException($"An eligibility is granted or refused, not {other.GetType().Name}."),
        };
        var basis = new ManualDecider.Basis(split.Totals, split.CatalogueVersion, standing, facts, policies.For(request));
        var (stream, year, actor, now) = (ManualCase.Stream(visitId), ManualDecider.Year(opened), current.Actor, Sealing.Truncate(time.GetUtcNow()));
        // An area that came from another node: the person's year comes first.
        await handOvers.TakeOver(uploaded.HomeArea, uploaded.Person, uploaded.Insurance, uploaded.CareUntil.BusinessDate().Year, now);
        return (await door.Execute(new Command(actor, visitId, [stream, year], states =>
            ManualDecider.Calculate(visitId, basis, actor.User, now, states.Of(stream), states.Of(year), states.VersionOf(year))), cancellation)).OrThrow().State(stream);
    }

    /// <summary>Pays what was calculated, once; by somebody else than calculated it.</summary>
    public async Task<ManualCase> Pay(string visitId, CancellationToken cancellation)
    {
        var opened = await Opened(visitId, cancellation);
        var (uploaded, _) = await details.Of(opened.Reference, cancellation);
        var known = await door.Read(ManualCase.Stream(visitId), cancellation);
        if (known.Paid is null && await payments.HasDirect(visitId)) throw ManualErrors.SettledDirectly.With(visitId).AsException();
        var policy = policies.For(Request(uploaded, null));
        var (stream, year, actor, now) = (ManualCase.Stream(visitId), ManualDecider.Year(opened), current.Actor, Sealing.Truncate(time.GetUtcNow()));
        var cross = routes.At(uploaded.CareUntil).Classify(opened.HomeArea, opened.TreatmentArea) == VisitClass.CrossProvince;
        var executed = await door.Execute(new Command(actor, visitId, [stream, year], states =>
            ManualDecider.Pay(visitId, actor.User, cross, policy, now, states.Of(stream), states.Of(year))), cancellation);
        // The constraint's word: a direct settlement was a moment faster.
        if (executed.Decision is Decision.Refused { Error: { } error } && error.Definition == ManualErrors.PaidOnce) throw ManualErrors.SettledDirectly.With(visitId).AsException();
        return executed.OrThrow().State(stream);
    }

    /// <summary>The payment was an error: it is out of the benefit year again, and the visit may be paid otherwise.</summary>
    public async Task<ManualCase> Revoke(string visitId, string reason, CancellationToken cancellation)
    {
        var opened = await Opened(visitId, cancellation);
        var (stream, year, now) = (ManualCase.Stream(visitId), ManualDecider.Year(opened), Sealing.Truncate(time.GetUtcNow()));
        return (await door.Execute(new Command(current.Actor, visitId, [stream, year], states => ManualDecider.Revoke(visitId, reason, now, states.Of(stream), states.Of(year))), cancellation)).OrThrow().State(stream);
    }

    /// <exception cref="RefusedException"><c>MANUAL_CASE_UNKNOWN</c>, <c>OUT_OF_REGION</c>.</exception>
    public async Task<ManualCase> Get(string visitId, CancellationToken cancellation)
    {
        await Opened(visitId, cancellation);
        return await door.Read(ManualCase.Stream(visitId), cancellation);
    }

    private async Task<ManualCaseOpened> Opened(string visitId, CancellationToken cancellation)
    {
        var opened = (await door.Read(ManualCase.Stream(visitId), cancellation)).Opened ?? throw ManualErrors.CaseUnknown.With(visitId).AsException();
        MustBeHome(opened.HomeArea);
        return opened;
    }

    private void MustBeHome(AdminDivision home)
    {
        current.MustSee(home);
        // The nation and other nodes may hold the details; only the home place's node pays.
        if (routes.HostOf(home, time.GetUtcNow()) != routes.Node) throw SettlementErrors.NotRouted.With(home).AsException();
    }

    private static FeeLine Line(DetailLine line) => new(line.Serial, line.Code, line.Category, line.Price, line.Count, line.Amount, line.Date) { Approval = (Approval)line.Approval };

    /// <summary>The visit as a direct settlement would have asked for it: eligibility and policy are found the same way.</summary>
    private static SettlementRequest Request(FeeDetails details, SplitResult? split) => new()
    {
        Id = details.Reference,
        VisitId = details.VisitId,
        TreatmentArea = details.TreatmentArea,
        HomeArea = details.HomeArea,
        Institution = details.Institution,
        InstitutionLevel = details.InstitutionLevel,
        Person = details.Person,
        Insurance = details.Insurance,
        CareType = details.CareType,
        CareFrom = details.CareFrom,
        CareUntil = details.CareUntil,
        CredentialType = details.CredentialType,
        Disease = details.Disease,
        OutpatientFlag = details.OutpatientFlag,
        InpatientType = details.InpatientType,
        Trauma = details.Trauma,
        Split = split?.Totals ?? SplitTotals.Zero,
        Categories = split?.Categories ?? [],
        CatalogueVersion = split?.CatalogueVersion ?? "",
        BillHash = "",
        BusinessDate = details.Date,
        // Standing is read as of the visit: what changed afterwards does not touch it (AMB-76).
        Instant = details.CareUntil,
    };
}
