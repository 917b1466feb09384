using Yibao.Clearing.Book;
using Yibao.Clearing.Days;
using Yibao.Clearing.Differences;
using Yibao.Clearing.Rules;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Exchange;

/// <summary>
/// The parent's end of all its edges: cuts the day, compares it with every child, judges what differs, orders the repairs and
/// compares again. Everything it decides is stored as facts; what it holds in memory is only the talk that is going on.
/// </summary>
public sealed class HouseOfEdges(
    ISurroundings around, IBook book, PartyDesk desk, IWriteDoor door, INeighbours neighbours, IProofs proofs, ReconciliationRules rules, TimeProvider clock)
{
    /// <summary>Comparisons of one day and edge that follow from repairs without anybody asking for them.</summary>
    public const int RunsOfItsOwn = 6;

    /// <summary>After so long a silence what is unanswered is asked again.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Dictionary<(AdminDivision Child, DateOnly Day), Conversation> _talks = [];
    private readonly Dictionary<(AdminDivision Child, DateOnly Day), int> _ownRuns = [];
    private readonly SemaphoreSlim _gate = new(1, 1);
    private DateTimeOffset _lastVerdict = DateTimeOffset.MinValue;

    /// <summary>The day job: fixes the day and starts its comparison on every edge. A repeat goes on where it stands.</summary>
    public async Task CloseDay(DateOnly day, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        if (now < new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.FromHours(8)))
            throw ReconciliationErrors.DayNotOver.With(day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)).AsException();
        var cut = await book.Cut(day, around.Children, now, cancellation);
        foreach (var (child, sums) in cut.Edges)
        {
            var key = EdgeDay.Key(around.Node, child, day);
            (await Execute(key, s => EdgeDay.Cut(key, s.Of(key), new EdgeDayCut(around.Node, child, day, sums, cut.CutAt)), cancellation)).OrThrow();
        }

        await Compare(day, cancellation);
        await JudgeWithin(day, cancellation);
    }

    /// <summary>Compares the day again on every edge that was cut: after a repair, on demand, after a restart.</summary>
    public async Task Compare(DateOnly day, CancellationToken cancellation = default)
    {
        foreach (var child in around.Children) await Compare(child, day, cancellation);
    }

    public async Task Compare(AdminDivision child, DateOnly day, CancellationToken cancellation = default)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            _ownRuns.Remove((child, day));
            await Start(child, day, cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>
    /// Compares again what was cut and has not come to an end, on edges where nothing is going on: after a restart in the middle of an
    /// exchange, and from time to time.
    /// </summary>
    /// <param name="days">So many days back from the last cut.</param>
    public async Task Resume(int days = 35, CancellationToken cancellation = default)
    {
        if (await book.LastCut(cancellation) is not { } last) return;
        await _gate.WaitAsync(cancellation);
        try
        {
            for (var day = last.AddDays(1 - days); day <= last; day = day.AddDays(1))
            {
                foreach (var child in around.Children)
                {
                    var going = _talks.TryGetValue((child, day), out var talk) && (!talk.Concluded || talk.Repairing.Count > 0);
                    if (going) continue;
                    var status = (await door.Read(EdgeDay.Key(around.Node, child, day), cancellation)).Status;
                    if (status is DayStatus.Cut or DayStatus.Mismatch) await Start(child, day, cancellation);
                    else if (status is DayStatus.Reconciled or DayStatus.Resolved) await Close(child, day, cancellation);
                }
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>A message of a child.</summary>
    public async Task Receive(AdminDivision from, object message, CancellationToken cancellation = default)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            await Take(from, message, cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Asks again after a silence, concludes without a far end that does not answer, and compares again when pending ones have aged.</summary>
    public async Task Tick(CancellationToken cancellation = default)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            var now = clock.GetUtcNow();
            foreach (var talk in _talks.Values.ToList())
            {
                if (talk.Concluded)
                {
                    if (talk.PendingUntil <= now || (talk.Repairing.Count > 0 && now - talk.LastHeard > Patience)) await Start(talk.Day.Side, talk.Day.Day, cancellation);
                    continue;
                }

                if (now - talk.LastHeard <= Patience) continue;
                talk.LastHeard = now;
                if (talk.Run.Complete && talk.AwaitingFar.Count > 0)
                {
                    talk.AwaitingFar.Clear();
                    await Conclude(talk, cancellation);
                    continue;
                }

                var originals = await Originals([.. talk.Run.Found.Keys], cancellation);
                foreach (var question in talk.Run.Outstanding(originals.GetValueOrDefault)) await neighbours.Send(talk.Day.Side, question, cancellation);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The parent's verdict came: what goes further down waits for it no longer.</summary>
    public async Task VerdictFromAbove(DateOnly day, CancellationToken cancellation = default)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            await Judge(day, cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task Start(AdminDivision child, DateOnly day, CancellationToken cancellation, IReadOnlyList<string>? name = null)
    {
        var key = EdgeDay.Key(around.Node, child, day);
        var state = await door.Read(key, cancellation);
        if (state.Status == DayStatus.Open) return;
        var last = _talks.TryGetValue((child, day), out var talk) ? talk.Day.Run : 0;
        var run = new DayRun(around.Node, child, day, Math.Max(state.Run, last) + 1);
        var edgeRun = new EdgeRun(run, await book.Digest(Edge.Down(child), day, cancellation), await Moved(child, day, name ?? [], cancellation), []);
        _talks[(child, day)] = new Conversation(edgeRun, clock.GetUtcNow());
        await neighbours.Send(child, edgeRun.Summary, cancellation);
    }

    // What is reconciled on another day than its own, and what a run before found under different days at the two ends.
    private async Task<IReadOnlyList<MovedSettlement>> Moved(AdminDivision child, DateOnly day, IReadOnlyList<string> name, CancellationToken cancellation)
    {
        var moved = await book.Moved(child, day, cancellation);
        if (name.Count == 0) return moved;
        var named = (await book.Find(name, cancellation)).GroupBy(row => row.Entry.Content.SettlementId, StringComparer.Ordinal)
            .Select(rows => new MovedSettlement(rows.Key, rows.First().Entry.Content.BusinessDate, rows.First().Batch));
        return [.. moved.Concat(named).DistinctBy(m => m.SettlementId)];
    }

    private async Task Take(AdminDivision from, object message, CancellationToken cancellation)
    {
        switch (message)
        {
            case DayAnswer answer when Talk(answer.Run, from) is { } talk:
                await Go(talk, talk.Run.Take(answer), cancellation);
                break;
            case DayBranches branches when Talk(branches.Run, from) is { } talk:
                await Go(talk, talk.Run.Take(branches), cancellation);
                break;
            case DayReport report:
                await Reported(from, report, cancellation);
                break;
            case RepairDone done:
                await Repaired(from, done, cancellation);
                break;
            case DayBelowClosed below when below.House == around.Node && below.Side == from:
                var key = EdgeDay.Key(around.Node, from, below.Day);
                var told = (await Execute(key, s => EdgeDay.Below(key, s.Of(key), clock.GetUtcNow()), cancellation)).OrThrow();
                // Repairs below may have brought something up: look once more before closing.
                if (told.Decision is Decision.Accepted) await Start(from, below.Day, cancellation);
                break;
        }
    }

    private Conversation? Talk(DayRun run, AdminDivision from) =>
        run.Side == from && _talks.TryGetValue((from, run.Day), out var talk) && talk.Day == run && !talk.Concluded ? talk : null;

    private async Task Go(Conversation talk, IEnumerable<object> send, CancellationToken cancellation)
    {
        talk.LastHeard = clock.GetUtcNow();
        foreach (var message in send) await neighbours.Send(talk.Day.Side, message, cancellation);
        if (!talk.Run.Narrowed) return;
        var originals = await Originals([.. talk.Run.Found.Keys], cancellation);
        foreach (var question in talk.Run.Ask(talk.Run.Found.Keys.Where(id => !talk.Run.Versions.ContainsKey(id)), originals.GetValueOrDefault)) await neighbours.Send(talk.Day.Side, question, cancellation);
        if (talk.Run.Complete) await AskFarOrConclude(talk, cancellation);
    }

    private async Task Reported(AdminDivision from, DayReport report, CancellationToken cancellation)
    {
        if (Talk(report.Run, from) is { } own)
        {
            own.Run.Take(report);
            await Go(own, [], cancellation);
        }

        foreach (var talk in _talks.Values.Where(t => !t.Concluded && t.Day.Day == report.Run.Day).ToList())
        {
            var answered = report.Versions.Where(v => talk.AwaitingFar.Remove((v.SettlementId, from))).ToList();
            foreach (var version in answered) talk.Versions[(version.SettlementId, from)] = version;
            if (answered.Count > 0 && talk.AwaitingFar.Count == 0) await Conclude(talk, cancellation);
        }
    }

    private async Task AskFarOrConclude(Conversation talk, CancellationToken cancellation)
    {
        if (talk.AskedFar) return;
        talk.AskedFar = true;
        var asked = talk.Run.Found.Keys.Select(id => new AskedSettlement(id, talk.Run.Versions.GetValueOrDefault(id) is { } v ? OriginalOf(v) : null)).ToList();
        var originals = await Originals([.. asked.Select(a => a.SettlementId)], cancellation);
        asked = [.. asked.Select(a => a.OriginalId is null ? a with { OriginalId = originals.GetValueOrDefault(a.SettlementId) } : a)];
        foreach (var chunk in asked.Chunk(EdgeRun.SettlementsAtOnce))
            foreach (var version in await desk.Show(chunk, cancellation)) talk.Versions[(version.SettlementId, around.Node)] = version;
        foreach (var version in talk.Run.Versions.Values) talk.Versions[(version.SettlementId, talk.Day.Side)] = version;

        var far = asked.Select(a => (Asked: a, Node: FarEnd(talk, a.SettlementId))).Where(a => a.Node is not null).ToLookup(a => a.Node!.Value, a => a.Asked);
        foreach (var node in far)
        {
            foreach (var chunk in node.Chunk(EdgeRun.SettlementsAtOnce))
            {
                foreach (var a in chunk) talk.AwaitingFar.Add((a.SettlementId, node.Key));
                await neighbours.Send(node.Key, new DayQuestion(talk.Day with { Side = node.Key }, chunk), cancellation);
            }
        }

        if (talk.AwaitingFar.Count == 0) await Conclude(talk, cancellation);
    }

    private static string? OriginalOf(PartyVersion version) => (version.Content ?? version.Booked)?.OriginalId;

    /// <summary>The child at the other end of the pair, when this node is where the two paths meet.</summary>
    private AdminDivision? FarEnd(Conversation talk, string settlementId)
    {
        if (ContentOf(talk, settlementId) is not { } content) return null;
        AdminDivision?[] ends = [around.Towards(content.TreatmentArea), around.Towards(content.HomeArea)];
        return ends.FirstOrDefault(end => end is not null && end != talk.Day.Side && end != around.Parent);
    }

    private static SettlementContent? ContentOf(Conversation talk, string settlementId)
    {
        var versions = talk.Versions.Where(v => v.Key.SettlementId == settlementId).Select(v => v.Value).ToList();
        return versions.Select(v => v.Content).FirstOrDefault(c => c is not null) ?? versions.Select(v => v.Booked).FirstOrDefault(c => c is not null);
    }

    private async Task Conclude(Conversation talk, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        talk.Concluded = true;
        var key = EdgeDay.Key(around.Node, talk.Day.Side, talk.Day.Day);
        var before = await door.Read(key, cancellation);
        var (differing, pending, agreed) = (new List<string>(), new List<string>(), new List<string>());
        var orders = new List<(string SettlementId, RepairStep Step)>();
        var timeout = rules.Of(around, talk.Day.Day).MessageTimeout;
        foreach (var id in talk.Run.Found.Keys.Order(StringComparer.Ordinal))
        {
            var differenceKey = Difference.Key(around.Node, id);
            var known = await door.Read(differenceKey, cancellation);
            var views = Views(talk, id);
            var judgement = RepairTable.Judge(views, known is { IsOpen: true, Confirmed: not null });
            if (judgement.Agrees)
            {
                agreed.Add(id);
                continue;
            }

            var youngest = talk.Versions.Where(v => v.Key.SettlementId == id && (v.Value.Content is not null || v.Value.Booked is not null)).Max(v => v.Value.Since);
            if (!known.IsOpen && youngest is { } since && now - since < timeout)
            {
                pending.Add(id);
                talk.PendingUntil = Later(talk.PendingUntil, since + timeout);
                continue;
            }

            differing.Add(id);
            (await Execute(differenceKey, s => Difference.Observe(differenceKey, s.Of(differenceKey), Open(talk, id, judgement, views, now)), cancellation)).OrThrow();
            if (judgement.Work == WorkReason.None) orders.AddRange(judgement.Steps.Select(step => (id, step)));
        }

        // Equal in every settlement and yet not in the day: something moved between the two looks, or stands under another day. Look once more
        // and name the day this house has them under.
        var unexplained = differing.Count == 0 && pending.Count == 0 && !talk.Run.HouseSums.Agrees(talk.Run.SideSums!);
        var again = (agreed.Count > 0 || (unexplained && talk.Day.Run < RunsOfItsOwn)) && differing.Count == 0 && pending.Count == 0 && MayRunOfItsOwn(talk);
        if (again)
        {
            await Start(talk.Day.Side, talk.Day.Day, cancellation, agreed);
            return;
        }

        // No settlement accounts for it: still a difference.
        if (unexplained)
        {
            var sums = SumsDifference.Of(talk.Day, talk.Run.HouseSums, talk.Run.SideSums!, around, rules, now);
            var sumsKey = Difference.Key(around.Node, sums.SettlementId);
            (await Execute(sumsKey, s => Difference.Observe(sumsKey, s.Of(sumsKey), sums), cancellation)).OrThrow();
            differing.Add(sums.SettlementId);
        }

        (await Execute(key, s => EdgeDay.Compare(key, s.Of(key), talk.Day.Day, new EdgeDayCompared(talk.Day.Run, talk.Run.HouseSums, talk.Run.SideSums!,
            differing, pending, talk.Run.SideEventsRoot, now)), cancellation)).OrThrow();
        foreach (var gone in before.Open.Except(differing, StringComparer.Ordinal)) await Resolve(talk.Day.Day, gone, now, cancellation);
        await Close(talk.Day.Side, talk.Day.Day, cancellation);
        await Judge(talk.Day.Day, cancellation);
        foreach (var (id, step) in orders) await Order(talk, id, step, now, cancellation);
        await AgainWhenRepaired(talk, cancellation);
    }

    private IReadOnlyList<PartyView> Views(Conversation talk, string settlementId)
    {
        var content = ContentOf(talk, settlementId);
        var asked = new AskedSettlement(settlementId, content?.OriginalId);
        return [.. talk.Versions.Where(v => v.Key.SettlementId == settlementId).Select(v => v.Value).OrderBy(v => v.Node.Code, StringComparer.Ordinal).Select(version =>
        {
            var proof = version.SignedOutcome.Length == 0 ? (Content: null, State: PartyState.Unknown) : proofs.Check(asked, version.SignedOutcome);
            return new PartyView(version.Node, RoleOf(version, content), version.State, version.Content, version.Booked, proof.Content, proof.State) { Altered = version.BookAltered };
        })];
    }

    private PartyRole RoleOf(PartyVersion version, SettlementContent? content) =>
        content is null ? version.Role
        : around.Hosts(version.Node, content.HomeArea) ? PartyRole.Home
        : around.Hosts(version.Node, content.TreatmentArea) ? PartyRole.Treatment
        : PartyRole.Relay;

    private DifferenceOpened Open(Conversation talk, string settlementId, Judgement judgement, IReadOnlyList<PartyView> views, DateTimeOffset now)
    {
        var content = views.Select(v => v.Proven).FirstOrDefault(c => c is not null) ?? ContentOf(talk, settlementId);
        var province = content is null ? around.Node : around.ProvinceOf(content.HomeArea);
        var owner = content is null ? around.Node : rules.OwnerOf(content.HomeArea, province, talk.Day.Day);
        return new DifferenceOpened(settlementId, content?.OriginalId, talk.Day.Day, judgement.Kind, Difference.CauseOf(judgement, views), content?.TreatmentArea, content?.HomeArea,
            content?.Total ?? Money.Zero, content?.FundTotal ?? Money.Zero, owner, province, Difference.DueOn(talk.Day.Day, rules.Of(province, talk.Day.Day).MonthCloseDay),
            judgement.Steps, judgement.Work, [.. views.Select(v => new ShownVersion(v.Node, v.Role, v.State, v.Content, v.Booked, v.Proven is not null) { BookAltered = v.Altered })], now);
    }

    private async Task Order(Conversation talk, string settlementId, RepairStep step, DateTimeOffset now, CancellationToken cancellation)
    {
        var key = Difference.Key(around.Node, settlementId);
        (await Execute(key, s => Difference.Order(key, s.Of(key), settlementId, step, now), cancellation)).OrThrow();
        var outcome = step.ProofFrom is { } prover && talk.Versions.TryGetValue((settlementId, prover), out var version) ? version.SignedOutcome : [];
        // Who stores the intent need not be who proves the outcome; whoever adopts checks both signatures.
        var intent = outcome.Length == 0 ? [] : talk.Versions.Where(v => v.Key.SettlementId == settlementId).Select(v => v.Value.SignedIntent).FirstOrDefault(i => i.Length > 0) ?? [];
        var asked = new AskedSettlement(settlementId, ContentOf(talk, settlementId)?.OriginalId);
        if (step.Node != around.Node)
        {
            talk.Repairing.Add((settlementId, step.Node));
            await neighbours.Send(step.Node, new RepairOrder(talk.Day with { Side = step.Node }, key.Name, asked, step.Kind, step.Role, outcome) { SignedIntent = intent }, cancellation);
            return;
        }

        string? refusal = null;
        try
        {
            await desk.Repair(asked, step.Kind, step.Role, new RepairProof(outcome, intent), now, cancellation);
        }
        catch (RefusedException refused)
        {
            refusal = refused.Error.Code;
        }

        talk.Changed |= refusal is null;
        await Report(key, new RepairReported(step.Kind, step.Node, refusal, now), cancellation);
    }

    private async Task Repaired(AdminDivision from, RepairDone done, CancellationToken cancellation)
    {
        // Told even when the talk it belongs to ended with a restart.
        await Report(Difference.Key(around.Node, done.Version.SettlementId), new RepairReported(done.Kind, from, done.Refusal, clock.GetUtcNow()), cancellation);
        foreach (var talk in _talks.Values.Where(t => t.Day.Day == done.Run.Day).ToList())
        {
            if (!talk.Repairing.Remove((done.Version.SettlementId, from))) continue;
            talk.Changed |= done.Refusal is null;
            talk.LastHeard = clock.GetUtcNow();
            await AgainWhenRepaired(talk, cancellation);
        }
    }

    private async Task Report(StreamKey<Difference> key, RepairReported report, CancellationToken cancellation) =>
        (await Execute(key, s => Difference.Report(key, s.Of(key), report), cancellation)).OrThrow();

    private async Task AgainWhenRepaired(Conversation talk, CancellationToken cancellation)
    {
        if (!talk.Concluded || !talk.Changed || talk.Repairing.Count > 0) return;
        talk.Changed = false;
        // A repair at the house or at the far end changes what the other edges see.
        foreach (var child in around.Children)
        {
            var other = _talks.GetValueOrDefault((child, talk.Day.Day));
            if (other is null || (other != talk && !other.Concluded) || !MayRunOfItsOwn(other)) continue;
            if (other == talk || (await door.Read(EdgeDay.Key(around.Node, child, talk.Day.Day), cancellation)).Open.Count > 0) await Start(child, talk.Day.Day, cancellation);
        }
    }

    private bool MayRunOfItsOwn(Conversation talk)
    {
        var key = (talk.Day.Side, talk.Day.Day);
        var runs = _ownRuns.GetValueOrDefault(key);
        _ownRuns[key] = runs + 1;
        return runs < RunsOfItsOwn;
    }

    private async Task Resolve(DateOnly day, string settlementId, DateTimeOffset now, CancellationToken cancellation)
    {
        var elsewhere = false;
        foreach (var child in around.Children) elsewhere |= (await door.Read(EdgeDay.Key(around.Node, child, day), cancellation)).Open.Contains(settlementId, StringComparer.Ordinal);
        var key = Difference.Key(around.Node, settlementId);
        if (!elsewhere) (await Execute(key, s => Difference.Resolve(key, s.Of(key), settlementId, stillDiffers: false, now), cancellation)).OrThrow();
    }

    private async Task Close(AdminDivision child, DateOnly day, CancellationToken cancellation)
    {
        var key = EdgeDay.Key(around.Node, child, day);
        var state = await door.Read(key, cancellation);
        if (!state.Agrees || !(state.BelowClosed || around.IsLeaf(child))) return;
        (await Execute(key, s => EdgeDay.Close(key, s.Of(key), day, around.IsLeaf(child), clock.GetUtcNow()), cancellation)).OrThrow();
        if (around.Parent is not { } parent) return;
        foreach (var other in around.Children)
            if ((await door.Read(EdgeDay.Key(around.Node, other, day), cancellation)).Status != DayStatus.Closed) return;
        await neighbours.Send(parent, new DayBelowClosed(parent, around.Node, day), cancellation);
    }

    // Tells every child that was compared what of the day is reconciled.
    private async Task Judge(DateOnly day, CancellationToken cancellation)
    {
        var now = NextVerdict();
        var states = new Dictionary<AdminDivision, EdgeDay>();
        foreach (var child in around.Children) states[child] = await door.Read(EdgeDay.Key(around.Node, child, day), cancellation);
        var above = around.Parent is { } parent ? await book.VerdictOf(Edge.Up(parent), day, cancellation) : null;
        var waiting = new Dictionary<string, WaitingSettlement>(StringComparer.Ordinal);
        foreach (var held in above?.Held ?? []) waiting[held.SettlementId] = held;
        foreach (var id in states.Values.SelectMany(s => s.Open.Concat(s.Pending)))
            if (!waiting.TryGetValue(id, out var known) || known.HomeArea is null) waiting[id] = new WaitingSettlement(id, await HomeOf(id, cancellation));
        foreach (var (child, state) in states.Where(s => s.Value.Run > 0))
        {
            var open = states.Where(s => s.Key != child && (s.Value.Run == 0 || SumsDifference.IsAmong(s.Value.Open))).Select(s => s.Key).ToList();
            // Sums that differ hold everything on the edge: nobody can say which settlement is wrong.
            if (SumsDifference.IsAmong(state.Open)) open.Add(around.Node);
            if (around.Parent is { } up && above is null) open.Add(up);
            open.AddRange(above?.HeldAreas ?? []);
            WaitingSettlement[] held = [.. waiting.Values.OrderBy(w => w.SettlementId, StringComparer.Ordinal)];
            await book.Judge(Edge.Down(child), day, new Verdict(held, []), now, cancellation);
            await neighbours.Send(child, new DayVerdict(new DayRun(around.Node, child, day, state.Run), held, open, state.Status == DayStatus.Closed, now), cancellation);
        }
    }

    // Strictly later than the one before, in the microseconds that a database keeps.
    private DateTimeOffset NextVerdict()
    {
        var now = clock.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        return _lastVerdict = now > _lastVerdict ? now : _lastVerdict.AddTicks(TimeSpan.TicksPerMicrosecond);
    }

    private async Task<AdminDivision?> HomeOf(string settlementId, CancellationToken cancellation) =>
        (await door.Read(Difference.Key(around.Node, settlementId), cancellation)).Found?.HomeArea
        ?? (await book.Find([settlementId], cancellation)).FirstOrDefault()?.Entry.Content.HomeArea;

    // Settlements whose roles all live in this node: no edge, but the roles must say the same.
    private async Task JudgeWithin(DateOnly day, CancellationToken cancellation) =>
        await book.Judge(Edge.Within(around.Node), day, new Verdict([.. (await book.RolesDisagreeing(day, cancellation)).Select(id => new WaitingSettlement(id, null))], []), clock.GetUtcNow(), cancellation);

    private async Task<Dictionary<string, string?>> Originals(IReadOnlyList<string> settlementIds, CancellationToken cancellation) =>
        settlementIds.Count == 0 ? [] : (await book.Find(settlementIds, cancellation)).GroupBy(row => row.Entry.Content.SettlementId, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.First().Entry.Content.OriginalId, StringComparer.Ordinal);

    private Task<Executed> Execute(StreamKey key, Func<StreamStates, Decision> decide, CancellationToken cancellation) =>
        door.Execute(new Command(Actor.System(around.Node, "reconciliation"), key.Id, [key], decide), cancellation);

    private static DateTimeOffset Later(DateTimeOffset? one, DateTimeOffset other) => one is { } known && known > other ? known : other;
}
