using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Yibao.Clearing.Book;
using Yibao.Clearing.Days;
using Yibao.Clearing.Differences;
using Yibao.Clearing.Exchange;
using Yibao.Clearing.Institutions;
using Yibao.Clearing.Months;
using Yibao.Clearing.Rules;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Wire = Yibao.Contracts.Clearing.V1;

namespace Yibao.Clearing.Hosting;

/// <summary>What operators, institutions and the other services ask of reconciliation; the gRPC and the JSON door say the same.</summary>
public sealed class ReconciliationDesk(
    ISurroundings around, IBook book, IWriteDoor door, IRows rows, HouseOfEdges house, HomeAgency home, EdgePost post, ReconciliationRules rules, BookCompletion completion,
    WorkingCalendar calendar, ICurrentActor current, TimeProvider clock)
{
    private const int MostDifferences = 1000;

    public async Task<Wire.DayOverview> Day(string day, CancellationToken cancellation)
    {
        var date = Date(day, "day");
        var overview = new Wire.DayOverview { Node = around.Node.Code, Day = Text(date) };
        if (await book.CutOf(date, cancellation) is { } cut) overview.CutAt = cut.CutAt.ToTimestamp();
        // The edges are the node's own business; a city of a hosting province sees its own home days.
        foreach (var child in current.Sees(around.Node) ? around.Children : [])
        {
            var state = await door.Read(EdgeDay.Key(around.Node, child, date), cancellation);
            var edge = new Wire.EdgeDay { Side = child.Code, Status = state.Status.ToString(), Runs = state.Run, Cut = Sums(state.CutSums), House = Sums(state.HouseSums), SideSums = Sums(state.SideSums) };
            edge.Open.AddRange(state.Open);
            edge.Pending.AddRange(state.Pending);
            overview.Edges.Add(edge);
        }

        foreach (var area in around.Hosted.Where(current.Sees))
        {
            var state = await door.Read(HomeDay.Key(area, date), cancellation);
            var line = new Wire.HomeDay { HomeArea = area.Code, Status = state.Status.ToString(), Count = state.Count, TotalFen = state.Total.Fen };
            line.Open.AddRange(state.Open);
            overview.Homes.Add(line);
        }

        return overview;
    }

    public async Task<Wire.PairMatrix> Pairs(string day, CancellationToken cancellation)
    {
        var matrix = new Wire.PairMatrix();
        matrix.Pairs.AddRange((await book.Pairs(Date(day, "day"), cancellation)).Where(p => current.Sees(p.TreatmentArea) || current.Sees(p.HomeArea)).Select(p => new Wire.Pair
        {
            TreatmentArea = p.TreatmentArea.Code, HomeArea = p.HomeArea.Code, Count = p.Count, TotalFen = p.Total.Fen, FundFen = p.Fund.Fen, CashFen = p.Cash.Fen,
        }));
        return matrix;
    }

    public async Task<Wire.ListDifferencesAnswer> Differences(string day, CancellationToken cancellation)
    {
        var ids = day.Length == 0
            ? await rows.Query("select settlement_id from difference_list where open order by day, settlement_id limit $1", r => r.GetString(0), MostDifferences)
            : await rows.Query("select settlement_id from difference_list where day = $1 order by settlement_id limit $2", r => r.GetString(0), Date(day, "day"), MostDifferences);
        var answer = new Wire.ListDifferencesAnswer();
        foreach (var id in ids)
        {
            var state = await door.Read(Difference.Key(around.Node, id), cancellation);
            if (Sees(state)) answer.Differences.Add(Shown(id, state));
        }

        return answer;
    }

    public async Task<Wire.Difference> Get(string settlementId, CancellationToken cancellation)
    {
        var state = await door.Read(Difference.Key(around.Node, settlementId), cancellation);
        if (state.Found is null || !Sees(state)) throw ReconciliationErrors.DifferenceUnknown.With(settlementId).AsException();
        return Shown(settlementId, state);
    }

    public Task<Wire.Difference> Explain(Wire.ExplainRequest request, CancellationToken cancellation)
    {
        var cause = Enum<CauseCode>(request.Cause, "cause");
        return Act(request.SettlementId, (key, state, actor, now) => Difference.Explain(key, state, request.SettlementId, actor.Node, cause, request.Step, actor.User, now), cancellation);
    }

    public Task<Wire.Difference> Escalate(Wire.EscalateRequest request, CancellationToken cancellation) =>
        Act(request.SettlementId, (key, state, actor, now) => Difference.Escalate(key, state, request.SettlementId, actor.Node, request.Reason, now), cancellation);

    public async Task<Wire.Difference> Resolve(Wire.ResolveRequest request, CancellationToken cancellation)
    {
        var resolution = Enum<ResolutionType>(request.Resolution, "resolution");
        var answer = await Act(request.SettlementId, (key, state, actor, now) => Difference.Confirm(key, state, request.SettlementId, actor.Node, resolution, actor.User, request.Reason, now), cancellation);
        await house.Compare(Date(answer.Day, "day"), cancellation);
        await post.Flush(cancellation);
        return answer;
    }

    public async Task<Wire.DayOverview> Compare(string day, CancellationToken cancellation)
    {
        current.MustSee(around.Node);
        var date = Date(day, "day");
        if (await book.CutOf(date, cancellation) is null)
        {
            // Whoever asks by hand waits for the answer: shorter than the job does.
            if (clock.GetUtcNow() >= date.End()) await completion.Wait(TimeSpan.FromSeconds(5), cancellation);
            foreach (var earlier in await book.OpenDays(date, cancellation)) await house.CloseDay(earlier, cancellation);
        }

        // A day that was cut is only compared again: the cut stands.
        await house.CloseDay(date, cancellation);
        await home.Judge(date, cancellation);
        await post.Flush(cancellation);
        return await Day(day, cancellation);
    }

    public async Task<Wire.HomeMonth> CloseMonth(string homeArea, string month, CancellationToken cancellation)
    {
        var (area, first) = (Home(homeArea), Month(month));
        await home.Close(area, first, cancellation);
        return await Month(area, first, cancellation);
    }

    public Task<Wire.HomeMonth> GetMonth(string homeArea, string month, CancellationToken cancellation) => Month(Home(homeArea), Month(month), cancellation);

    private AdminDivision Home(string homeArea)
    {
        if (!AdminDivision.TryParse(homeArea, out var area)) throw SystemErrors.FieldInvalid.With("home_area", homeArea).AsException();
        current.MustSee(area);
        return area;
    }

    private async Task<Wire.HomeMonth> Month(AdminDivision area, DateOnly first, CancellationToken cancellation)
    {
        var (state, differences, days) = await home.Look(area, first, cancellation);
        var answer = new Wire.HomeMonth
        {
            HomeArea = area.Code, Month = first.ToString("yyyy-MM", CultureInfo.InvariantCulture), ClosedAt = state.ClosedAt?.ToTimestamp(),
            OverdueSince = state.OverdueSince is { } since ? Text(since) : "", OpenDifferences = differences, OpenDays = days,
        };
        answer.Told.AddRange(state.Told.Select(told => told.Code));
        return answer;
    }

    public async Task<Wire.InstitutionDayAnswer> CompareInstitution(Wire.InstitutionDayRequest request, CancellationToken cancellation)
    {
        current.MustBeInstitution(request.InstitutionCode);
        var date = Date(request.Day, "day");
        var now = clock.GetUtcNow();
        if (now < date.End()) throw ReconciliationErrors.DayNotOver.With(Text(date)).AsException();
        var platform = await book.OfInstitution(request.InstitutionCode, date, date, cancellation);
        InstitutionLine[] lines = [.. request.Lines.Select(l => new InstitutionLine(l.SettlementId, new(l.TotalFen), new(l.FundFen), new(l.AccountFen), l.Refund))];
        var key = InstitutionDay.Key(request.InstitutionCode, date);
        var fixWorkingDays = rules.Of(around.ProvinceOf(around.Hosted[0]), date).InstitutionFixWorkingDays;
        var state = (await door.Execute(new Command(current.Actor, current.Correlation, [key], s => InstitutionDay.Compare(key, s.Of(key), platform, lines, now, calendar, fixWorkingDays)), cancellation)).OrThrow().State(key);
        var answer = new Wire.InstitutionDayAnswer { Result = state.Differences.Count == 0 ? 0 : 1, Status = state.Status.ToString(), DueOn = state.DueOn is { } due ? Text(due) : "" };
        answer.Differences.AddRange(state.Differences.Select(d => new Wire.InstitutionDifference
        {
            SettlementId = d.SettlementId, Kind = d.Kind.ToString(), PlatformTotalFen = d.PlatformTotal.Fen, PlatformFundFen = d.PlatformFund.Fen, InstitutionTotalFen = d.InstitutionTotal.Fen, InstitutionFundFen = d.InstitutionFund.Fen,
        }));
        return answer;
    }

    public async Task<Wire.InstitutionSettlements> ListInstitutionSettlements(Wire.InstitutionPeriodRequest request, CancellationToken cancellation)
    {
        current.MustBeInstitution(request.InstitutionCode);
        var (from, until) = (Date(request.From, "from"), Date(request.Until, "until"));
        if (until < from || until.DayNumber - from.DayNumber > 92) throw SystemErrors.FieldInvalid.With("until", "不早于开始日期，且不超过 92 天").AsException();
        var answer = new Wire.InstitutionSettlements();
        answer.Settlements.AddRange((await book.OfInstitution(request.InstitutionCode, from, until, cancellation)).Select(c => new Wire.BookedSettlement
        {
            SettlementId = c.SettlementId, OriginalId = c.OriginalId ?? "", VisitId = c.VisitId, PersonKey = c.Person.ToString(),
            InsuranceType = ((int)c.Insurance).ToString(System.Globalization.CultureInfo.InvariantCulture), CareType = c.CareType, BusinessDate = Text(c.BusinessDate),
            TotalFen = c.Total.Fen, FundFen = c.FundTotal.Fen, AccountFen = c.Figures.Of(Contracts.Settlements.Fund.PersonalAccount).Fen, CashFen = c.Cash.Fen, HomeArea = c.HomeArea.Code,
        }));
        return answer;
    }

    public async Task<Wire.DeclarableAnswer> ListDeclarable(string institution, string month, CancellationToken cancellation)
    {
        current.MustBeInstitution(institution);
        var first = Month(month);
        var declarable = await book.DeclarableOf(institution, first, first.LastOfMonth(), cancellation);
        var totals = InstitutionDay.TotalsOf(declarable.Reconciled);
        var answer = new Wire.DeclarableAnswer { ReconciledCount = totals.Count, ReconciledTotalFen = totals.Total.Fen, ReconciledFundFen = totals.FundTotal.Fen };
        answer.Reconciled.AddRange(declarable.Reconciled.Select(c => c.SettlementId));
        answer.Held.AddRange(declarable.Held.Select(c => c.SettlementId));
        return answer;
    }

    private async Task<Wire.Difference> Act(string settlementId, Func<StreamKey<Difference>, Difference, Actor, DateTimeOffset, Decision> decide, CancellationToken cancellation)
    {
        // A decision may run on another thread, in a batch: who acts and when is fixed before.
        var (actor, now) = (current.Actor, clock.GetUtcNow());
        var key = Difference.Key(around.Node, settlementId);
        if (!Sees(await door.Read(key, cancellation))) throw ReconciliationErrors.DifferenceUnknown.With(settlementId).AsException();
        var executed = await door.Execute(new Command(actor, current.Correlation, [key], s => decide(key, s.Of(key), actor, now)), cancellation);
        return Shown(settlementId, executed.OrThrow().State(key));
    }

    private bool Sees(Difference state) => state.Found is { } found
        && (current.Sees(around.Node) || (found.HomeArea is { } homeArea && current.Sees(homeArea)) || (found.TreatmentArea is { } treatment && current.Sees(treatment)));

    private static Wire.Difference Shown(string id, Difference state)
    {
        var found = state.Found!;
        var shown = new Wire.Difference
        {
            SettlementId = id, OriginalId = found.OriginalId ?? "", Day = Text(found.Day), Kind = state.Kind.ToString(), Cause = state.Cause.ToString(),
            TreatmentArea = found.TreatmentArea?.Code ?? "", HomeArea = found.HomeArea?.Code ?? "", TotalFen = found.Total.Fen, FundFen = found.Fund.Fen,
            Owner = found.Owner.Code, Handler = state.Handler?.Code ?? "", DueOn = Text(found.DueOn), Open = state.IsOpen, Work = state.Work.ToString(),
            Resolution = state.Resolution?.ToString() ?? "", FoundAt = found.At.ToTimestamp(), ResolvedAt = state.ResolvedAt?.ToTimestamp(),
        };
        shown.Steps.AddRange(state.Steps.Select(s => $"{s.Kind} {s.Role} {s.Node}"));
        shown.Versions.AddRange(state.Versions.Select(v => new Wire.Version
        {
            Node = v.Node.Code, Role = v.Role.ToString(), State = v.State.ToString(), Proven = v.Proven, Stored = Amounts(v.Content), Booked = Amounts(v.Booked, v.BookAltered),
        }));
        shown.History.AddRange(
            state.Ordered.Select(o => (o.At, $"ordered {o.Step.Kind} {o.Step.Node}"))
                .Concat(state.Reported.Select(r => (r.At, r.Refusal is null ? $"done {r.Kind} {r.Node}" : $"refused {r.Kind} {r.Node} {r.Refusal}")))
                .Concat(state.Explanations.Select(e => (e.At, $"explained {e.Cause} {e.Step}")))
                .Concat(state.Escalated is { } escalated ? [(escalated.At, $"escalated {escalated.To} {escalated.Reason}")] : [])
                .Concat(state.Confirmed is { } confirmed ? [(confirmed.At, $"confirmed {confirmed.Work} {confirmed.Reason}")] : [])
                .OrderBy(entry => entry.At).Select(entry => $"{entry.At.InBeijing():yyyy-MM-dd HH:mm:ss} {entry.Item2}"));
        return shown;
    }

    private static Wire.Amounts? Amounts(SettlementContent? content, PartySums? altered = null)
    {
        if (content is null && altered is null) return null;
        var sums = altered ?? new PartySums(content!.Total, content.FundTotal, content.Cash);
        return new Wire.Amounts
        {
            TotalFen = sums.Total.Fen, FundFen = sums.Fund.Fen, CashFen = sums.Cash.Fen, Altered = altered is not null,
            ContentHash = content?.Hash() ?? "", InstitutionCode = content?.Institution ?? "", BusinessDate = content is null ? "" : Text(content.BusinessDate),
        };
    }

    private static Wire.Sums? Sums(DaySums? sums) => sums is null ? null : new Wire.Sums
    {
        Count = sums.Count, TotalFen = sums.Total.Fen, FundFen = sums.Fund.Fen, CashFen = sums.Cash.Fen, Root = Convert.ToHexStringLower(sums.Root),
    };

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateOnly Date(string text, string field) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day
        : throw SystemErrors.FieldInvalid.With(field, "yyyy-MM-dd").AsException();

    private static DateOnly Month(string text) => DateOnly.TryParseExact(text + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first)
        ? first
        : throw SystemErrors.FieldInvalid.With("month", "yyyy-MM").AsException();

    private static T Enum<T>(string text, string field) where T : struct, System.Enum => System.Enum.TryParse<T>(text, out var value) && System.Enum.IsDefined(value) && !char.IsAsciiDigit(text[0])
        ? value
        : throw SystemErrors.FieldInvalid.With(field, text).AsException();
}
