using System.Globalization;
using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Visits;

namespace Yibao.Simulation;

/// <summary>What an institution was told of one settlement, definitely.</summary>
internal sealed record Told(string SettlementId, OutcomeState State, string? OriginalHash, string? NegativeHash);

/// <summary>What the institutions did and came to know: the other half of what must hold in the end.</summary>
internal sealed class HospitalRecord
{
    public List<Told> Told { get; } = [];

    /// <summary>National ids whose reversal or refund was ever asked for.</summary>
    public HashSet<string> Withdrawn { get; } = new(StringComparer.Ordinal);

    /// <summary>National ids of every settlement ever asked for.</summary>
    public HashSet<string> Asked { get; } = new(StringComparer.Ordinal);

    /// <summary>National ids whose result went out in a reply.</summary>
    public HashSet<string> Replied { get; } = new(StringComparer.Ordinal);

    public List<string> VisitIds { get; } = [];

    public int Bills { get; set; }
}

/// <summary>An institution's system with a random temper: repeats, changes ids, reverses, refunds, asks twice at once, gives up.</summary>
internal sealed class Hospital(World world, HospitalRecord record, int number)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly SimulatedHospital _hospital = world.Chance.Of(SimulatedCountry.Hospitals);
    // Often the same person of the area that is handed over: bills before and after it meet in one benefit year.
    private readonly SimulatedPerson _person = world.Chance.Permille(450) ? SimulatedCountry.Persons[2] : world.Chance.Of(SimulatedCountry.Persons);
    private int _ids;
    private SettleTerms _terms = null!;

    private SimulatedNode Node => world.Node(_hospital.Node);

    private Actor Actor => new(_hospital.Code, Role.Institution, _hospital.Node, _hospital.Code);

    /// <summary>One patient's bill from registration to whatever end.</summary>
    public async Task Bill()
    {
        await world.Delay(TimeSpan.FromMilliseconds(world.Chance.Below(world.Chance.Permille(700) ? 20_000 : 90_000)));
        var visitOwnId = $"v{number}";
        var visitId = SettlementId.Of(_hospital.Code, visitOwnId);
        record.VisitIds.Add(visitId);
        var inpatient = world.Chance.Permille(400);
        var began = world.Now - TimeSpan.FromHours(world.Chance.Between(1, 200));
        var registration = new Registration
        {
            VisitId = visitId, Institution = _hospital.Code, InstitutionLevel = "2", TreatmentArea = _hospital.Area,
            CareType = inpatient ? "21" : "11", CareFrom = Sealing.Truncate(began), Trauma = world.Chance.Permille(60),
        };
        var insured = new Insured(_person.Key, _person.Home, _person.Insurance, "01");
        if (!await OnVisit(visitId, visit => VisitDecider.Register(registration, insured, visit))) return;
        if (!await OnVisit(visitId, visit => VisitDecider.Upload(visitId, Lines(), visit))) return;
        _terms = new SettleTerms(_hospital.Code, visitOwnId, [], Sealing.Truncate(began + TimeSpan.FromMinutes(30)), world.Chance.Permille(600));
        record.Bills++;

        var quote = world.Chance.Permille(250) ? await Quote() : null;
        if (quote is not null) await world.Delay(TimeSpan.FromMilliseconds(world.Chance.Below(10_000)));
        var ownId = NewId();
        if (world.Chance.Permille(100))
        {
            // Pressed twice: the same id, or another one for the same bill.
            var twice = world.Chance.Permille(500) ? ownId : NewId();
            await Task.WhenAll(SettleUntilKnown(ownId, quote, 3), SettleUntilKnown(twice, quote, 3));
        }
        else
        {
            await SettleUntilKnown(ownId, quote, 5);
        }

        await Afterwards(ownId);
    }

    private async Task SettleUntilKnown(string ownId, Envelope? quote, int attempts)
    {
        var id = ownId;
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            record.Asked.Add(SettlementId.Of(_hospital.Code, id));
            var current = id;
            var answer = await Call($"settles {current}", desk => desk.Settle(current, _terms, quote, Actor));
            if (answer.Definite is not null) return;
            if (answer.Refused is { } error && error.Code is not ("OUTCOME_UNKNOWN" or "SERVICE_UNAVAILABLE" or "VISIT_SETTLEMENT_IN_PROGRESS")) return;
            await world.Delay(TimeSpan.FromMilliseconds(world.Chance.Between(100, 60_000)));
            switch (world.Chance.Below(10))
            {
                case < 4: break;
                case < 6: id = NewId(); break;
                case 6: if (await Ask(current)) return; break;
                case < 9: await Withdraw(current, WayBack.Reversal); return;
                default: return;
            }
        }
    }

    private async Task Afterwards(string ownId)
    {
        await world.Delay(TimeSpan.FromMilliseconds(world.Chance.Between(10, 30_000)));
        var known = record.Told.LastOrDefault(told => told.SettlementId == SettlementId.Of(_hospital.Code, ownId));
        switch (world.Chance.Below(10))
        {
            case 0: await Withdraw(ownId, WayBack.Reversal); break;
            case 1 or 2: await Withdraw(ownId, WayBack.Refund); break;
            case 3 when known is { State: OutcomeState.Granted }: await Confirm(ownId); break;
            case 4:
                // Both at once: whichever is stored first decides.
                await Task.WhenAll(Withdraw(ownId, WayBack.Reversal), Withdraw(ownId, WayBack.Refund));
                break;
            case 5:
                // The same bill once more, under a new id.
                await SettleUntilKnown(NewId(), null, 1);
                break;
            case 6:
                await Withdraw(ownId, WayBack.Refund);
                await world.Delay(TimeSpan.FromMilliseconds(world.Chance.Between(10, 5_000)));
                await SettleUntilKnown(NewId(), null, 3);
                break;
            default: break;
        }
    }

    private async Task Withdraw(string ownId, WayBack way)
    {
        var negativeId = NewId();
        record.Withdrawn.Add(SettlementId.Of(_hospital.Code, ownId));
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var answer = await Call($"{way} {ownId}", desk => desk.Withdraw(_hospital.Code, ownId, negativeId, way, null, Actor));
            if (answer.Definite is not null || answer.Refused is { Code: not ("OUTCOME_UNKNOWN" or "SERVICE_UNAVAILABLE") }) return;
            if (world.Chance.Permille(200)) return;
            await world.Delay(TimeSpan.FromMilliseconds(world.Chance.Between(100, 30_000)));
        }
    }

    private async Task<bool> Ask(string ownId) => (await Call($"asks for {ownId}", desk => desk.Find(_hospital.Code, ownId))).Definite is not null;

    private async Task Confirm(string ownId)
    {
        var found = await Call($"asks for {ownId}", desk => desk.Find(_hospital.Code, ownId));
        if (found.Definite is not { State.Outcome: { State: OutcomeState.Granted, Content: { } content } }) return;
        var cash = content.Cash + (world.Chance.Permille(300) ? new Money(1) : Money.Zero);
        var confirmed = await Call($"confirms {ownId}", desk => desk.Confirm(_hospital.Code, ownId, cash, Actor));
        if (confirmed.Definite is not null && cash != content.Cash) world.Bugs.Add($"{ownId} was confirmed with other cash");
    }

    private async Task<Envelope?> Quote()
    {
        var quoted = new TaskCompletionSource<Envelope?>();
        world.After(Patience, null, () => quoted.TrySetResult(null));
        world.After(Way(), Node, async () =>
        {
            try
            {
                var (quote, _) = await Node.Treatment.PreSettle(_terms);
                world.After(Way(), null, () => quoted.TrySetResult(quote));
            }
            catch (RefusedException)
            {
                world.After(Way(), null, () => quoted.TrySetResult(null));
            }
        });
        return await quoted.Task;
    }

    /// <summary>One call to the treatment place: definite, refused, or nothing heard.</summary>
    private async Task<(SettlementAnswer? Definite, Error? Refused)> Call(string what, Func<TreatmentDesk, Task<SettlementAnswer>> call)
    {
        var heard = new TaskCompletionSource<(SettlementAnswer?, Error?)>();
        world.After(Patience, null, () => heard.TrySetResult((null, null)));
        if (!Lost())
        {
            var node = Node;
            world.After(Way(), node, async () =>
            {
                try
                {
                    var answer = await call(node.Treatment);
                    if (Lost()) return;
                    world.After(Way(), null, () => heard.TrySetResult((answer, null)));
                    record.Replied.Add(answer.SettlementId);
                    // The reply is written; the node notes it if it lives that long.
                    world.After(world.Blink(), node, () => Noted(node, answer));
                }
                catch (RefusedException refused)
                {
                    if (!Lost()) world.After(Way(), null, () => heard.TrySetResult((null, refused.Error)));
                }
                catch (Exception bug)
                {
                    world.Bugs.Add($"{_hospital.Code} {what}: {bug.GetType().Name} {bug.Message}");
                    heard.TrySetResult((null, null));
                }
            });
        }

        var (definite, error) = await heard.Task;
        if (definite is { State.Outcome: { } outcome }) record.Told.Add(new Told(definite.SettlementId, outcome.State, outcome.Content?.Hash(), outcome.Negative?.Hash()));
        world.Note($"{_hospital.Code} {what}: {(definite is not null ? definite.State.Outcome?.State.ToString() ?? "withdrawn" : error?.Code ?? "heard nothing")}");
        return (definite, error);
    }

    private async Task Noted(SimulatedNode node, SettlementAnswer answer)
    {
        try
        {
            await node.Treatment.HandedOver(answer, Actor);
        }
        catch (RefusedException)
        {
            // The store was in trouble: it stays undelivered, which is the truth as far as the node knows it.
        }
    }

    private async Task<bool> OnVisit(string visitId, Func<Visit, Decision> decide)
    {
        var stream = Visit.Stream(visitId);
        for (var attempt = 0; attempt < 20; attempt++)
        {
            var done = new TaskCompletionSource<bool>();
            world.After(TimeSpan.FromSeconds(10), null, () => done.TrySetResult(false));
            var node = Node;
            world.After(Way(), node, async () =>
            {
                try
                {
                    (await node.Door.Execute(new Command(Actor, visitId, [stream], states => decide(states.Of(stream))))).OrThrow();
                    done.TrySetResult(true);
                }
                catch (RefusedException)
                {
                    done.TrySetResult(false);
                }
            });
            if (await done.Task) return true;
            await world.Delay(TimeSpan.FromSeconds(5));
        }

        return false;
    }

    private List<FeeLine> Lines()
    {
        var lines = new List<FeeLine>();
        var count = world.Chance.Between(1, 3);
        for (var i = 0; i < count; i++)
        {
            var price = world.Chance.Between(1, 400_000) / 100m;
            lines.Add(new FeeLine(i.ToString(CultureInfo.InvariantCulture), $"C{world.Chance.Below(4)}", null, price, 1m, Money.Yuan(price), new DateOnly(2023, 3, 9)));
        }

        return lines;
    }

    private string NewId() => string.Create(CultureInfo.InvariantCulture, $"b{number}-{_ids++}");

    private bool Lost() => !world.Healed && world.Options.Losses && world.Chance.Permille(40);

    private TimeSpan Way() => TimeSpan.FromMicroseconds(world.Chance.Between(500, 20_000));
}
