using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Npgsql;
using Yibao.Backing;
using Yibao.Contracts.Settlement.V1;
using Yibao.Filing;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Nodes;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;
using Yibao.KillableSettlement;
using Yibao.Local;
using Yibao.Local.Samples;
using Yibao.Settlement.RoundTrip;
using Role = Yibao.Kernel.Deciding.Role;
using Settled = Yibao.Contracts.Settlement.V1.Settlement;
using WireRole = Yibao.Contracts.Settlement.V1.Role;

namespace Yibao.EndToEnd.Tests;

/// <summary>
/// A real process is killed (kill -9) at each step of the protocol, at each node, once under a settlement and once under its reversal. After
/// the restart all nodes hold the same signed outcome, benefit year and account moved exactly once, and the institution finds the result.
/// </summary>
public sealed class CrashPoints(ITestOutputHelper output)
{
    private const string Hospital = "H42010000001";
    private static readonly AdminDivision Nation = AdminDivision.National, Hubei = new("420000"), Guizhou = new("520000");
    private static readonly AdminDivision[] Nodes = [Nation, Hubei, Guizhou];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(18);

    /// <summary>Which node takes which step when Hubei treats a person of Guiyang.</summary>
    private static AdminDivision NodeOf(string step) => step.Split('.')[0] switch { "treatment" => Hubei, "relay" => Nation, _ => Guizhou };

    [Fact]
    public async Task Whichever_node_dies_at_whichever_step_the_settlement_ends_the_same_everywhere()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        await using var cluster = await Cluster.Start(limit.Token);
        var before = await cluster.Quote("before");

        foreach (var step in FaultPoints.All)
        {
            await Settlement(cluster, step);
            await Reversal(cluster, step);
            output.WriteLine($"{step}: {NodeOf(step)} died twice");
        }

        (await cluster.Quote("after")).Figures.ShouldBe(before.Figures, "everything was taken back, so the benefit year and the account are where they were");
    }

    private static async Task Settlement(Cluster cluster, string step)
    {
        var id = Own(step);
        await cluster.Admit(id);
        await cluster.Dies(step, () => cluster.Settlements.SettleAsync(cluster.Terms(id), cancellationToken: cluster.Cancellation).ResponseAsync);

        // Before the intent was stored nobody knows of it; from then on it comes to its end without the institution.
        if (step == FaultPoints.TreatmentBeforeIntent) await cluster.Repeat(() => cluster.Settlements.SettleAsync(cluster.Terms(id), cancellationToken: cluster.Cancellation).ResponseAsync);
        await cluster.Until(async () => (await cluster.Version(Hubei, id)).State == "Granted", $"{step}: the settlement is granted at treatment");

        if (step != FaultPoints.TreatmentBeforeIntent) (await cluster.Undelivered()).ShouldContain(id, $"{step}: nobody was told, so the institution finds it in its list");
        var found = await cluster.Settlements.GetSettlementAsync(new GetSettlementRequest { InstitutionCode = Hospital, SettlementId = id }, cancellationToken: cluster.Cancellation);
        found.State.ShouldBe(SettlementState.Granted);
        found.Figures.FundTotalFen.ShouldBeGreaterThan(0);
        await cluster.Until(async () => !(await cluster.Undelivered()).Contains(id), $"{step}: what was told is delivered");
        var again = await cluster.Settlements.SettleAsync(cluster.Terms(id), cancellationToken: cluster.Cancellation);
        again.ContentHash.ShouldBe(found.ContentHash);

        await cluster.Same(id, "Granted", step);
        (await cluster.Moved(id)).ShouldBe((1, 0, 1, 0), $"{step}: drawn once on the benefit year and once on the account");
    }

    private static async Task Reversal(Cluster cluster, string step)
    {
        var id = Own(step);
        var request = new WithdrawRequest { InstitutionCode = Hospital, SettlementId = id, NegativeId = id + "R" };
        await cluster.Dies(step, () => cluster.Settlements.ReverseAsync(request, cancellationToken: cluster.Cancellation).ResponseAsync);

        if (step == FaultPoints.TreatmentBeforeIntent) await cluster.Repeat(() => cluster.Settlements.ReverseAsync(request, cancellationToken: cluster.Cancellation).ResponseAsync);
        await cluster.Until(async () => (await cluster.Version(Hubei, id)).State == "Reversed", $"{step}: the reversal ends at treatment");

        var reversed = await cluster.Settlements.ReverseAsync(request, cancellationToken: cluster.Cancellation);
        reversed.State.ShouldBe(SettlementState.Reversed);
        reversed.Negative.Figures.TotalFen.ShouldBe(-reversed.Figures.TotalFen);
        await cluster.Same(id, "Reversed", step);
        (await cluster.Moved(id)).ShouldBe((1, 1, 1, 1), $"{step}: restored once on the benefit year and once on the account");
    }

    private static string Own(string step) => $"S-{step.Replace(".", "-", StringComparison.Ordinal)}";

    /// <summary>Filing and settlement of three nodes, each a process of its own.</summary>
    private sealed class Cluster : IAsyncDisposable
    {
        private readonly List<GrpcChannel> _channels = [];
        private readonly Dictionary<AdminDivision, SettlementUpkeep.SettlementUpkeepClient> _upkeep = [];
        private readonly LocalPlatform _platform;
        private readonly InventedPerson _person;
        private readonly string _folder;
        private readonly string _home;
        private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

        private Cluster(LocalPlatform platform, DevelopmentIssuer issuer, InventedPerson person, string folder, CancellationToken cancellation)
        {
            (_platform, _person, _folder, Cancellation) = (platform, person, folder, cancellation);
            foreach (var node in Nodes) _upkeep[node] = new SettlementUpkeep.SettlementUpkeepClient(Channel(node, null));
            Settlements = new Settlements.SettlementsClient(Channel(Hubei, issuer.Issue(new TokenOf("his", new AdminDivision("420100"), Role.Institution) { Institution = Hospital })));
            _home = platform[Guizhou, "settlement"].Settings.Database;
        }

        public CancellationToken Cancellation { get; }

        public Settlements.SettlementsClient Settlements { get; }

        public static async Task<Cluster> Start(CancellationToken cancellation)
        {
            var folder = Directory.CreateTempSubdirectory("yibao-crash-").FullName;
            var person = InventedPerson.Number(770_001);
            var issuer = new DevelopmentIssuer();
            var options = new LocalOptions
            {
                Nodes = Nodes,
                Modules = [new FilingModule(), new KillableSettlementModule()],
                Backing = await SharedBacking.GetAsync(),
                StateFolder = folder,
                Issuer = issuer,
                LogLevel = Microsoft.Extensions.Logging.LogLevel.Error,
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal) { [KillableSettlementModule.Orders] = folder },
            };
            // First in this process, where its stores can be reached; what it stored is what the processes find.
            await using (var inner = await LocalPlatform.StartAsync(options, cancellation)) await Store(inner, folder, person, cancellation);
            return new Cluster(await LocalPlatform.StartAsync(options with { Processes = LocalProcesses.Service }, cancellation), issuer, person, folder, cancellation);
        }

        /// <summary>A visit of the patient with one line in scope, paid from his account too.</summary>
        public async Task Admit(string visit)
        {
            await Settlements.RegisterVisitAsync(new RegisterVisitRequest
            {
                InstitutionCode = Hospital, VisitId = visit, CareType = "21", CareFrom = Timestamp.FromDateTimeOffset(_now.AddDays(-5)), HomeArea = "520100",
                CredentialType = "02", CredentialValue = _person.Id.Reveal(), InpatientType = 1,
            }, cancellationToken: Cancellation);
            await Settlements.UploadFeesAsync(new UploadFeesRequest
            {
                InstitutionCode = Hospital, VisitId = visit,
                Lines = { new FeeLine { Serial = "1", Code = "XC43FTP292A001098622862012", Price = "2000", Count = "1", AmountFen = 200_000, Date = _now.AddDays(-2).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) } },
            }, cancellationToken: Cancellation);
        }

        public async Task<PreSettleAnswer> Quote(string visit)
        {
            await Admit(visit);
            return await Settlements.PreSettleAsync(Terms(visit), cancellationToken: Cancellation);
        }

        public SettleRequest Terms(string id) => new() { InstitutionCode = Hospital, SettlementId = id, VisitId = id, CareUntil = Timestamp.FromDateTimeOffset(_now), UseAccount = true };

        /// <summary>The node of this step dies when the call reaches it, the call has no definite answer, and only this process is started again.</summary>
        public async Task Dies(string step, Func<Task<Settled>> call)
        {
            var node = NodeOf(step);
            var order = Path.Combine(_folder, $"{node.Code}.kill");
            await File.WriteAllTextAsync(order, step, Cancellation);
            var failure = await Should.ThrowAsync<RpcException>(call);
            (ErrorStatus.FromRpc(failure)?.Code ?? "SERVICE_UNAVAILABLE").ShouldBeOneOf("OUTCOME_UNKNOWN", "SERVICE_UNAVAILABLE");
            File.Exists(order).ShouldBeFalse($"{node} reached {step}");
            var host = _platform[node, "settlement"];
            await host.KillAsync(Cancellation);
            await host.StartAsync(Cancellation);
        }

        /// <summary>As an institution does it: the same request until the answer is definite.</summary>
        public async Task Repeat(Func<Task<Settled>> call)
        {
            while (true)
            {
                try
                {
                    await call();
                    return;
                }
                catch (RpcException failure) when ((ErrorStatus.FromRpc(failure)?.Code ?? "SERVICE_UNAVAILABLE") is "OUTCOME_UNKNOWN" or "SERVICE_UNAVAILABLE")
                {
                    await Task.Delay(100, Cancellation);
                }
            }
        }

        public async Task<SettlementVersion> Version(AdminDivision node, string id) => await _upkeep[node].GetVersionAsync(new GetVersionRequest
        {
            NationalId = $"{Hospital}:{id}", Role = node == Hubei ? WireRole.Treatment : node == Nation ? WireRole.Relay : WireRole.Home,
        }, cancellationToken: Cancellation);

        /// <summary>Every node holds the same outcome, byte for byte as home signed it.</summary>
        public async Task Same(string id, string state, string step)
        {
            var home = await Version(Guizhou, id);
            home.State.ShouldBe(state, $"{step} at home");
            foreach (var node in (AdminDivision[])[Hubei, Nation])
            {
                var there = await Version(node, id);
                there.State.ShouldBe(state, $"{step} at {node}");
                there.SignedOutcome.ShouldBe(home.SignedOutcome, $"{step} at {node}");
            }
        }

        public async Task<IReadOnlyList<string>> Undelivered() =>
            [.. (await Settlements.ListUndeliveredAsync(new ListUndeliveredRequest { InstitutionCode = Hospital }, cancellationToken: Cancellation)).Settlements.Select(settlement => settlement.SettlementId)];

        /// <summary>How often a settlement drew on the benefit year and was restored there; the same of the account.</summary>
        public async Task<(int Drawn, int Restored, int AccountDrawn, int AccountRestored)> Moved(string id)
        {
            await using var connection = new NpgsqlConnection($"{_home};Search Path=settlement;Pooling=false");
            await connection.OpenAsync(Cancellation);
            await using var command = new NpgsqlCommand("""
                select split_part(stream_id, '/', 1) = 'account', data ? 'negativeId', count(*)::int
                from mt_events where (stream_id like 'benefit-year/%' or stream_id like 'account/%') and data->>'settlementId' = $1 group by 1, 2
                """, connection) { Parameters = { new() { Value = $"{Hospital}:{id}" } } };
            await using var reader = await command.ExecuteReaderAsync(Cancellation);
            var counts = new Dictionary<(bool, bool), int>();
            while (await reader.ReadAsync(Cancellation)) counts[(reader.GetBoolean(0), reader.GetBoolean(1))] = reader.GetInt32(2);
            int Of(bool account, bool restored) => counts.GetValueOrDefault((account, restored));
            return (Of(false, false), Of(false, true), Of(true, false), Of(true, true));
        }

        public async Task Until(Func<Task<bool>> holds, string what)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            patience.CancelAfter(TimeSpan.FromMinutes(4));
            while (!await holds())
            {
                if (patience.IsCancellationRequested) throw new TimeoutException(what);
                await Task.Delay(50, Cancellation);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var channel in _channels) channel.Dispose();
            await _platform.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }

        private static async Task Store(LocalPlatform platform, string folder, InventedPerson person, CancellationToken cancellation)
        {
            var samples = Directory.CreateDirectory(Path.Combine(folder, "samples")).FullName;
            await File.WriteAllTextAsync(Path.Combine(samples, "institutions.csv"), $"fixmedins_code,fixmedins_name,admdvs,fixmedins_type,hosp_lv,open_from\n{Hospital},示范市第一医院（武汉）,420100,1,2,2023-01-01\n", cancellation);
            await File.WriteAllTextAsync(Path.Combine(samples, "persons.csv"), "insu_admdvs,insutype,psn_type,psn_cert_type,certno,psn_name,tel,cvlserv_flag,acct_balance\n"
                + $"520100,310,11,01,{person.Id.Reveal()},{person.Name},{person.Phone},0,50000.00\n", cancellation);
            await File.WriteAllTextAsync(Path.Combine(samples, "filings.csv"), "certno,category,place,applied_at,materials,contact_address\n"
                + $"{person.Id.Reveal()},3,420100,2024-06-01 09:00:00,ID_CARD FILING_FORM EMPLOYMENT_CONTRACT,示例路1号\n", cancellation);
            await SampleData.Store(platform, samples, cancellation);
        }

        /// <summary>With the certificate of another service of the node; with a token it speaks for the institution.</summary>
        private CallInvoker Channel(AdminDivision node, string? token)
        {
            var host = _platform[node, "settlement"];
            var credentials = NodeCredentials.FromFolder(host.Settings.CertificateFolder!, "filing");
            var channel = GrpcChannel.ForAddress(host.Grpc, new GrpcChannelOptions
            {
                HttpHandler = new SocketsHttpHandler
                {
                    UseProxy = false,
                    SslOptions = new SslClientAuthenticationOptions
                    {
                        ClientCertificates = [credentials.Service],
                        RemoteCertificateValidationCallback = (_, shown, _, _) =>
                        {
                            using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
                            chain.ChainPolicy.CustomTrustStore.AddRange(credentials.Roots);
                            return shown is X509Certificate2 certificate && chain.Build(certificate);
                        },
                    },
                },
                DisposeHttpClient = true,
                // A process that was just started again is tried again at once.
                InitialReconnectBackoff = TimeSpan.FromMilliseconds(50),
                MaxReconnectBackoff = TimeSpan.FromMilliseconds(200),
            });
            _channels.Add(channel);
            return token is null ? channel.CreateCallInvoker() : channel.Intercept(headers =>
            {
                headers.Add("authorization", $"Bearer {token}");
                return headers;
            });
        }
    }
}
