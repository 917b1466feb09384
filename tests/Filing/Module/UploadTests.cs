using System.Globalization;
using System.Text;
using Yibao.Backing;
using Yibao.Filing.Uploads;
using Yibao.Hosting;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Persons;
using Yibao.Tests;

namespace Yibao.Filing.Tests.Module;

public sealed class UploadTests(BackingSpaceFixture backing) : IClassFixture<BackingSpaceFixture>
{
    private static string Persons(int first, int count)
    {
        var text = new StringBuilder("insu_admdvs,insutype,psn_type,psn_cert_type,certno,psn_name,tel\n");
        for (var i = first; i < first + count; i++)
        {
            var person = InventedPerson.Number(i);
            text.Append(CultureInfo.InvariantCulture, $"420100,310,1101,01,{person.Id.Reveal()},{person.Name},{person.Phone}\n");
        }

        return text.ToString();
    }

    private static string Filings(int first, int count, IReadOnlySet<int> wrong)
    {
        var text = new StringBuilder("certno,insu_admdvs,insutype,category,place,channel,psn_name,tel,home_address,contact_address\n");
        for (var i = first; i < first + count; i++)
        {
            var person = InventedPerson.Number(i);
            text.Append(CultureInfo.InvariantCulture, $"{person.Id.Reveal()},420100,310,{(wrong.Contains(i) ? 9 : 5)},310000,COUNTER,{person.Name},{person.Phone},某路一号,上海某路\n");
        }

        return text.ToString();
    }

    private static async Task<UploadProgress> All(FilingHost host, string kind, string text, bool dryRun = false)
    {
        using var acting = host.As("420000", Kernel.Deciding.Role.System);
        UploadProgress? last = null;
        await foreach (var progress in host.Get<UploadRun>().Run(host.Get<UploadKinds>().Of(kind), "420100", text, dryRun, CancellationToken.None)) last = progress;
        return last.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_batch_names_its_bad_lines_goes_on_after_a_kill_and_loses_nobody()
    {
        const int Count = 700;
        var space = backing.Space;
        HashSet<int> wrong = [1003, 1500, 1699];
        var file = Filings(1000, Count, wrong);
        await using (var host = await FilingHost.Start(space, "420000"))
        {
            (await All(host, "persons", Persons(1000, Count))).Taken.ShouldBe(Count);
            (await All(host, "persons", Persons(1000, Count))).Skipped.ShouldBe(Count);

            // A dry run asks every rule and stores nothing.
            var dry = await All(host, "filings", file, dryRun: true);
            (dry.Taken, dry.Bad.Count).ShouldBe((Count - wrong.Count, wrong.Count));
            dry.Bad.ShouldAllBe(line => line.Code == "FILING_CATEGORY_UNKNOWN");
            (await Rows(host)).ShouldBe(0);

            // The host dies after the first stretch is stored and marked.
            using var acting = host.As("420000", Kernel.Deciding.Role.System);
            await foreach (var progress in host.Get<UploadRun>().Run(host.Get<UploadKinds>().Of("filings"), "420100", file, false, CancellationToken.None))
            {
                progress.Finished.ShouldBeFalse();
                break;
            }

            // As if the mark of that stretch had been lost with it: its lines come again and count once.
            await host.Get<IRows>().Execute("update upload_run set done = 100, taken = 99 where id like 'filings/%'");
        }

        await using var again = await FilingHost.Start(space, "420000");
        var end = await All(again, "filings", file);
        (end.Lines, end.Taken, end.Skipped, end.Finished).ShouldBe((Count, Count - wrong.Count, 100, true));
        end.Bad.Select(line => line.Number).ShouldBe(wrong.Order().Select(i => i - 1000 + 2));
        end.Bad.ShouldAllBe(line => line.Code == "FILING_CATEGORY_UNKNOWN");
        (await Rows(again)).ShouldBe(Count - wrong.Count);
    }

    [Fact]
    public async Task A_register_of_institutions_opens_them_and_a_second_time_changes_nothing()
    {
        await using var host = await FilingHost.Start(backing.Space, "420000");
        const string Register = "fixmedins_code,fixmedins_name,admdvs,fixmedins_type,hosp_lv,open_from\nH42010000001,示范市第一医院（武汉）,420100,1,2,2023-01-01\nP42010000001,示范药店,420100,2,9,2023-01-01\nX,无此区划,000000,1,2,2023-01-01\nY,少一列,420100\n\"Z,没有闭合,420100,1,2,2023-01-01\n";
        var loaded = await All(host, "institutions", Register);
        loaded.Taken.ShouldBe(2);
        loaded.Bad.Select(line => line.Number).ShouldBe([4, 5, 6]);
        using var acting = host.As("420000", Kernel.Deciding.Role.System);
        var hospital = await host.Get<Desks.InstitutionDesk>().Get("H42010000001");
        (hospital.Openings.Length, hospital.Step).ShouldBe((6, Institutions.AdmissionStep.Opened));
        await All(host, "institutions", Register + "\n");
        (await host.Get<Desks.InstitutionDesk>().Get("H42010000001")).Version.ShouldBe(hospital.Version);
    }

    [Fact]
    public async Task A_file_without_its_columns_is_refused_as_a_whole()
    {
        await using var host = await FilingHost.Start(backing.Space, "420000");
        var refused = await Should.ThrowAsync<RefusedException>(() => All(host, "filings", "certno,place\n1,2\n"));
        refused.Error.Message.ShouldContain("insu_admdvs");
        (await Should.ThrowAsync<RefusedException>(() => All(host, "diseases", ""))).Error.Code.ShouldBe("FIELD_INVALID");
    }

    private static async Task<int> Rows(FilingHost host) => (await host.Get<IRows>().Query("select count(*)::int from filing_row", reader => reader.GetInt32(0))).Single();
}
