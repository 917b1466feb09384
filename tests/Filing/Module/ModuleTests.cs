using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Yibao.Contracts.Filing.V1;
using Yibao.Filing.Desks;
using Yibao.Hosting;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Nodes;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Persons;
using Yibao.Tests;

namespace Yibao.Filing.Tests.Module;

public sealed class ModuleTests(BackingSpaceFixture backing) : IClassFixture<BackingSpaceFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task From_the_credential_to_the_answer_and_no_identity_anywhere_in_between()
    {
        await using var host = await FilingHost.Start(backing.Space, "420000");
        var person = await host.Registered(1, "420100");
        (await host.Registered(1, "420100")).ShouldBe(person);
        foreach (var (type, value) in ((string, string)[])[("01", "token-1"), ("02", InventedPerson.Number(1).Id.Reveal()), ("03", "card-1")])
            (await host.Settlement.IdentifyAsync(new IdentifyRequest { CredentialType = type, CredentialValue = value })).PersonKey.ShouldBe(person.ToString());
        var unknown = await Should.ThrowAsync<RefusedException>(async () => await host.Settlement.IdentifyAsync(new IdentifyRequest { CredentialType = "01", CredentialValue = "nobody" }));
        unknown.Error.Code.ShouldBe("CREDENTIAL_UNKNOWN");

        // A minute before discharge: refused with guidance, filed by self-service, settled.
        var now = FilingHost.Clock.GetUtcNow();
        var check = new CheckRequest
        {
            PersonKey = person.ToString(), HomeArea = "420100", InsuranceType = "310", TreatmentArea = "310000", InstitutionCode = "H31000000001", CareType = CareType.Inpatient,
            AdmittedAt = now.AddDays(-5).ToTimestamp(), AskedAt = now.ToTimestamp(), InpatientType = InpatientType.Ordinary,
        };
        var refused = await host.Settlement.CheckAsync(check);
        (refused.Eligible, refused.Code, refused.Guidance.Categories.Count).ShouldBe((false, "NO_FILING", 5));
        FilingReply filed;
        using (host.As("420100"))
        {
            var application = FilingHost.Application(person, "420100", "310000", "app-1");
            application.LateForAdmission = check.AdmittedAt;
            filed = await host.Filings.ApplyAsync(application);
            (await host.Filings.ApplyAsync(application)).Number.ShouldBe(filed.Number);
        }

        filed.Status.ShouldBe("ACTIVE");
        check.AskedAt = FilingHost.Clock.GetUtcNow().ToTimestamp();
        var settled = await host.Settlement.CheckAsync(check);
        (settled.Eligible, settled.Filing.Number, settled.Filing.Mode).ShouldBe((true, filed.Number, FilingMode.RetroBeforeDischarge));

        var stored = await host.Get<IRows>().Query("select data::text || stream_id from mt_events", reader => reader.GetString(0));
        stored.Count.ShouldBeGreaterThan(4);
        var invented = InventedPerson.Number(1);
        foreach (var secret in (string[])[invented.Id.Reveal(), invented.Name, invented.Phone, "token-1", "card-1", "赵晓明", "999000194001010011", "某市某路一号", "12000000001"])
            stored.ShouldAllBe(text => !text.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_applications_at_once_leave_one_in_force_and_a_repeat_changes_nothing()
    {
        await using var host = await FilingHost.Start(backing.Space, "420000");
        var person = await host.Registered(2, "420100");
        using var acting = host.As("420100");
        string[] places = ["310000", "110000", "440100", "330100", "320100", "500000", "510100", "610100"];
        var outcomes = await Task.WhenAll(places.Select(async place =>
        {
            try
            {
                return (await host.Filings.ApplyAsync(FilingHost.Application(person, "420100", place, $"race-{place}"))).Status;
            }
            catch (RefusedException refused)
            {
                return refused.Error.Code;
            }
        })).WaitAsync(Patience);
        outcomes.Count(outcome => outcome == "ACTIVE").ShouldBe(1);
        outcomes.Count(outcome => outcome == "CLASS_SLOT_TAKEN").ShouldBe(places.Length - 1);
    }

    [Fact]
    public async Task Two_hundred_past_filings_are_one_round_trip()
    {
        await using var host = await FilingHost.Start(backing.Space, "420000");
        var person = await host.Registered(3, "420100");
        using (host.As("420100"))
        {
            for (var i = 0; i < 200; i++)
            {
                var application = FilingHost.Application(person, "420100", i % 2 == 0 ? "310000" : "110000", $"past-{i}");
                application.ReplaceExisting = true;
                await host.Filings.ApplyAsync(application);
            }
        }

        // A host that has read nothing yet.
        await using var fresh = await FilingHost.Start(backing.Space, "420000");
        var desk = fresh.Get<Eligibility.EligibilityDesk>();
        var question = new Eligibility.Question(person, new("420100"), Contracts.Settlements.InsuranceType.Employee, new("110000"), "H1", Contracts.Filings.CareType.Inpatient, null, FilingHost.Clock.GetUtcNow(), FilingHost.Clock.GetUtcNow(), false, false);
        var commands = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                // Every other test of this process is heard too: only what goes to this database counts.
                if (activity.Tags.Any(tag => tag.Value == backing.Space.Name) && activity.Tags.Any(tag => tag.Value?.Contains("facts_after(", StringComparison.Ordinal) == true)) Interlocked.Increment(ref commands);
            },
        };
        ActivitySource.AddActivityListener(listener);
        var answer = await desk.Ask(question, Actor.System(new("420000"), "test"), "test");
        answer.Eligible.ShouldBeTrue();
        commands.ShouldBe(1);
    }

    [Fact]
    public async Task Lists_go_page_by_page_and_lose_nobody()
    {
        await using var host = await FilingHost.Start(backing.Space, "420000");
        var numbers = new List<string>();
        using var acting = host.As("420300");
        for (var i = 0; i < 7; i++)
        {
            var person = await host.Registered(100 + i, "420300");
            numbers.Add((await host.Filings.ApplyAsync(FilingHost.Application(person, "420300", "310000", "list"))).Number);
        }

        var seen = new List<string>();
        var cursor = "";
        do
        {
            var page = await host.Filings.ListAsync(new ListFilingsRequest { HomeArea = "420300", PageSize = 3, Cursor = cursor, Status = "SUBMITTED" });
            page.Filings.Count.ShouldBeLessThanOrEqualTo(3);
            seen.AddRange(page.Filings.Select(row => row.Number));
            cursor = page.NextCursor;
        }
        while (cursor.Length > 0);
        seen.ShouldBe(numbers.AsEnumerable().Reverse());

        await host.Filings.HandleAsync(new HandleFilingRequest { Number = numbers[0], Approve = new ApproveStep() });
        (await host.Filings.ListAsync(new ListFilingsRequest { HomeArea = "420300", Status = "ACTIVE" })).Filings.Select(row => row.Number).ShouldBe([numbers[0]]);
        (await host.Filings.ListAsync(new ListFilingsRequest { HomeArea = "420300", Status = "NOT_REPORTED" })).Filings.Select(row => row.Number).ShouldBe([numbers[0]]);
        var wrong = await Should.ThrowAsync<RefusedException>(async () => await host.Filings.ListAsync(new ListFilingsRequest { HomeArea = "420300", Cursor = "garbage" }));
        wrong.Error.Code.ShouldBe("FIELD_INVALID");
    }

    [Fact]
    public async Task The_day_change_notes_what_has_run_out_and_leaves_the_rest()
    {
        await using var space = await Backing.SharedBacking.NewSpaceAsync();
        await using var host = await FilingHost.Start(space, "420000");
        var person = await host.Registered(50, "420100");
        FilingReply filed;
        using (host.As("420100")) filed = await host.Filings.ApplyAsync(FilingHost.Application(person, "420100", "310000", "run-out"));
        var lists = host.Get<FilingLists>();
        (await lists.RunOut(FilingHost.Clock.GetUtcNow(), 10)).ShouldBeEmpty();
        var job = new ExpiryList(lists, host.Get<IWriteDoor>(), host.Get<Policy.FilingPolicies>(), host.Get<Kernel.Places.NodeRegistry>(), host.Get<ServiceSettings>());
        var due = FilingHost.Clock.GetUtcNow().AddMonths(7);
        await job.Run(new JobRun("filing-expiry", "later", due, 1), CancellationToken.None);
        await job.Run(new JobRun("filing-expiry", "later", due, 2), CancellationToken.None);
        (await host.Get<IHistory>().Of($"filings/{person}")).Count(stored => stored.Fact is Filings.FilingExpired expired && expired.Number == filed.Number).ShouldBe(1);
        (await lists.RunOut(due, 10)).ShouldBeEmpty();
    }

    [Fact, Covers("FIL-038", "FIL-039")]
    public async Task A_filing_is_reported_upward_until_both_tiers_have_stored_it()
    {
        await using var nationSpace = await Backing.SharedBacking.NewSpaceAsync();
        await using var provinceSpace = await Backing.SharedBacking.NewSpaceAsync();
        await using var citySpace = await Backing.SharedBacking.NewSpaceAsync();
        await using var treatmentSpace = await Backing.SharedBacking.NewSpaceAsync();
        var certificates = new DevelopmentCertificates();
        EdgeSettings Edge(string neighbour, Backing.BackingSpace at, bool hosted) => new() { Neighbour = new(neighbour), Broker = at.Broker, Hosted = hosted };
        await using var city = await FilingHost.Start(citySpace, "630100", certificates, [Edge("630000", provinceSpace, false)]);
        var person = await city.Registered(1, "630100");
        FilingReply filing;
        using (city.As("630100"))
        {
            var application = FilingHost.Application(person, "630100", "110000", "up-1");
            filing = await city.Filings.ApplyAsync(application);
            filing = await city.Filings.HandleAsync(new HandleFilingRequest { Number = filing.Number, Approve = new ApproveStep() });
            filing.Status.ShouldBe("ACTIVE");
            // Nobody above has heard of it yet: it is on the list.
            (await city.Filings.ListAsync(new ListFilingsRequest { HomeArea = "630100", Status = "NOT_REPORTED" })).Filings.Count.ShouldBe(1);
        }

        await using var nation = await FilingHost.Start(nationSpace, "100000", certificates, [Edge("630000", nationSpace, true), Edge("110000", nationSpace, true)]);
        await using var treatment = await FilingHost.Start(treatmentSpace, "110000", certificates, [Edge("100000", nationSpace, false)]);
        await using var province = await FilingHost.Start(provinceSpace, "630000", certificates, [Edge("100000", nationSpace, false), Edge("630100", provinceSpace, true)]);
        await Until(async () =>
        {
            using var acting = city.As("630100");
            return (await city.Filings.GetAsync(new GetFilingRequest { Number = filing.Number })).ReportedTo.SequenceEqual(["100000", "630000"]);
        });
        foreach (var above in (FilingHost[])[province, nation])
            (await above.Filings.GetReportedAsync(new GetFilingRequest { Number = filing.Number })).Status.ShouldBe("ACTIVE");

        // And at the treatment place, for its agency and its institutions.
        await Until(async () => (await treatment.Get<IHistory>().Of($"filing-copy/{filing.Number}")).Count == 1);
        using (treatment.As("110000", Role.Institution))
            (await treatment.Filings.GetReportedAsync(new GetFilingRequest { Number = filing.Number })).Place.ShouldBe("110000");

        using (city.As("630100"))
        {
            (await city.Filings.ListAsync(new ListFilingsRequest { HomeArea = "630100", Status = "NOT_REPORTED" })).Filings.ShouldBeEmpty();
            await city.Filings.HandleAsync(new HandleFilingRequest { Number = filing.Number, Cancel = "REQUESTED" });
        }

        await Until(async () => (await nation.Filings.GetReportedAsync(new GetFilingRequest { Number = filing.Number })).Status == "CANCELLED");
        await Until(async () => (await treatment.Filings.GetReportedAsync(new GetFilingRequest { Number = filing.Number })).Status == "CANCELLED");
        // One record however often it came.
        (await nation.Get<IHistory>().Of($"filing-copy/{filing.Number}")).Count.ShouldBe(2);

        await Qualifications(person, city, [province, nation]);
        await Suspension(city, treatment);
    }

    // A chronic-disease qualification goes up like a filing, with every change of it.
    private static async Task Qualifications(PersonKey person, FilingHost city, FilingHost[] above)
    {
        var asked = new GetReportedChronicRequest { PersonKey = person.ToString(), HomeArea = "630100", DiseaseCode = "M01600" };
        async Task Change(Action<ChangeChronicRequest> with)
        {
            var request = new ChangeChronicRequest { PersonKey = person.ToString(), HomeArea = "630100" };
            with(request);
            using var acting = city.As("630100");
            await city.Filings.ChangeChronicAsync(request);
        }

        await Change(request => request.Qualify = new QualifyChronic { DiseaseCode = "M01600", From = "2024-01-01" });
        await Change(request => request.PickInstitution = "H11000000001");
        foreach (var node in above)
        {
            await Until(async () => (await node.Get<IWriteDoor>().Read(Replication.ChronicCopy.Stream(person, new("630100"), "M01600"))).Qualification?.Version == 2);
            (await node.Filings.GetReportedChronicAsync(asked)).PickedInstitutions.ShouldBe(["H11000000001"]);
        }

        await Change(request => request.Revoke = new RevokeChronic { DiseaseCode = "M01600", Reason = "抽查不符" });
        foreach (var node in above) await Until(async () => (await node.Filings.GetReportedChronicAsync(asked)).Revoked);
        // Qualified anew: nobody above takes it for the old one.
        await Change(request => request.Qualify = new QualifyChronic { DiseaseCode = "M01600", From = "2025-01-01" });
        foreach (var node in above) await Until(async () => await node.Filings.GetReportedChronicAsync(asked) is { Revoked: false, Version: 4 });
    }

    // A suspension at the treatment place reaches every possible home place: home asks it too.
    private static async Task Suspension(FilingHost city, FilingHost treatment)
    {
        var person = await city.Registered(2, "630100");
        using (city.As("630100"))
        {
            var filing = await city.Filings.ApplyAsync(FilingHost.Application(person, "630100", "110000", "suspension"));
            await city.Filings.HandleAsync(new HandleFilingRequest { Number = filing.Number, Approve = new ApproveStep() });
        }

        const string House = "H11000000009";
        var now = FilingHost.Clock.GetUtcNow();
        var desk = treatment.Get<InstitutionDesk>();
        using (treatment.As("110000"))
        {
            var clerk = new Actor("operator-1", Role.CityOperator, new("110000"));
            await desk.Do(new Institutions.ApplyInstitution(clerk, House, "示例医院", Contracts.Institutions.InstitutionKind.Hospital, "", new("110000"), "2", now));
            await desk.Do(new Institutions.SuspendInstitution(clerk, House, now.AddMinutes(-10), "违规", now));
        }

        CheckRequest Visit(DateTimeOffset admitted) => new()
        {
            PersonKey = person.ToString(), HomeArea = "630100", InsuranceType = "310", TreatmentArea = "110000", InstitutionCode = House, CareType = CareType.Inpatient,
            AdmittedAt = admitted.ToTimestamp(), AskedAt = FilingHost.Clock.GetUtcNow().ToTimestamp(), InpatientType = InpatientType.Ordinary,
        };
        await Until(async () => (await city.Settlement.CheckAsync(Visit(FilingHost.Clock.GetUtcNow()))).Code == "INSTITUTION_SUSPENDED");
        // Only that institution, and only while it lasts.
        using (treatment.As("110000"))
            await desk.Do(new Institutions.ResumeInstitution(new Actor("operator-1", Role.CityOperator, new("110000")), House, now.AddMinutes(-5), FilingHost.Clock.GetUtcNow()));
        await Until(async () => (await city.Settlement.CheckAsync(Visit(FilingHost.Clock.GetUtcNow()))).Eligible);
        var other = Visit(FilingHost.Clock.GetUtcNow());
        other.InstitutionCode = "H11000000010";
        (await city.Settlement.CheckAsync(other)).Eligible.ShouldBeTrue();
    }

    private static async Task Until(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await holds()) await Task.Delay(100, limit.Token);
    }
}
