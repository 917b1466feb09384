using Yibao.Clearing.Book;
using Yibao.Clearing.Digests;
using Yibao.Contracts.Messages;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Exchange;

/// <summary>
/// The child's end of an edge: answers what the house asks. It keeps nothing but the digest of the days being compared, which
/// it makes again after a restart; so a run survives the side's crash.
/// </summary>
public sealed class SideOfEdge(ISurroundings around, IBook book, PartyDesk desk, TimeProvider clock)
{
    private readonly Dictionary<DateOnly, (DayRun Run, DigestTree Tree)> _digests = [];

    public async Task<DayAnswer> Answer(DaySummary summary, byte[] eventsRoot, CancellationToken cancellation = default)
    {
        await book.Move(summary.Moved, cancellation);
        var tree = await book.Digest(Edge.Up(summary.Run.House), summary.Run.Day, cancellation);
        Keep(summary.Run, tree);
        return new DayAnswer(summary.Run, tree.Sums, tree.Sums.Agrees(summary.Sums) ? [] : [tree.Open("")], eventsRoot);
    }

    public async Task<DayBranches> Answer(DayProbe probe, CancellationToken cancellation = default)
    {
        if (!_digests.TryGetValue(probe.Run.Day, out var kept) || kept.Run != probe.Run)
        {
            kept = (probe.Run, await book.Digest(Edge.Up(probe.Run.House), probe.Run.Day, cancellation));
            Keep(probe.Run, kept.Tree);
        }

        return new DayBranches(probe.Run, [.. probe.Prefixes.Take(EdgeRun.PrefixesAtOnce).Select(kept.Tree.Open)]);
    }

    public async Task<DayReport> Answer(DayQuestion question, CancellationToken cancellation = default) =>
        new(question.Run, await desk.Show([.. question.Settlements.Take(EdgeRun.SettlementsAtOnce)], cancellation));

    public async Task<RepairDone> Answer(RepairOrder order, CancellationToken cancellation = default)
    {
        try
        {
            return new RepairDone(order.Run, order.DifferenceId, order.Kind,
                await desk.Repair(order.Settlement, order.Kind, order.Role, new RepairProof(order.SignedOutcome, order.SignedIntent), clock.GetUtcNow(), cancellation), null);
        }
        catch (RefusedException refused) when (!refused.Error.Definition.Transient)
        {
            return new RepairDone(order.Run, order.DifferenceId, order.Kind, (await desk.Show([order.Settlement], cancellation))[0], refused.Error.Code);
        }
    }

    /// <summary>The house's verdict on the day: what this node treated and sent up is reconciled, except what is held.</summary>
    public Task Take(DayVerdict verdict, CancellationToken cancellation = default) =>
        book.Judge(Edge.Up(verdict.Run.House), verdict.Run.Day, new Verdict(verdict.Held, Behind(verdict)), verdict.At, cancellation);

    private IReadOnlyList<AdminDivision> Behind(DayVerdict verdict) => [.. verdict.OpenSides.SelectMany(around.AreasBeyond).Distinct()];

    // Two days at most are compared at once; more would only cost memory.
    private void Keep(DayRun run, DigestTree tree)
    {
        while (_digests.Count >= 2 && !_digests.ContainsKey(run.Day)) _digests.Remove(_digests.Keys.Min());
        _digests[run.Day] = (run, tree);
    }
}
