using Yibao.Contracts.Nodes;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Benefits.Packs;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.HandOvers;
using Yibao.Settlement.Paths;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Tests.Benefits;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.Tests.RoundTrip;

/// <summary>Real desks of three nodes on stores in memory, with a network that does what a test says. 20,000.00 in the bill, the examples' policy.</summary>
internal sealed class Country
{
    public static readonly AdminDivision Nation = new("100000"), Hubei = new("420000"), Guizhou = new("520000");
    public static readonly AdminDivision Wuhan = new("420100"), Yichang = new("420500"), Guiyang = new("520100");
    public const string Hospital = "H42010000001";

    public static readonly PersonKey Person = PersonKey.From([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

    private readonly Dictionary<AdminDivision, Node> _nodes = [];

    /// <param name="registry">Who hosts what; the reference's unless said otherwise.</param>
    /// <param name="more">Nodes beside the nation, Hubei and Guizhou.</param>
    public Country(NodeRegistry? registry = null, params IEnumerable<AdminDivision> more)
        : this(Wuhan, registry ?? NodeRegistry.Reference, [Nation, Hubei, Guizhou, .. more])
    {
    }

    /// <param name="treatment">The hospital's area.</param>
    /// <param name="nodes">All nodes that run.</param>
    public Country(AdminDivision treatment, params IEnumerable<AdminDivision> nodes)
        : this(treatment, NodeRegistry.Reference, nodes)
    {
    }

    private Country(AdminDivision treatment, NodeRegistry registry, IEnumerable<AdminDivision> nodes)
    {
        (TreatmentArea, Registry) = (treatment, registry);
        foreach (var code in nodes) _nodes[code] = new Node(this, code);
    }

    public NodeRegistry Registry { get; }

    public AdminDivision TreatmentArea { get; }

    /// <summary>The settlement rules that are delivered.</summary>
    public static SettlementRules Rules { get; } = SettlementRules.Load(PolicyFolder.Find(AppContext.BaseDirectory)!, NodeRegistry.Reference.Latest);

    /// <summary>The last of 2023-03-10 is an hour away.</summary>
    public ManualTime Time { get; } = new(new DateTimeOffset(2023, 3, 10, 15, 0, 0, TimeSpan.Zero));

    /// <summary>Called with (from, to, message) before a hop delivers; throws to lose the message.</summary>
    public Action<AdminDivision, AdminDivision, Envelope> OnRequest { get; set; } = static (_, _, _) => { };

    /// <summary>Called with (from, to, answer) before a hop's answer arrives; throws to lose it.</summary>
    public Action<AdminDivision, AdminDivision, Envelope> OnAnswer { get; set; } = static (_, _, _) => { };

    public Func<SettlementRequest, Error?> Ineligible { get; set; } = static _ => null;

    public PolicyPack Policy { get; set; } = TestPolicy.Simple;

    public List<string> Hops { get; } = [];

    public Node this[AdminDivision code] => _nodes[code];

    public Node Treatment => this[NodeRegistry.Reference.Latest.HostOf(TreatmentArea)];

    public static Actor His { get; } = new(Hospital, Role.Institution, Hubei, Hospital);

    public static RefusedException Lost => SystemErrors.OutcomeUnknown.With("lost").AsException();

    /// <summary>A registered visit with 20,000.00 of fees, 17,500.00 of them in scope; or with one line in scope.</summary>
    public async Task<string> Admit(string ownId = "v1", AdminDivision? home = null, string careType = "21", decimal? only = null, DateTimeOffset? from = null)
    {
        var id = SettlementId.Of(Hospital, ownId);
        var registration = new Registration
        {
            VisitId = id, Institution = Hospital, InstitutionLevel = "3", TreatmentArea = TreatmentArea, CareType = careType, CareFrom = from ?? new DateTimeOffset(2023, 3, 1, 1, 0, 0, TimeSpan.Zero),
        };
        await On(id, visit => VisitDecider.Register(registration, new Insured(Person, home ?? Guiyang, InsuranceType.Employee, "01"), visit));
        await On(id, visit => VisitDecider.Upload(id, only is { } yuan ? [Line("1", "A", yuan)] : [Line("1", "A", 16_000m), Line("2", "S", 2_500m), Line("3", "A", 1_500m)], visit));
        return ownId;
    }

    public static SettleTerms Terms(string visit = "v1", bool useAccount = false) => new(Hospital, visit, [], new DateTimeOffset(2023, 3, 10, 2, 0, 0, TimeSpan.Zero), useAccount);

    /// <summary>Settles, and the reply reaches the institution.</summary>
    public Task<SettlementAnswer> Settle(string id = "s1", string visit = "v1", Envelope? quote = null) => Settle(id, Terms(visit), quote);

    public Task<SettlementAnswer> Settle(string id, SettleTerms terms, Envelope? quote = null) => HandedOver(Treatment.Desk.Settle(id, terms, quote, His));

    public Task<SettlementAnswer> Reverse(string id = "s1", string negative = "r1") => Treatment.Desk.Withdraw(Hospital, id, negative, WayBack.Reversal, null, His);

    public Task<SettlementAnswer> Refund(string id = "s1", string negative = "f1", Money? total = null) => Treatment.Desk.Withdraw(Hospital, id, negative, WayBack.Refund, total, His);

    public Task<SettlementAnswer> Find(string id = "s1") => HandedOver(Treatment.Desk.Find(Hospital, id));

    private async Task<SettlementAnswer> HandedOver(Task<SettlementAnswer> call)
    {
        var answer = await call;
        await Treatment.Desk.HandedOver(answer, His);
        return answer;
    }

    public static string National(string ownId) => SettlementId.Of(Hospital, ownId);

    public async Task On(string visitId, Func<Visit, Decision> decide)
    {
        var stream = Visit.Stream(visitId);
        (await Treatment.Door.Execute(new Command(His, visitId, [stream], states => decide(states.Of(stream))))).OrThrow();
    }

    public TState State<TState>(AdminDivision node, StreamKey<TState> stream) where TState : class, IState<TState> => this[node].Door.Read(stream).GetAwaiter().GetResult();

    public BenefitYear Year(AdminDivision node, AdminDivision home, int year = 2023) => State(node, BenefitYear.Stream(home, Person.ToString(), InsuranceType.Employee, year));

    /// <summary>Every fact at every node, for "nothing was stored".</summary>
    public int Facts => _nodes.Values.Sum(node => node.Door.Streams().Sum(stream => node.Door.Facts(stream).Count));

    public static FeeLine Line(string serial, string code, decimal yuan) => new(serial, code, null, yuan, 1m, Money.Yuan(yuan), new DateOnly(2023, 3, 5));

    internal sealed class Node : IEligibility, IPolicies, IInstitutions, IFeeSplits, INodeLink, IEnvelopeSigner
    {
        private static readonly FeeCatalogue Catalogue = new("test", [
            new CatalogueItem("A", "甲类", ChargeCategory.Bed, ItemClass.A, 0m, null, new DateOnly(2017, 1, 1), null),
            new CatalogueItem("S", "自费", ChargeCategory.Materials, ItemClass.C, 0m, null, new DateOnly(2017, 1, 1), null)]);

        private readonly Country _country;
        private readonly AdminDivision _code;
        private readonly NodeDesk _desk;

        public Node(Country country, AdminDivision code)
        {
            (_country, _code) = (country, code);
            var routes = new Routes(code, () => country.Registry);
            var sealing = new Sealing(this);
            var home = new HomeDesk(routes, Door, sealing, new HandOverDesk(routes, Door, sealing, this, country.Time), this, this, country.Time, NoFaults.Instance);
            _desk = new NodeDesk(routes, Door, this, home, NoFaults.Instance);
            Desk = new TreatmentDesk(routes, Door, sealing, new Onward(routes, this, home), this, this, new RoundTripSettings(), country.Time, NoFaults.Instance);
        }

        public MemoryDoor Door { get; } = new();

        public TreatmentDesk Desk { get; }

        public Task<Eligibility> Check(SettlementRequest request, CancellationToken cancellation = default) => Task.FromResult(_country.Ineligible(request) is { } error
            ? new Eligibility.Refused(error)
            : (Eligibility)new Eligibility.Granted(TestPolicy.Employee, TestPolicy.Stay with
            {
                Care = NationalCodes.Care(request.CareType).Care, Begin = DateOnly.FromDateTime(request.CareFrom.DateTime), End = DateOnly.FromDateTime(request.CareUntil.DateTime),
                AccountUse = request.UseAccount ? AccountUse.Own : AccountUse.None,
            }));

        public PolicyPack For(SettlementRequest request) => _country.Policy;

        public Task<IKnownInstitution> Of(string institution) => Task.FromResult<IKnownInstitution>(new OpenInstitution(new InstitutionInForce(institution, _country.TreatmentArea, "3")));

        public SplitResult Split(Registration visit, Insured insured, IReadOnlyList<FeeLine> lines) => FeeSplitter.Split(lines, Catalogue);

        public DataPath PathOf(Registration visit, Insured insured, DateTimeOffset now) =>
            DataPaths.Of(NodeRegistry.Reference.At(now).Classify(insured.HomeArea, visit.TreatmentArea), visit.CareType, Rules.IntraPathOf(visit.TreatmentArea, now.BusinessDate()));

        public async Task<Envelope> Send(AdminDivision neighbour, Envelope message, CancellationToken cancellation = default)
        {
            _country.OnRequest(_code, neighbour, message);
            _country.Hops.Add($"{_code}→{neighbour}");
            var answer = await _country[neighbour]._desk.Answer(message, CancellationToken.None);
            _country.OnAnswer(_code, neighbour, answer);
            _country.Hops.Add($"{neighbour}→{_code}");
            return answer;
        }

        public Envelope Sign(AdminDivision to, string id, DateTimeOffset instant, string kind, ReadOnlyMemory<byte> payload) => new(_code, to, id, instant, kind, payload, _code.Code, new byte[] { 1 }) { Path = [_code] };

        public void Verify(Envelope envelope)
        {
            if (envelope.KeyId != envelope.From.Code) throw SecurityErrors.SignatureInvalid.With(envelope.Id).AsException();
        }
    }
}

/// <summary>A clock that stands until it is moved.</summary>
internal sealed class ManualTime(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>An institution that is open for everything.</summary>
internal sealed record OpenInstitution(InstitutionInForce Institution) : IKnownInstitution
{
    public InstitutionInForce InForce(string careType, AdminDivision? home, DateTimeOffset began) => Institution;

    public InstitutionInForce On(DateTimeOffset began) => Institution;
}
