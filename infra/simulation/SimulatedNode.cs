using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.HandOvers;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Visits;

namespace Yibao.Simulation;

/// <summary>One node: what is on its disk survives a crash, nothing else does. It runs the very classes that the hosts run.</summary>
internal sealed class SimulatedNode
{
    private readonly World _world;
    private readonly TimeSpan _skew;
    private bool _driving;

    public SimulatedNode(World world, AdminDivision code)
    {
        (_world, Code) = (world, code);
        _skew = TimeSpan.FromMilliseconds(world.Chance.Between(-2_000, 2_000));
        Rows = new SimulatedRows(world);
        Disk.Committed = facts =>
        {
            foreach (var fact in facts) Rows.Apply(fact);
            Drive();
        };
        // Where they are insured before the hand-over: from there the accounts have to come along.
        foreach (var person in SimulatedCountry.Persons.Where(person => SimulatedCountry.Registry.Versions[0].HostOf(person.Home) == code)) Credit(person);
    }

    public AdminDivision Code { get; }

    public MemoryDoor Disk { get; } = new();

    public SimulatedRows Rows { get; }

    public int Incarnation { get; private set; }

    public bool IsUp { get; private set; }

    public TreatmentDesk Treatment { get; private set; } = null!;

    public IWriteDoor Door { get; private set; } = null!;

    private NodeDesk Desk { get; set; } = null!;

    private Redrive Redrive { get; set; } = null!;

    private SimulatedSigner Signer { get; set; } = null!;

    public void Start()
    {
        IsUp = true;
        var time = new SimulatedTime(_world, this, _skew);
        Signer = new SimulatedSigner(Code);
        Door = new SimulatedDoor(_world, this);
        var sealing = new Sealing(Signer);
        var routes = new Routes(Code, static () => SimulatedCountry.Registry);
        var link = new SimulatedLink(_world, this);
        var local = new SimulatedLocal(_world, this);
        var home = new HomeDesk(routes, Door, sealing, new HandOverDesk(routes, Door, sealing, link, time), local, local, time, NoFaults.Instance);
        Desk = new NodeDesk(routes, Door, link, home, NoFaults.Instance);
        var settings = new RoundTripSettings();
        Treatment = new TreatmentDesk(routes, Door, sealing, new Onward(routes, link, home), local, local, settings, time, NoFaults.Instance);
        Redrive = new Redrive(Treatment, Rows, settings, time);
        Drive();
    }

    public void Crash()
    {
        _world.Note($"{Code} dies");
        IsUp = false;
        Incarnation++;
        _world.Crashes++;
        _driving = false;
        _world.After(TimeSpan.FromMilliseconds(_world.Chance.Between(100, 60_000)), null, Restart);
    }

    public void Restart()
    {
        if (IsUp) return;
        _world.Note($"{Code} is back");
        Start();
    }

    /// <summary>A message from a neighbour; the reply may find nobody.</summary>
    public async Task Serve(Envelope message, Action<Envelope?, RefusedException?> reply)
    {
        try
        {
            Signer.Verify(message);
            var answer = await Desk.Answer(message, CancellationToken.None);
            reply(answer, null);
        }
        catch (RefusedException refused)
        {
            reply(null, refused);
        }
        catch (Exception bug)
        {
            _world.Bugs.Add($"{Code} serving {message.Kind}: {bug.GetType().Name} {bug.Message}");
            reply(null, SystemErrors.Internal.With("sim").AsException());
        }
    }

    /// <summary>The worker's rounds, as long as something is open.</summary>
    private void Drive()
    {
        if (_driving || !IsUp || Rows.IsEmpty) return;
        _driving = true;
        _world.After(TimeSpan.FromSeconds(2), this, Round);
    }

    private async Task Round()
    {
        try
        {
            await Redrive.Round();
        }
        catch (RefusedException)
        {
            // The store was in trouble: the next round.
        }
        catch (Exception bug)
        {
            _world.Bugs.Add($"{Code} re-driving: {bug.GetType().Name} {bug.Message}");
        }

        _driving = false;
        Drive();
    }

    private void Credit(SimulatedPerson person)
    {
        var stream = PersonalAccount.Stream(person.Key.ToString());
        _ = Disk.Execute(new Command(Actor.System(Code, "opening"), "opening", [stream],
            _ => Decision.Accept(stream, new AccountCredited("opening", SimulatedCountry.OpeningBalance, Money.Zero))));
    }
}

/// <summary>What the round trip asks of its own node beside its streams.</summary>
internal sealed class SimulatedLocal(World world, SimulatedNode node) : IEligibility, IPolicies, IInstitutions, IFeeSplits
{
    public async Task<Eligibility> Check(SettlementRequest request, CancellationToken cancellation = default)
    {
        var asked = new TaskCompletionSource();
        world.After(world.Blink(), node, () => asked.SetResult());
        await asked.Task;
        if (!world.Healed && world.Options.StoreTrouble && world.Chance.Permille(20)) throw SystemErrors.Unavailable.With("filing").AsException();
        // Some bills are not covered: the refusal is part of the bill, so every attempt gets the same one.
        if (request.Trauma) return new Eligibility.Refused(SystemErrors.FieldInvalid.With("trum_flag", "不予结算"));
        var standing = new Standing(request.HomeArea, request.Insurance, request.Insurance == InsuranceType.Employee ? PersonType.Active : PersonType.Adult);
        var (care, _) = NationalCodes.Care(request.CareType);
        return new Eligibility.Granted(standing, new CaseFacts(care, Relation.CrossProvince, NationalCodes.Level(request.InstitutionLevel),
            Kernel.Time.BusinessTime.BusinessDate(request.CareFrom), Kernel.Time.BusinessTime.BusinessDate(request.CareUntil))
        {
            AccountUse = request.UseAccount ? AccountUse.Own : AccountUse.None,
        });
    }

    public PolicyPack For(SettlementRequest request) => SimulatedCountry.Policy(request.HomeArea);

    public Task<IKnownInstitution> Of(string institution) =>
        Task.FromResult<IKnownInstitution>(new Open(new InstitutionInForce(institution, SimulatedCountry.Hospitals.First(hospital => hospital.Code == institution).Area, "2")));

    private sealed record Open(InstitutionInForce Institution) : IKnownInstitution
    {
        public InstitutionInForce InForce(string careType, AdminDivision? home, DateTimeOffset began) => Institution;

        public InstitutionInForce On(DateTimeOffset began) => Institution;
    }

    public SplitResult Split(Registration visit, Insured insured, IReadOnlyList<FeeLine> lines) => FeeSplitter.Split(lines, SimulatedCountry.Catalogue);
}

/// <summary>The rows on the settlement path, by the rules of the real tables; in the transaction of their fact.</summary>
internal sealed class SimulatedRows(World world) : IOpenSettlements, IUndeliveredSettlements
{
    private readonly SortedDictionary<string, DateTimeOffset> _open = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Undelivered> _undelivered = new(StringComparer.Ordinal);

    public bool IsEmpty => _open.Count == 0;

    public IReadOnlyCollection<string> Open => _open.Keys;

    public IReadOnlyCollection<string> UndeliveredIds => _undelivered.Keys;

    public Task<IReadOnlyList<string>> Due(DateTimeOffset now, int limit) =>
        Task.FromResult<IReadOnlyList<string>>([.. _open.Where(row => row.Value <= world.Now).Select(row => row.Key).Take(limit)]);

    public Task Postpone(string settlementId, DateTimeOffset until)
    {
        if (_open.ContainsKey(settlementId)) _open[settlementId] = world.Now + TimeSpan.FromSeconds(30);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Undelivered>> Of(string institution, int limit) =>
        Task.FromResult<IReadOnlyList<Undelivered>>([.. _undelivered.Values.Where(row => row.Institution == institution).Take(limit)]);

    public void Apply(StoredFact stored)
    {
        switch (stored.Fact)
        {
            case SettlementIntended intended:
                _open[intended.Request.Id] = world.Now + TimeSpan.FromSeconds(20);
                break;
            case WithdrawalIntended intended:
                _open[intended.Reversal.OriginalId] = world.Now + TimeSpan.FromSeconds(20);
                _undelivered.Remove(intended.Reversal.OriginalId);
                break;
            case WithdrawalDenied denied:
                _open.Remove(denied.Denial.SettlementId);
                break;
            case OutcomeReceived received:
                if (!received.Open) _open.Remove(received.Outcome.SettlementId);
                if (received is { Outcome: { State: OutcomeState.Granted, Content: { } content }, Delivered: false, Open: false })
                    _undelivered[content.SettlementId] = new Undelivered(content.SettlementId, content.Institution, content.BusinessDate, received.Outcome.DecidedAt);
                else if (received.Outcome.State == OutcomeState.Reversed) _undelivered.Remove(received.Outcome.SettlementId);
                break;
            case SettlementDelivered or SettlementConfirmed:
                _undelivered.Remove(stored.Stream["settlement/".Length..^"/treatment".Length]);
                break;
        }
    }
}
