using System.Diagnostics;
using System.Globalization;
using System.Text;
using Yibao.Backing;
using Yibao.Cli.Import;
using Yibao.Cli.Shell;
using Yibao.Contracts.Filing.V1;
using Yibao.Contracts.Upload.V1;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;
using Yibao.Local;

namespace Yibao.EndToEnd.Tests;

/// <summary>A province loads its filings while its filing service dies by kill -9: nobody is lost, nobody counts twice, every bad line is named.</summary>
/// <remarks><c>YIBAO_IMPORT_LINES</c> sets the size; the platform is measured with 100000.</remarks>
public sealed class ImportKillTests(ITestOutputHelper output)
{
    private static readonly AdminDivision Nation = new("100000");
    private static readonly AdminDivision Hubei = new("420000");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static int Lines => int.TryParse(Environment.GetEnvironmentVariable("YIBAO_IMPORT_LINES"), NumberStyles.None, CultureInfo.InvariantCulture, out var lines) ? lines : 3_000;

    [Fact]
    public async Task A_batch_of_filings_outlives_a_kill_of_the_service()
    {
        var count = Lines;
        await using var platform = await LocalPlatform.StartAsync(new LocalOptions
        {
            Nodes = [Nation, Hubei], Processes = LocalProcesses.Service, BackingOptions = new BackingOptions { StopOnSignals = false },
        });
        var gateway = platform[Hubei, "gateway"];
        var filing = platform[Hubei, "filing"];
        using var province = new GatewayDoor(gateway.Grpc, platform.Issuer.Issue(new TokenOf("loader", Hubei, Role.ProvinceOperator)), platform.Authority);
        using var city = new GatewayDoor(gateway.Grpc, platform.Issuer.Issue(new TokenOf("clerk", new("420100"), Role.CityOperator)), platform.Authority);
        var upload = new FileUpload(province, TimeProvider.System);

        var clock = Stopwatch.StartNew();
        var persons = await upload.Send(new UploadStart { Kind = "persons", Area = "420000" }, Persons(count), Patience, Nothing, Interrupted, CancellationToken.None);
        (persons.Taken, persons.BadCount).ShouldBe((count, 0));
        Say($"{count} persons in {clock.Elapsed.TotalSeconds:0.0} s");

        HashSet<int> wrong = [7, count / 2, count - 1];
        clock.Restart();
        var (killed, broken) = (Task.CompletedTask, 0);
        var report = await upload.Send(new UploadStart { Kind = "filings", Area = "420000" }, Filings(count, wrong), Patience, progress =>
        {
            // At the first mark: however late this process hears of it, most of the file is still to come.
            if (killed == Task.CompletedTask && !progress.Finished) killed = Kill();
        }, why =>
        {
            broken++;
            Interrupted(why);
        }, CancellationToken.None);
        await killed;
        Say($"{count} filings in {clock.Elapsed.TotalSeconds:0.0} s, killed once, {report.Skipped} lines were stored by then");

        // A kill that nobody felt would prove nothing.
        broken.ShouldBeGreaterThan(0);
        report.Skipped.ShouldBeInRange(1, count - 1);
        (report.Lines, report.Taken, report.Finished).ShouldBe((count, count - wrong.Count, true));
        report.Bad.Select(line => line.Line).ShouldBe(wrong.Order().Select(i => i + 2));
        report.Bad.ShouldAllBe(line => line.Code == "FILING_CATEGORY_UNKNOWN");

        var (numbers, all) = (new HashSet<string>(StringComparer.Ordinal), 0);
        var filings = new Contracts.Filing.V1.Filings.FilingsClient(city.Calls);
        for (var cursor = ""; ;)
        {
            var page = await filings.ListAsync(new ListFilingsRequest { HomeArea = "420100", PageSize = 200, Cursor = cursor });
            all += page.Filings.Count;
            numbers.UnionWith(page.Filings.Select(row => row.PersonKey));
            if ((cursor = page.NextCursor).Length == 0) break;
        }

        (all, numbers.Count).ShouldBe((count - wrong.Count, count - wrong.Count));

        async Task Kill()
        {
            await filing.KillAsync();
            await filing.StartAsync();
        }

        void Interrupted(string why) => Say($"interrupted: {why}");
    }

    private static void Nothing(UploadReport report)
    {
    }

    private void Say(FormattableString sentence) => output.WriteLine(sentence.ToString(CultureInfo.InvariantCulture));

    private static byte[] Persons(int count) => File("insu_admdvs,insutype,psn_type,psn_cert_type,certno,psn_name,tel", count,
        (_, person) => $"420100,310,1101,01,{person.Id.Reveal()},{person.Name},{person.Phone}");

    private static byte[] Filings(int count, HashSet<int> wrong) => File("certno,insu_admdvs,insutype,category,place,channel,psn_name,tel,home_address,contact_address", count,
        (i, person) => $"{person.Id.Reveal()},420100,310,{(wrong.Contains(i) ? 9 : 5)},310000,COUNTER,{person.Name},{person.Phone},某路一号,上海某路二号");

    private static byte[] File(string header, int count, Func<int, InventedPerson, string> line)
    {
        var text = new StringBuilder(header).Append('\n');
        for (var i = 0; i < count; i++) text.Append(line(i, InventedPerson.Number(100_000 + i))).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
