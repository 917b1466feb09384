using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Backing;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.Filing;
using Yibao.Filing.Desks;
using Yibao.Gateway;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Persons;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;
using Yibao.Local;
using Yibao.Local.Samples;
using Yibao.Settlement;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.RoundTrip;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.EndToEnd.Tests;

/// <summary>Running hosts, sockets, certificates, stores: Xining gives its node up to its province, and a patient's year and account go along.</summary>
public sealed class HandOverOfACity
{
    private const string Hospital = "H42010000001", XiningHospital = "H63010000001";
    private static readonly AdminDivision Nation = AdminDivision.National, Hubei = new("420000"), Qinghai = new("630000"), Xining = new("630100");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact, Covers("INS-010")]
    public async Task A_visit_at_a_city_with_its_own_node_is_readable_at_its_province_in_the_same_exchange()
    {
        // 10:00:00 of this day or of the last one.
        var (clock, now) = (new ShiftedClock(), TestDay.Morning);
        var ten = new DateTimeOffset(now.UtcDateTime.Date.AddHours(2), TimeSpan.Zero);
        if (ten > now) ten = ten.AddDays(-1);
        await using var platform = await Start(clock, Nation, Hubei, Qinghai, Xining);
        await Store(platform);
        var person = InventedPerson.Number(550_002);
        await Insure(platform, new AdminDivision("420500"), person, null);
        using var channel = Channel(platform, Xining);
        var his = new His(XiningHospital, channel.Intercept(Bearer(platform.Issuer.Issue(new TokenOf("his", Xining, Role.Institution) { Institution = XiningHospital }))), platform[Xining, "gateway"].Http, "", clock.GetUtcNow());
        using var province = Channel(platform, Qinghai);
        RegisteredVisits.RegisteredVisitsClient At(AdminDivision agency, Role role) => new(province.Intercept(Bearer(platform.Issuer.Issue(new TokenOf("operator", agency, role)))));
        var asked = new GetRegisteredVisitRequest { VisitId = $"{XiningHospital}:r1" };
        (await His.Refusal(async () => await At(Qinghai, Role.ProvinceOperator).GetAsync(asked, cancellationToken: Cancellation))).ShouldBe("VISIT_UNKNOWN");

        clock.Stop(ten);
        var registered = await his.Admit("r1", person, "420500", "11", 300m, visit => visit.CareFrom = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(ten));
        var seen = await At(Qinghai, Role.ProvinceOperator).GetAsync(asked, cancellationToken: Cancellation);

        (seen.RegisteredAt.ToDateTimeOffset(), seen.RegisteredBy, seen.TreatmentArea, seen.HomeArea, seen.PersonKey).ShouldBe((ten, "630100", "630100", "420500", registered.PersonKey));
        (await At(Xining, Role.CityOperator).GetAsync(asked, cancellationToken: Cancellation)).ShouldBe(seen);
        // What was left open then and changed since is there too; another province's operator is not let in.
        await his.Settlements.ChangeVisitAsync(new RegisterVisitRequest { InstitutionCode = XiningHospital, VisitId = "r1", CareType = "11", CareFrom = seen.CareFrom, OutpatientFlag = 1 }, cancellationToken: Cancellation);
        (await At(Qinghai, Role.Auditor).GetAsync(asked, cancellationToken: Cancellation)).OutpatientFlag.ShouldBe(1);
        (await His.Refusal(async () => await At(Hubei, Role.ProvinceOperator).GetAsync(asked, cancellationToken: Cancellation))).ShouldBe("OUT_OF_REGION");
        // The settlement passes the province as well, and how far the queues are behind is measured.
        (await his.Settle("r2", "r1")).State.ShouldBe(SettlementState.Granted);
        (await Door(platform, Qinghai).Read(RelaySettlement.Stream(SettlementId.Of(XiningHospital, "r2")), Cancellation)).Outcome.ShouldNotBeNull();
        var gauges = new System.Collections.Concurrent.ConcurrentBag<string>();
        using var listener = new System.Diagnostics.Metrics.MeterListener { InstrumentPublished = (instrument, _) => gauges.Add(instrument.Name) };
        listener.Start();
        gauges.ShouldContain("yibao.outbox.lag");
        gauges.ShouldContain("yibao.outbox.waiting");
    }

    [Fact]
    public async Task Benefit_year_and_account_go_along_and_an_earlier_settlement_is_refunded_where_they_are()
    {
        var clock = new ShiftedClock();
        var person = InventedPerson.Number(550_001);
        await using var platform = await Start(clock, Nation, Hubei, Qinghai, Xining);
        await Store(platform);
        await Credit(platform, await Insure(platform, Xining, person, null));
        using var channel = Channel(platform, Hubei);
        var token = platform.Issuer.Issue(new TokenOf("his", new AdminDivision("420100"), Role.Institution) { Institution = Hospital });
        var his = new His(Hospital, channel.Intercept(headers =>
        {
            headers.Add("authorization", $"Bearer {token}");
            return headers;
        }), platform[Hubei, "gateway"].Http, token, clock.GetUtcNow());

        var key = Key(await his.Admit("v1", person, "630100", "11", 300m));
        var first = await his.Settle("s1", "v1", terms => terms.UseAccount = true);
        first.State.ShouldBe(SettlementState.Granted, first.RefusalMessage);
        (await Year(platform, Xining, key)).Live.ShouldBe([first.NationalId]);

        // From the next hour on Qinghai hosts the city itself, and has taken its persons over under their keys.
        var since = new DateTimeOffset(clock.GetUtcNow().AddHours(1).UtcDateTime.Date.AddHours(clock.GetUtcNow().AddHours(1).Hour), TimeSpan.Zero);
        var registry = NodeRegistry.Reference.With(string.Create(CultureInfo.InvariantCulture, $"since,code,change,note\n{since:yyyy-MM-dd'T'HH:mm:ss}+00:00,630100,node_closed,\n"));
        foreach (var host in platform.Hosts) host.Services!.GetRequiredService<NodeRegistry>().Adopt(registry);
        clock.Shift = TimeSpan.FromHours(2);
        (await Insure(platform, Qinghai, person, key)).ShouldBe(key);

        Key(await his.Admit("v2", person, "630100", "11", 300m)).ShouldBe(key);
        var second = await his.Settle("s2", "v2", terms => terms.UseAccount = true);

        second.State.ShouldBe(SettlementState.Granted, second.RefusalMessage);
        (await Door(platform, Qinghai).Read(HomeSettlement.Stream(second.NationalId), Cancellation)).Outcome!.State.ShouldBe(OutcomeState.Granted);
        var year = await Year(platform, Qinghai, key);
        year.Live.ShouldBe([first.NationalId, second.NationalId]);
        (await Year(platform, Xining, key)).HandedOver!.To.ShouldBe(Qinghai);
        var paid = AccountPaid(first) + AccountPaid(second);
        paid.ShouldBeGreaterThan(AccountPaid(first));
        (await Account(platform, Qinghai, key)).ShouldBe(Money.Yuan(2_000) - new Money(paid));
        (await Account(platform, Xining, key)).ShouldBe(Money.Zero);

        var refunded = await his.Refund("s1", "f1");

        refunded.State.ShouldBe(SettlementState.Reversed);
        (await Door(platform, Xining).Read(HomeSettlement.Stream(first.NationalId), Cancellation)).Outcome!.State.ShouldBe(OutcomeState.Reversed);
        (await Year(platform, Qinghai, key)).Live.ShouldBe([second.NationalId]);
        (await Year(platform, Xining, key)).Restored.ShouldBeEmpty();
        (await Account(platform, Qinghai, key)).ShouldBe(Money.Yuan(2_000) - new Money(AccountPaid(second)));
        refunded.Negative.Figures.AccountBalanceFen.ShouldBe(200_000 - AccountPaid(second));
    }

    private static async Task<LocalPlatform> Start(TimeProvider clock, params AdminDivision[] nodes) => await LocalPlatform.StartAsync(new LocalOptions
    {
        Nodes = nodes,
        Modules = [new FilingModule(), new GatewayModule(), new SettlementModule()],
        Backing = await SharedBacking.GetAsync(),
        LogLevel = Microsoft.Extensions.Logging.LogLevel.Error,
        More = (_, builder) => builder.Services.AddSingleton(clock),
    }, Cancellation);

    private static Func<Grpc.Core.Metadata, Grpc.Core.Metadata> Bearer(string token) => headers =>
    {
        headers.Add("authorization", $"Bearer {token}");
        return headers;
    };

    private static PersonKey Key(RegisterVisitAnswer answer) => PersonKey.Parse(answer.PersonKey);

    private static long AccountPaid(Contracts.Settlement.V1.Settlement settled) => settled.Figures.Funds.Where(fund => fund.Fund == nameof(Fund.PersonalAccount)).Sum(fund => fund.AmountFen);

    private static IWriteDoor Door(LocalPlatform platform, AdminDivision node) => platform[node, "settlement"].Services!.GetRequiredService<IWriteDoor>();

    private static Task<BenefitYear> Year(LocalPlatform platform, AdminDivision node, PersonKey person) =>
        Door(platform, node).Read(BenefitYear.Stream(Xining, person.ToString(), InsuranceType.Employee, TestDay.Morning.Year), Cancellation);

    private static async Task<Money> Account(LocalPlatform platform, AdminDivision node, PersonKey person) => (await Door(platform, node).Read(PersonalAccount.Stream(person.ToString()), Cancellation)).Account.Balance;

    private static async Task Store(LocalPlatform platform)
    {
        var folder = Directory.CreateTempSubdirectory("yibao-city-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "institutions.csv"), $"fixmedins_code,fixmedins_name,admdvs,fixmedins_type,hosp_lv,open_from\n{Hospital},示范市第一医院（武汉）,420100,1,3,2023-01-01\n{XiningHospital},示范市人民医院（西宁）,630100,1,3,2023-01-01\n", Cancellation);
            await File.WriteAllTextAsync(Path.Combine(folder, "persons.csv"), "insu_admdvs,insutype,psn_type,psn_cert_type,certno,psn_name,tel,cvlserv_flag,acct_balance\n", Cancellation);
            await File.WriteAllTextAsync(Path.Combine(folder, "filings.csv"), "certno,category,place,applied_at,materials,contact_address\n", Cancellation);
            await SampleData.Store(platform, folder, Cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Takes the person in, under the key that another node gave if there is one; under differentiated payment, which needs no filing (FIL-052).</summary>
    /// <param name="at">The node that does it; the home place is Xining unless that is a pooling area itself.</param>
    private static async Task<PersonKey> Insure(LocalPlatform platform, AdminDivision at, InventedPerson person, PersonKey? key)
    {
        var home = NodeRegistry.Reference.Latest[at].IsPoolingArea ? at : Xining;
        var services = platform[at == home ? NodeRegistry.Reference.Latest.HostOf(at) : at, "filing"].Services!;
        var identity = new PersonIdentity(new IdentityDocument("01", person.Id.Reveal()), person.Name, person.Phone);
        if (key is { } known) await services.GetRequiredService<IPersonTable>().Remember(known, identity, Cancellation);
        using var acting = services.GetRequiredService<ICurrentActor>().Act(new Actor("operator", Role.CityOperator, home), "test");
        return await services.GetRequiredService<PersonDesk>().Register(new NewPerson(identity, null, null, home, InsuranceType.Employee, "11", false, new DateOnly(2020, 1, 1), ["DIFFERENTIAL_PAY"]), Cancellation);
    }

    private static async Task Credit(LocalPlatform platform, PersonKey person)
    {
        var account = PersonalAccount.Stream(person.ToString());
        (await Door(platform, Xining).Execute(new Command(new Actor("operator", Role.CityOperator, Xining), "test", [account], _ => Decision.Accept(account, new AccountCredited("opening", Money.Yuan(2_000), Money.Zero))), Cancellation)).OrThrow();
    }

    private static GrpcChannel Channel(LocalPlatform platform, AdminDivision node)
    {
        var gateway = platform[node, "gateway"];
        var authority = gateway.Settings.Credentials!.Roots[0];
        return GrpcChannel.ForAddress(gateway.Grpc, new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, shown, _, _) =>
                    {
                        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
                        chain.ChainPolicy.CustomTrustStore.Add(authority);
                        return shown is X509Certificate2 certificate && chain.Build(certificate);
                    },
                },
            },
        });
    }

    /// <summary>A clock that runs from the test day's morning, some hours on, or stopped.</summary>
    private sealed class ShiftedClock : TimeProvider
    {
        private readonly Hosting.VirtualClock _clock = new(TestDay.Morning);
        private DateTimeOffset? _stopped;

        public TimeSpan Shift { get; set; }

        public void Stop(DateTimeOffset at) => _stopped = at;

        public override DateTimeOffset GetUtcNow() => _stopped ?? _clock.GetUtcNow() + Shift;
    }
}
