using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Backing;
using Yibao.Contracts.Settlement.V1;
using Yibao.Filing;
using Yibao.Filing.Chronic;
using Yibao.Filing.Desks;
using Yibao.Filing.Institutions;
using Yibao.Contracts.Institutions;
using Yibao.Gateway;
using Yibao.Hosting;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;
using Yibao.Kernel;
using Yibao.Local;
using Yibao.Local.Samples;
using Yibao.Settlement;
using Yibao.Settlement.Benefits.Packs;
using Role = Yibao.Kernel.Deciding.Role;
using Settled = Yibao.Contracts.Settlement.V1.Settlement;

namespace Yibao.EndToEnd.Tests;

/// <summary>
/// Nation, Henan, Hubei and Guizhou as they run, Kaifeng with its own policy and the others with the examples' policies: 900.00 and 80 % in hospital, 50 % outside, 70 % of chronic care, ten
/// points less for emergencies. A HIS speaks to it as any other does: through the gateway, with its institution's token.
/// </summary>
public sealed class CarePlatform : IAsyncLifetime
{
    /// <summary>A hospital and another one in Wuhan, a hospital in Guiyang.</summary>
    public const string Wuhan = "H42010000001", WuhanOther = "H42010000002", WuhanPharmacy = "P42010000003", Guiyang = "H52010000001";

    /// <summary>In scope, class A, no limit price.</summary>
    public const string InScope = "XC43FTP292A001098622862012";

    /// <summary>In the list of Wuhan's limited scope of diabetes.</summary>
    public const string Metformin = "XW01QXI727A001085984765770";

    private readonly List<GrpcChannel> _channels = [];
    private LocalPlatform? _platform;

    internal LocalPlatform Platform => _platform!;

    /// <summary>The platform's clock: it runs on from the test day's morning.</summary>
    public VirtualClock Clock { get; } = new(TestDay.Morning);

    /// <summary>When the platform's clock began to run.</summary>
    public DateTimeOffset Now => TestDay.Morning;

    public async ValueTask InitializeAsync()
    {
        _platform = await Start();
        var folder = Directory.CreateTempSubdirectory("yibao-care-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "institutions.csv"), $"""
                fixmedins_code,fixmedins_name,admdvs,fixmedins_type,hosp_lv,open_from
                {Wuhan},示范市第一医院（武汉）,420100,1,3,2023-01-01
                {WuhanOther},示范市第二医院（武汉）,420100,1,3,2023-01-01
                {WuhanPharmacy},示范大药房（武汉）,420100,2,11,2023-01-01
                {Guiyang},示范省人民医院（贵阳）,520100,1,3,2023-01-01
                """);
            await File.WriteAllTextAsync(Path.Combine(folder, "persons.csv"), "insu_admdvs,insutype,psn_type,psn_cert_type,certno,psn_name,tel,cvlserv_flag,acct_balance\n");
            await File.WriteAllTextAsync(Path.Combine(folder, "filings.csv"), "certno,category,place,applied_at,materials,contact_address\n");
            await SampleData.Store(_platform, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<LocalPlatform> Start() => await LocalPlatform.StartAsync(new LocalOptions
    {
        Nodes = [AdminDivision.National, new("410000"), new("420000"), new("520000")],
        Modules = [new FilingModule(), new GatewayModule(), new SettlementModule()],
        Backing = await SharedBacking.GetAsync(),
        LogLevel = Microsoft.Extensions.Logging.LogLevel.Error,
        More = (settings, builder) =>
        {
            builder.Services.AddSingleton<TimeProvider>(Clock);
            if (settings.Service == "settlement") builder.Services.AddSingleton(Policies());
        },
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels) channel.Dispose();
        if (_platform is not null) await _platform.DisposeAsync();
    }

    /// <summary>Registers an invented person, filed for a place as a long-term resident if one is named.</summary>
    /// <param name="balance">个人账户.</param>
    /// <param name="filing">Category, day and materials of the filing.</param>
    internal async Task<InventedPerson> Insure(int number, string home, string? filedFor = null, decimal balance = 0m, (int Category, DateTimeOffset At, string Materials)? filing = null)
    {
        var person = InventedPerson.Number(880_000 + number);
        var folder = Directory.CreateTempSubdirectory("yibao-care-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "institutions.csv"), "fixmedins_code,fixmedins_name,admdvs,fixmedins_type,hosp_lv,open_from\n");
            await File.WriteAllTextAsync(Path.Combine(folder, "persons.csv"), string.Create(CultureInfo.InvariantCulture,
                $"insu_admdvs,insutype,psn_type,psn_cert_type,certno,psn_name,tel,cvlserv_flag,acct_balance\n{home},310,11,01,{person.Id.Reveal()},{person.Name},{person.Phone},0,{balance}\n"));
            await File.WriteAllTextAsync(Path.Combine(folder, "filings.csv"), "certno,category,place,applied_at,materials,contact_address\n"
                + (filedFor is null ? "" : filing is var (category, at, materials)
                    ? string.Create(CultureInfo.InvariantCulture, $"{person.Id.Reveal()},{category},{filedFor},{at.ToOffset(TimeSpan.FromHours(8)):yyyy-MM-dd HH:mm:ss},{materials},示例路1号\n")
                    : $"{person.Id.Reveal()},3,{filedFor},2024-06-01 09:00:00,ID_CARD FILING_FORM EMPLOYMENT_CONTRACT,示例路1号\n"));
            await SampleData.Store(Platform, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return person;
    }

    /// <summary>The home agency recognises a chronic disease, and the person picks the institution.</summary>
    internal async Task Qualify(PersonKey person, string home, string disease, string institution)
    {
        var area = new AdminDivision(home);
        var services = Platform[NodeRegistry.Reference.Latest.HostOf(area), "filing"].Services!;
        using var acting = services.GetRequiredService<ICurrentActor>().Act(new Actor("operator", Role.CityOperator, area), "test");
        var desk = services.GetRequiredService<FilingDesk>();
        await desk.Chronic(person, area, (chronic, policy, actor, now) => ChronicDecider.Qualify(person, actor, area, disease, new DateOnly(2024, 1, 1), null, null, now, chronic, policy));
        await desk.Chronic(person, area, (chronic, policy, actor, now) => ChronicDecider.Pick(person, actor, area, institution, now, chronic, policy));
    }

    /// <summary>An institution with an agreement, open for its own area's patients; what else is done to it, the test says. Returns when the treatment place knows it.</summary>
    internal async Task Contract(string institution, string area, DateTimeOffset at, Func<Actor, IEnumerable<InstitutionCommand>>? more = null)
    {
        var seat = new AdminDivision(area);
        var node = NodeRegistry.Reference.Latest.HostOf(seat);
        var services = Platform[node, "filing"].Services!;
        var operators = new Actor("operator", Role.CityOperator, seat);
        using var acting = services.GetRequiredService<ICurrentActor>().Act(operators, "test");
        var desk = services.GetRequiredService<InstitutionDesk>();
        var day = Kernel.Time.BusinessTime.BusinessDate(at);
        InstitutionCommand[] steps =
        [
            new ApplyInstitution(operators, institution, "示范医院", InstitutionKind.Hospital, "公立", seat, "3", at), new AcceptInstitution(operators, institution, at),
            new EvaluateInstitution(operators, institution, Passed: true, at), new AnnounceInstitution(operators, institution, day.AddDays(-20), day.AddDays(-10), at),
            new SignAgreement(operators, institution, new Agreement("2022", day, null, ["异地就医费用审核", "异地就医费用结算"]), at), .. more?.Invoke(operators) ?? [],
        ];
        foreach (var step in steps) await desk.Do(step, TestContext.Current.CancellationToken);
        var stored = await services.GetRequiredService<IWriteDoor>().Read(Filing.Institutions.Institution.Stream(institution), TestContext.Current.CancellationToken);
        await Eventually(async () => (await Platform[node, "settlement"].Services!.GetRequiredService<IWriteDoor>().Read(Settlement.Local.InstitutionCopy.Stream(institution))).Institution is { } copy && copy.Version == stored.Version, $"the treatment place does not know {institution}");
    }

    /// <summary>What travels between services: waited for with a generous limit.</summary>
    internal static async Task Eventually(Func<Task<bool>> holds, string what)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await holds())
        {
            if (limit.IsCancellationRequested) throw new TimeoutException(what);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>What an institution's HIS sees.</summary>
    public His Of(string institution)
    {
        var area = new AdminDivision(institution[1..7]);
        var gateway = Platform[NodeRegistry.Reference.Latest.HostOf(area), "gateway"];
        return new His(institution, Channel(gateway, Token($"his-{institution}", area, Role.Institution, institution)), gateway.Http, Token($"his-{institution}", area, Role.Institution, institution), Now);
    }

    /// <summary>An agency's door.</summary>
    internal CallInvoker Agency(string area, Role role)
    {
        var code = new AdminDivision(area);
        return Channel(Platform[NodeRegistry.Reference.Latest.HostOf(code), "gateway"], Token($"{role}-{area}", code, role, null));
    }

    internal async Task<IReadOnlyList<Hosting.Stored<IFact>>> Facts(string node, string stream) => await Platform[new AdminDivision(node), "settlement"].Services!.GetRequiredService<Hosting.IHistory>().Of(stream);

    private string Token(string user, AdminDivision area, Role role, string? institution) => Platform.Issuer.Issue(new TokenOf(user, area, role) { Institution = institution });

    private CallInvoker Channel(LocalHost gateway, string token)
    {
        var authority = gateway.Settings.Credentials!.Roots[0];
        var handler = new SocketsHttpHandler
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
        };
        var channel = GrpcChannel.ForAddress(gateway.Grpc, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        _channels.Add(channel);
        return channel.Intercept(headers =>
        {
            headers.Add("authorization", $"Bearer {token}");
            return headers;
        });
    }

    private static PolicyLibrary Policies()
    {
        var regions = PolicyFolder.Find(AppContext.BaseDirectory)!;
        PackFile Delivered(string path) => PolicyFolder.Read(Path.Combine(regions, path), regions);
        PackFile City(string area) => PackFile.Parse($"{area}/policy-2023-01-01.yaml", $$"""
            area: "{{area}}"
            name: 测试
            from: 2023-01-01
            sources: { test: { title: 测试文件, mark: illustrative } }
            source: test
            both:
              inpatient:
                deductible: { kind: perAdmission, amounts: 900 }
                segments: [ { from: 0, ratio: 80% } ]
              outpatient:
                deductible: none
                segments: [ { from: 0, ratio: 50% } ]
              chronic:
                deductible: none
                segments: [ { from: 0, ratio: 70% } ]
                limits: separate
                diseases: { M01600: 3000, M03900: 2000 }
              outOfArea:
                emergency: { points: 10 }
              account: { pays: all }
            """);
        return new PolicyLibrary([Delivered("default/policy-2017-01-01.yaml"), Delivered("420000/policy-2023-01-01.yaml"), Delivered("410200/policy-2023-01-01.yaml"), City("420500"), City("429900"), City("520100"), City("522300")], NodeRegistry.Reference.Latest);
    }
}

/// <summary>One platform for every test of care.</summary>
[CollectionDefinition(Name)]
public sealed class CareTests : ICollectionFixture<CarePlatform>
{
    public const string Name = "care";
}

/// <summary>A hospital's or a pharmacy's system.</summary>
public sealed class His(string institution, CallInvoker invoker, Uri http, string token, DateTimeOffset now)
{
    public Settlements.SettlementsClient Settlements { get; } = new(invoker);

    public CallInvoker Invoker => invoker;

    public CarePapers.CarePapersClient Papers { get; } = new(invoker);

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A registered visit with one line in scope, or the lines given.</summary>
    internal async Task<RegisterVisitAnswer> Admit(string visit, InventedPerson person, string home, string careType, decimal inScope, Action<RegisterVisitRequest>? more = null, params FeeLine[] lines)
    {
        var request = new RegisterVisitRequest
        {
            InstitutionCode = institution, VisitId = visit, CareType = careType, CareFrom = Timestamp.FromDateTimeOffset(now.AddDays(careType.StartsWith('2') ? -9 : 0).AddHours(-1)),
            HomeArea = home, CredentialType = "02", CredentialValue = person.Id.Reveal(), InpatientType = careType.StartsWith('2') ? 1 : 0,
        };
        more?.Invoke(request);
        var registered = await Settlements.RegisterVisitAsync(request, cancellationToken: Cancellation);
        FeeLine[] bill = lines.Length > 0 ? lines : [Line("1", CarePlatform.InScope, inScope)];
        await Settlements.UploadFeesAsync(new UploadFeesRequest { InstitutionCode = institution, VisitId = visit, Lines = { bill } }, cancellationToken: Cancellation);
        return registered;
    }

    public FeeLine Line(string serial, string code, decimal yuan, string? category = null) => new()
    {
        Serial = serial, Code = code, Price = yuan.ToString(CultureInfo.InvariantCulture), Count = "1", AmountFen = (long)(yuan * 100m), Category = category ?? "",
        Date = now.ToOffset(TimeSpan.FromHours(8)).AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    public SettleRequest Terms(string id, string visit, Action<SettleRequest>? more = null)
    {
        var request = new SettleRequest { InstitutionCode = institution, SettlementId = id, VisitId = visit, CareUntil = Timestamp.FromDateTimeOffset(now) };
        more?.Invoke(request);
        return request;
    }

    public async Task<Settled> Settle(string id, string visit, Action<SettleRequest>? more = null) => await Settlements.SettleAsync(Terms(id, visit, more), cancellationToken: Cancellation);

    public async Task<Settled> Refund(string id, string negative) => await Settlements.RefundAsync(new WithdrawRequest { InstitutionCode = institution, SettlementId = id, NegativeId = negative }, cancellationToken: Cancellation);

    /// <summary>A paper from the JSON door behind the gateway.</summary>
    public async Task<HttpResponseMessage> Print(HttpMethod method, string path, object? body = null)
    {
        using var client = new HttpClient { BaseAddress = http };
        using var request = new HttpRequestMessage(method, $"api/settlement/institutions/{institution}/{path}");
        if (body is not null) request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.SendAsync(request, Cancellation);
    }

    /// <summary>The catalogue's code of a refusal.</summary>
    public static async Task<string> Refusal(Func<Task> work) => ErrorStatus.FromRpc(await Should.ThrowAsync<RpcException>(work))?.Code ?? throw new InvalidOperationException("A failure without a catalogue's code.");
}
