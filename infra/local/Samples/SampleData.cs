using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Institutions;
using Yibao.Contracts.Settlements;
using Yibao.Filing.Desks;
using Yibao.Filing.Doors;
using Yibao.Filing.Filings;
using Yibao.Filing.Institutions;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Persons;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;

namespace Yibao.Local.Samples;

/// <summary>
/// Invented institutions, persons and filings of <c>infra/samples</c>, stored at the nodes that host their areas: through the same desks
/// and deciders as any other, so they are event streams and their messages travel.
/// </summary>
public static class SampleData
{
    private static readonly TimeSpan Shanghai = TimeSpan.FromHours(8);
    private static readonly DateOnly Since = new(2023, 1, 1);

    /// <summary>Stores what is not there yet, of the nodes that run; a second time changes nothing. Returns when every node's settlement service knows the institutions.</summary>
    public static async Task Store(LocalPlatform platform, string folder, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(platform);
        var institutions = Rows(folder, "institutions.csv").Where(row => platform.Nodes.Contains(Host(row["admdvs"]))).ToList();
        await Task.WhenAll(institutions.GroupBy(row => Host(row["admdvs"])).Select(node => Institutions(platform, node.Key, [.. node], cancellation)));
        await Enrol(platform, Rows(folder, "persons.csv"), Rows(folder, "filings.csv"), cancellation);
        await Known(platform, institutions, cancellation);
    }

    /// <summary>Further invented persons with their account and filing; the columns are those of <c>persons.csv</c> and <c>filings.csv</c>.</summary>
    public static Task Enrol(LocalPlatform platform, IReadOnlyList<IReadOnlyDictionary<string, string>> persons, IReadOnlyList<IReadOnlyDictionary<string, string>> filings, CancellationToken cancellation = default)
    {
        var known = filings.ToDictionary(row => row["certno"], StringComparer.Ordinal);
        return Task.WhenAll(persons.GroupBy(row => Host(row["insu_admdvs"])).Where(node => platform.Nodes.Contains(node.Key)).Select(node => Persons(platform, node.Key, [.. node], known, cancellation)));
    }

    private static async Task Institutions(LocalPlatform platform, AdminDivision node, IReadOnlyList<IReadOnlyDictionary<string, string>> rows, CancellationToken cancellation)
    {
        var services = platform[node, "filing"].Services!;
        var (desk, current) = (services.GetRequiredService<InstitutionDesk>(), services.GetRequiredService<ICurrentActor>());
        foreach (var row in rows)
        {
            var (code, seat, at) = (row["fixmedins_code"], new AdminDivision(row["admdvs"]), At(row["open_from"]));
            var province = NodeRegistry.Reference.Latest.ProvinceOf(seat).Code;
            var city = Operator(Role.CityOperator, seat);
            using var acting = current.Act(city, $"sample/{code}");
            InstitutionCommand[] steps =
            [
                new ApplyInstitution(city, code, row["fixmedins_name"], InstitutionKind.Hospital, "公立", seat, row["hosp_lv"], at),
                new AcceptInstitution(city, code, at),
                new EvaluateInstitution(city, code, Passed: true, at),
                new AnnounceInstitution(city, code, Since.AddDays(-20), Since.AddDays(-10), at),
                new SignAgreement(city, code, new Agreement("2023", Since, null, ["异地就医费用审核", "异地就医费用结算"]), at),
                .. from scope in new[] { Scope.IntraProvince, Scope.CrossProvince }
                   from care in Enum.GetValues<Contracts.Filings.CareType>()
                   select new OpenService(city, code, scope, care, Since, Internet: false, at),
                new ReportToProvince(city, code, at),
                new SelectForCrossProvince(city, code, at),
                new DecideCrossProvince(Operator(Role.ProvinceOperator, province), code, at),
                new PublishInstitution(Operator(Role.NationalOperator, AdminDivision.National), code, at, at),
            ];
            foreach (var step in steps) await desk.Do(step, cancellation);
        }
    }

    private static async Task Persons(
        LocalPlatform platform, AdminDivision node, IReadOnlyList<IReadOnlyDictionary<string, string>> rows, Dictionary<string, IReadOnlyDictionary<string, string>> filings, CancellationToken cancellation)
    {
        var services = platform[node, "filing"].Services!;
        var (persons, desk, current) = (services.GetRequiredService<PersonDesk>(), services.GetRequiredService<FilingDesk>(), services.GetRequiredService<ICurrentActor>());
        var settlement = platform[node, "settlement"].Services!.GetRequiredService<IWriteDoor>();
        foreach (var row in rows)
        {
            var area = new AdminDivision(row["insu_admdvs"]);
            var insurance = (InsuranceType)int.Parse(row["insutype"], CultureInfo.InvariantCulture);
            var city = Operator(Role.CityOperator, area);
            using var acting = current.Act(city, $"sample/{area}");
            var identity = new PersonIdentity(new IdentityDocument(row["psn_cert_type"], row["certno"]), row["psn_name"], row["tel"]);
            var key = await persons.Register(new NewPerson(identity, null, null, area, insurance, row["psn_type"], row["cvlserv_flag"] == "1", new DateOnly(2020, 1, 1), []), cancellation);
            await Credit(settlement, key, Money.Yuan(decimal.Parse(row["acct_balance"], CultureInfo.InvariantCulture)), city, cancellation);
            if (!filings.TryGetValue(row["certno"], out var filing)) continue;

            var application = new ApplyForFiling(city, key, "sample-1", area, insurance, int.Parse(filing["category"], CultureInfo.InvariantCulture), new AdminDivision(filing["place"]), "COUNTER", filing["materials"].Split(' '), At(filing["applied_at"]))
            {
                Facts = new CategoryFacts(Retired: true, HukouMoved: true, new DateOnly(2023, 1, 1), new DateOnly(2026, 1, 1)),
            };
            var form = new FormFields
            {
                Name = row["psn_name"],
                SocialSecurityNumber = row["certno"],
                HomeAddress = "示例地址",
                ContactAddress = filing["contact_address"],
                Phone1 = row["tel"],
                SignedBy = row["psn_name"],
            };
            var applied = await desk.Apply(application, form, cancellation);
            await desk.Handle(applied.Number, (person, _, actor, _) => new ApproveFiling(actor, person, applied.Number, application.At), null, cancellation);
        }
    }

    private static async Task Credit(IWriteDoor door, PersonKey person, Money balance, Actor actor, CancellationToken cancellation)
    {
        var account = PersonalAccount.Stream(person.ToString());
        var executed = await door.Execute(new Command(actor, $"sample/{person}", [account], states =>
            states.Of(account).Credit("opening", balance, Money.Zero) is { Count: > 0 } facts ? Decision.Accept(new Append(account, facts)) : Decision.Done), cancellation);
        executed.OrThrow();
    }

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // Opening across provinces is the last step of an institution: who waits for less may meet a copy that is not open yet.
    private static readonly AdminDivision Elsewhere = new("110000");

    /// <summary>Institutions reach the settlement service by message: wait for the last of them.</summary>
    private static async Task Known(LocalPlatform platform, IReadOnlyList<IReadOnlyDictionary<string, string>> institutions, CancellationToken cancellation)
    {
        foreach (var row in institutions)
        {
            var copies = platform[Host(row["admdvs"]), "settlement"].Services!.GetRequiredService<Settlement.RoundTrip.IInstitutions>();
            var waited = Stopwatch.StartNew();
            while (true)
            {
                try
                {
                    await copies.InForce(row["fixmedins_code"], "21", Elsewhere, At("2026-01-01"));
                    break;
                }
                catch (Kernel.Errors.RefusedException) when (waited.Elapsed < Patience)
                {
                    await Task.Delay(50, cancellation);
                }
            }
        }
    }

    private static AdminDivision Host(string area) => NodeRegistry.Reference.Latest.HostOf(new AdminDivision(area));

    private static Actor Operator(Role role, AdminDivision node) => new("sample-operator", role, node, null, "样例数据");

    private static DateTimeOffset At(string local) => new(DateTime.Parse(local, CultureInfo.InvariantCulture), Shanghai);

    /// <summary>Comma-separated with a header row, no quotes: our own files.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Rows(string folder, string file)
    {
        var lines = File.ReadAllLines(Path.Combine(folder, file)).Select(line => line.Split(',')).ToList();
        return [.. lines.Skip(1).Select(line => (IReadOnlyDictionary<string, string>)lines[0].Zip(line).ToDictionary(cell => cell.First, cell => cell.Second, StringComparer.Ordinal))];
    }
}
