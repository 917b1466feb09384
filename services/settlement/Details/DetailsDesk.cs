using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.Details;

/// <summary>
/// Fee details after the fact: the treatment place sends them, the nation keeps a copy, the home place keeps its own; both say so, and the
/// nation's word ends the duty (SET-011…013). Over the edges, because nobody waits for them.
/// </summary>
public sealed partial class DetailsDesk(
    Routes routes, IWriteDoor door, Sealing sealing, IEdgeBus edges, IFeeSplits splits, DetailsTables tables, TimeProvider time, ILogger<DetailsDesk> log)
{
    /// <summary>Most uploads of one run of the job.</summary>
    private const int AtOnce = 500;

    /// <summary>Sends everything that waits; what cannot be sent now is logged, stays, and is tried again with the next run.</summary>
    /// <returns>How many were handed over.</returns>
    public async Task<int> UploadPending(Actor actor, string correlation, CancellationToken cancellation = default)
    {
        var sent = 0;
        foreach (var reference in await tables.Pending(AtOnce))
        {
            try
            {
                await Upload(reference, actor, correlation, cancellation);
                sent++;
            }
            catch (RefusedException refused)
            {
                LogWaits(log, reference, refused.Error.Code);
            }
        }

        return sent;
    }

    /// <summary>Sends the details of one settlement or visit.</summary>
    /// <exception cref="RefusedException"><c>DETAILS_NOT_OWED</c>; <c>DETAILS_SUM_MISMATCH</c>: the lines do not add up to what was settled; <c>SERVICE_UNAVAILABLE</c>: no broker.</exception>
    public async Task<DetailDuty> Upload(string reference, Actor actor, string correlation, CancellationToken cancellation = default)
    {
        var stream = DetailDuty.Stream(reference);
        var state = await door.Read(stream, cancellation);
        if (state.Duty is not { } duty || state.Status == DetailsStatus.Dropped) throw DetailsErrors.NotOwed.With(reference).AsException();
        if (state.Status == DetailsStatus.DetailsUploaded) return state;

        var visit = await door.Read(Visit.Stream(duty.VisitId), cancellation);
        var (details, lines) = duty.Kind == DetailsKind.Direct ? Direct(duty, visit, (await door.Read(TreatmentSettlement.Stream(reference), cancellation)).Request!) : Undirect(duty, visit);
        if (lines.Count == 0 || details.Total != lines.Aggregate(Money.Zero, static (sum, line) => sum + line.Amount))
            throw DetailsErrors.SumMismatch.With(reference, lines.Aggregate(Money.Zero, static (sum, line) => sum + line.Amount), details.Total).AsException();

        var (now, parts) = (Sealing.Truncate(time.GetUtcNow()), lines.Chunk(FeeDetailsPart.MostLines).ToList());
        foreach (var (index, part) in parts.Index())
        {
            var message = sealing.Make(details.HomeArea, $"{reference}/details-{index + 1}", now, DetailsKinds.Part, new FeeDetailsPart(details, index + 1, parts.Count, part));
            await Take(message, null, cancellation);
        }

        var executed = await door.Execute(new Command(actor, correlation, [stream], states => DetailDuty.Send(reference, lines.Count, parts.Count, details.Total, now, states.Of(stream))), cancellation);
        return executed.OrThrow().State(stream);
    }

    /// <summary>Details or a receipt on its way: kept where it is to be kept, and handed on.</summary>
    /// <param name="handled">When it came over an edge: taken once however often it comes.</param>
    public Task Take(Envelope message, HandledMessage? handled, CancellationToken cancellation = default) => message.Kind switch
    {
        DetailsKinds.Part => Carry(message, handled, cancellation),
        DetailsKinds.Stored => Receipt(message, handled, cancellation),
        _ => throw SecurityErrors.MessageKindUnknown.With(message.Kind).AsException(),
    };

    /// <summary>Puts what is past its last day on the list of this day (SET-011).</summary>
    /// <returns>How many.</returns>
    public async Task<int> ListOverdue(DateOnly today, Actor actor, string correlation, CancellationToken cancellation = default)
    {
        var listed = 0;
        while (await tables.Overdue(today, AtOnce) is { Count: > 0 } overdue)
        {
            foreach (var reference in overdue)
            {
                var stream = DetailDuty.Stream(reference);
                (await door.Execute(new Command(actor, correlation, [stream], states => DetailDuty.ListOverdue(reference, today, states.Of(stream))), cancellation)).OrThrow();
                listed++;
            }
        }

        return listed;
    }

    private async Task Carry(Envelope message, HandledMessage? handled, CancellationToken cancellation)
    {
        var part = Sealing.Read<FeeDetailsPart>(message);
        var details = part.Details;
        var host = routes.HostOf(details.TreatmentArea, message.Instant);
        if (message.From != host) throw SettlementErrors.WrongSigner.With(message.From, host).AsException();
        if (message.To != details.HomeArea) throw SystemErrors.FieldInvalid.With("envelope", "to").AsException();

        var next = routes.Next(message);
        if (next is null || IsNation)
        {
            var now = Sealing.Truncate(time.GetUtcNow());
            var stream = HeldDetails.Stream(details.Reference);
            var executed = await door.Execute(new Command(By(message), details.Reference, [stream], states => HeldDetails.Receive(part, now, states.Of(stream))) { Handles = handled }, cancellation);
            // Said again when a part comes again: whoever sent it may not have heard it the first time.
            if (executed.OrThrow().State(stream).CompleteAt is { } complete)
            {
                var receipt = sealing.Make(details.TreatmentArea, $"{details.Reference}/details-stored", Sealing.Truncate(time.GetUtcNow()), DetailsKinds.Stored, new FeeDetailsStored(details.Reference, routes.Node, complete));
                await Receipt(receipt, null, cancellation);
            }
        }

        if (next is { } onward) await edges.Send(onward, routes.Passing(message), cancellation);
    }

    private async Task Receipt(Envelope message, HandledMessage? handled, CancellationToken cancellation)
    {
        if (routes.Next(message) is { } next)
        {
            await edges.Send(next, routes.Passing(message), cancellation);
            return;
        }

        var stored = Sealing.Read<FeeDetailsStored>(message);
        if (stored.Node != message.From) throw SettlementErrors.WrongSigner.With(message.From, stored.Node).AsException();
        var stream = DetailDuty.Stream(stored.Reference);
        (await door.Execute(new Command(By(message), stored.Reference, [stream], states =>
        {
            var state = states.Of(stream);
            if (state.Duty is not { } duty) return DetailDuty.Acknowledge(stored, false, false, state);
            var map = routes.At(message.Instant);
            var isHome = map.HostOf(duty.HomeArea) == stored.Node;
            var nation = map.HostOf(map.Root.Code);
            var viaNation = map.PathBetween(duty.TreatmentArea, duty.HomeArea).Contains(nation);
            return DetailDuty.Acknowledge(stored, viaNation ? stored.Node == nation : isHome, isHome, state);
        }) { Handles = handled }, cancellation)).OrThrow();
    }

    private (FeeDetails Details, IReadOnlyList<DetailLine> Lines) Direct(DetailsPending duty, Visit visit, SettlementRequest request)
    {
        List<FeeLine> lines = [.. visit.Lines.Values.Where(line => visit.HeldLines.GetValueOrDefault(line.Serial) == duty.Reference)];
        return (Head(duty, visit.Registration! with { Disease = request.Disease }, visit.Insured!, request.CareUntil, lines.Count, request.Split.Total), Lines(visit, lines));
    }

    private (FeeDetails Details, IReadOnlyList<DetailLine> Lines) Undirect(DetailsPending duty, Visit visit)
    {
        var undirect = visit.Undirect ?? throw DetailsErrors.NotOwed.With(duty.Reference).AsException();
        List<FeeLine> lines = [.. visit.Lines.Values];
        return (Head(duty, visit.Registration!.For(lines), visit.Insured!, undirect.CareUntil, lines.Count, undirect.Total) with { Diagnoses = undirect.Diagnoses, Fault = undirect.Fault }, Lines(visit, lines));
    }

    private static FeeDetails Head(DetailsPending duty, Registration registration, Insured insured, DateTimeOffset careUntil, int lines, Money total) => new()
    {
        Reference = duty.Reference,
        Kind = duty.Kind,
        VisitId = duty.VisitId,
        TreatmentArea = duty.TreatmentArea,
        HomeArea = duty.HomeArea,
        Institution = duty.Institution,
        InstitutionLevel = registration.InstitutionLevel,
        Person = insured.Person,
        Insurance = insured.Insurance,
        CredentialType = insured.CredentialType,
        CareType = registration.CareType,
        Disease = registration.Disease,
        CareFrom = registration.CareFrom.ToUniversalTime(),
        CareUntil = careUntil.ToUniversalTime(),
        OutpatientFlag = registration.OutpatientFlag,
        InpatientType = registration.InpatientType,
        Trauma = registration.Trauma,
        Date = duty.Date,
        Lines = lines,
        Total = total,
    };

    /// <summary>With the treatment place's split; a line that it cannot split goes without, for the home place to judge.</summary>
    private IReadOnlyList<DetailLine> Lines(Visit visit, IReadOnlyList<FeeLine> lines)
    {
        if (lines.Count == 0) return [];
        IReadOnlyDictionary<string, SplitLine> split;
        try
        {
            split = splits.Split(visit.Registration!.For(lines), visit.Insured!, lines).Lines.ToDictionary(line => line.Line.Serial, StringComparer.Ordinal);
        }
        catch (RefusedException refused) when (visit.Undirect is not null)
        {
            LogUnsplit(log, visit.Registration!.VisitId, refused.Error.Code);
            split = new Dictionary<string, SplitLine>(StringComparer.Ordinal);
        }

        return [.. lines.Select(line => split.GetValueOrDefault(line.Serial) is { } known
            ? new DetailLine(line.Serial, line.Code, known.Item.Name, known.Category, line.Price, line.Count, line.Amount, line.Date, (int)line.Approval, known.Totals)
            : new DetailLine(line.Serial, line.Code, "", line.Category, line.Price, line.Count, line.Amount, line.Date, (int)line.Approval, null))];
    }

    private bool IsNation => routes.At(time.GetUtcNow()) is var map && map.HostOf(map.Root.Code) == routes.Node;

    private Actor By(Envelope message) => new($"{message.From}/settlement", Role.Node, routes.Node, message.From.Code);

    [LoggerMessage(3101, LogLevel.Warning, "The fee details of {Reference} could not be sent ({Code}); they are tried again")]
    private static partial void LogWaits(ILogger logger, string reference, string code);

    [LoggerMessage(3102, LogLevel.Warning, "The fee details of visit {Visit} go without a split ({Code})")]
    private static partial void LogUnsplit(ILogger logger, string visit, string code);
}
