using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Backing;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.Filing;
using Yibao.Filing.Desks;
using Yibao.Filing.Policy;
using Yibao.Gateway;
using Yibao.Hosting;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Persons;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;
using Yibao.Local;
using Yibao.Local.Samples;
using Yibao.Settlement;
using Yibao.Settlement.Benefits.Packs;
using Yibao.Settlement.RoundTrip;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.EndToEnd.Tests;

/// <summary>Which credential opens a visit is the treatment place's rule; who bears it, the home place says.</summary>
public sealed class Credentials : IAsyncLifetime
{
    private const string Hubei = "H42010000001", Qinghai = "H63020000001", Kaifeng = "H41020000001", Guizhou = "H52010000001";
    private const string ECredential = "01", IdCard = "02", Card = "03";

    private static readonly InventedPerson Patient = InventedPerson.Number(660_001), Other = InventedPerson.Number(660_002);
    private readonly Hosting.VirtualClock _clock = new(TestDay.Morning);
    private readonly List<GrpcChannel> _channels = [];
    private LocalPlatform? _platform;

    private LocalPlatform Platform => _platform!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact, Covers("SET-003")]
    public async Task Guizhou_of_2017_takes_the_social_security_card_only_and_its_authentication_must_succeed()
    {
        (await Refusal(() => Register(Guizhou, "g1", "420500", IdCard, Other.Id.Reveal()))).ShouldBe("CREDENTIAL_NOT_ACCEPTED");
        (await Refusal(() => Register(Guizhou, "g2", "420500", ECredential, "E-660002"))).ShouldBe("CREDENTIAL_NOT_ACCEPTED");
        (await Refusal(() => Register(Guizhou, "g3", "420500", Card, "C-OF-NOBODY"))).ShouldBe("CARD_AUTH_FAILED");
        foreach (var visit in (string[])["g1", "g2", "g3"]) (await Stored(Guizhou, visit)).ShouldBe(0);

        (await Register(Guizhou, "g4", "420500", Card, "C-660002")).PersonKey.ShouldNotBeEmpty();
    }

    [Fact, Covers("SET-004")]
    public async Task Each_jurisdiction_has_its_list_and_the_type_used_is_stored_with_the_settlement()
    {
        (await Register(Qinghai, "q1", "520100", IdCard, Patient.Id.Reveal())).PersonKey.ShouldNotBeEmpty();
        (await Register(Kaifeng, "k1", "420500", Card, "C-660002")).PersonKey.ShouldNotBeEmpty();
        // Hubei's flag was on until the end of 2024 in this country, and is off since.
        (await Register(Hubei, "h1", "520100", IdCard, Patient.Id.Reveal(), new DateTimeOffset(2024, 5, 1, 1, 0, 0, TimeSpan.Zero))).PersonKey.ShouldNotBeEmpty();
        (await Refusal(() => Register(Hubei, "h2", "520100", IdCard, Patient.Id.Reveal()))).ShouldBe("CREDENTIAL_NOT_ACCEPTED");
        (await Register(Hubei, "h3", "520100", ECredential, "E-660001")).PersonKey.ShouldNotBeEmpty();

        await Settle(Kaifeng, "k1");

        var id = SettlementId.Of(Kaifeng, "s-k1");
        (await Door("410000").Read(TreatmentSettlement.Stream(id), Cancellation)).Request!.CredentialType.ShouldBe(Card);
        (await Door("420000").Read(HomeSettlement.Stream(id), Cancellation)).Request!.CredentialType.ShouldBe(Card);
    }

    public async ValueTask InitializeAsync()
    {
        _platform = await LocalPlatform.StartAsync(new LocalOptions
        {
            Nodes = [AdminDivision.National, new("410000"), new("420000"), new("520000"), new("630000")],
            Modules = [new FilingModule(), new GatewayModule(), new SettlementModule()],
            Backing = await SharedBacking.GetAsync(),
            LogLevel = Microsoft.Extensions.Logging.LogLevel.Error,
            More = (settings, builder) =>
            {
                builder.Services.AddSingleton<TimeProvider>(_clock);
                if (settings.Service == "filing") builder.Services.AddSingleton(Policies());
            },
        }, Cancellation);
        var folder = Directory.CreateTempSubdirectory("yibao-credentials-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "institutions.csv"), $"""
                fixmedins_code,fixmedins_name,admdvs,fixmedins_type,hosp_lv,open_from
                {Hubei},示范市第一医院（武汉）,420100,1,3,2023-01-01
                {Qinghai},示范市第一医院（海东）,630200,1,3,2023-01-01
                {Kaifeng},示范市第一医院（开封）,410200,1,3,2023-01-01
                {Guizhou},示范省人民医院（贵阳）,520100,1,3,2023-01-01
                """, Cancellation);
            await File.WriteAllTextAsync(Path.Combine(folder, "persons.csv"), "insu_admdvs,insutype,psn_type,psn_cert_type,certno,psn_name,tel,cvlserv_flag,acct_balance\n", Cancellation);
            await File.WriteAllTextAsync(Path.Combine(folder, "filings.csv"), "certno,category,place,applied_at,materials,contact_address\n", Cancellation);
            await SampleData.Store(Platform, folder, Cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        await Insure("520000", "520100", Patient, "E-660001", "C-660001");
        await Insure("420000", "420500", Other, "E-660002", "C-660002");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels) channel.Dispose();
        if (_platform is not null) await _platform.DisposeAsync();
    }

    private async Task Insure(string node, string area, InventedPerson person, string eCredential, string card)
    {
        var services = Platform[new AdminDivision(node), "filing"].Services!;
        using var acting = services.GetRequiredService<ICurrentActor>().Act(new Actor("operator", Role.CityOperator, new AdminDivision(area)), "test");
        await services.GetRequiredService<PersonDesk>().Register(new NewPerson(
            new PersonIdentity(new IdentityDocument("01", person.Id.Reveal()), person.Name, person.Phone), eCredential, card, new AdminDivision(area), InsuranceType.Employee, "11", false, new DateOnly(2020, 1, 1), []), Cancellation);
    }

    private async Task<RegisterVisitAnswer> Register(string institution, string visit, string home, string type, string value, DateTimeOffset? from = null) => await Of(institution).RegisterVisitAsync(new RegisterVisitRequest
    {
        InstitutionCode = institution, VisitId = visit, CareType = "11", CareFrom = Timestamp.FromDateTimeOffset(from ?? _clock.GetUtcNow().AddHours(-1)), HomeArea = home, CredentialType = type, CredentialValue = value,
    }, cancellationToken: Cancellation);

    private async Task Settle(string institution, string visit)
    {
        var now = _clock.GetUtcNow();
        var his = Of(institution);
        await his.UploadFeesAsync(new UploadFeesRequest
        {
            InstitutionCode = institution, VisitId = visit,
            Lines = { new FeeLine { Serial = "1", Code = CarePlatform.InScope, Price = "100", Count = "1", AmountFen = 10_000, Date = now.AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) } },
        }, cancellationToken: Cancellation);
        var settled = await his.SettleAsync(new SettleRequest { InstitutionCode = institution, SettlementId = "s-" + visit, VisitId = visit, CareUntil = Timestamp.FromDateTimeOffset(now) }, cancellationToken: Cancellation);
        settled.State.ShouldBe(SettlementState.Granted, settled.RefusalMessage);
    }

    private async Task<int> Stored(string institution, string visit) =>
        (await Platform[new AdminDivision(institution[1..3] + "0000"), "settlement"].Services!.GetRequiredService<IHistory>().Of($"visit/{SettlementId.Of(institution, visit)}")).Count;

    private IWriteDoor Door(string node) => Platform[new AdminDivision(node), "settlement"].Services!.GetRequiredService<IWriteDoor>();

    private static async Task<string> Refusal(Func<Task> work) => ErrorStatus.FromRpc(await Should.ThrowAsync<RpcException>(work))?.Code ?? throw new InvalidOperationException("A failure without a catalogue's code.");

    private Settlements.SettlementsClient Of(string institution)
    {
        var area = new AdminDivision(institution[1..7]);
        var gateway = Platform[new AdminDivision(institution[1..3] + "0000"), "gateway"];
        var token = Platform.Issuer.Issue(new TokenOf($"his-{institution}", area, Role.Institution) { Institution = institution });
        var authority = gateway.Settings.Credentials!.Roots[0];
        var channel = GrpcChannel.ForAddress(gateway.Grpc, new GrpcChannelOptions
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
        _channels.Add(channel);
        return new Settlements.SettlementsClient(channel.Intercept(headers =>
        {
            headers.Add("authorization", $"Bearer {token}");
            return headers;
        }));
    }

    /// <summary>The delivered packs; Guizhou as it was in 2017, Hubei's flag for identity cards off since 2025.</summary>
    private static FilingPolicies Policies()
    {
        var regions = PolicyFolder.Find(AppContext.BaseDirectory)!;
        var files = Directory.EnumerateFiles(regions, "filing-*.yaml", SearchOption.AllDirectories).Select(path => (File: Path.GetRelativePath(regions, path), Text: File.ReadAllText(path))).ToList();
        files.RemoveAll(file => file.File == "520000/filing-2023-01-01.yaml");
        for (var i = 0; i < files.Count; i++)
            if (files[i].File is "520000/filing-2017-04-14.yaml" or "520100/filing-2017-04-14.yaml") files[i] = (files[i].File, files[i].Text.Replace("until: 2022-12-31\n", "", StringComparison.Ordinal));
        var hubei = files.Single(file => file.File == "420000/filing-2023-01-01.yaml").Text;
        files.Add(("420000/filing-2025-01-01.yaml", hubei.Replace("from: 2023-01-01", "from: 2025-01-01", StringComparison.Ordinal).Replace(", ID_CARD]", "]", StringComparison.Ordinal)));
        return FilingPolicies.Load(files, NodeRegistry.Reference.Latest);
    }
}
