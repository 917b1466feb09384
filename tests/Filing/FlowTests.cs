using Yibao.Contracts.Filings;
using Yibao.Filing.Filings;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;
using static Yibao.Filing.Tests.World;

namespace Yibao.Filing.Tests;

public sealed class FlowTests
{
    [Fact, Covers("FIL-015")]
    public void Online_applications_are_finished_within_two_working_days_or_the_breach_is_written_down()
    {
        var yichang = new World("420300");
        var person = yichang.Insured();
        var submitted = At("2023-09-28 16:00");
        var days = yichang.Policies.For(yichang.Home, submitted.BusinessDate()).OnlineHandlingWorkingDays.ShouldNotBeNull();
        var due = WorkingCalendar.Reference.Add(submitted.BusinessDate(), days);
        due.ShouldBe(Day("2023-10-08"));
        var application = yichang.Application(person, FilingCategory.StationedWorker, "310000", "2023-09-28 16:00") with { Channel = "EHUIBAN_APP", Due = due };
        yichang.Apply(application).ShouldBeAccepted();
        var facts = yichang.Handle(new ApproveFiling(yichang.Operator, person, application.Number, At("2023-10-09 09:00"))).ShouldBeAccepted();
        facts.OfType<FilingHandledLate>().Single().Due.ShouldBe(due);
        yichang.Ask(person, "310000", "2023-10-10").ShouldPass();

        var inTime = yichang.Application(yichang.Insured(), FilingCategory.StationedWorker, "310000", "2023-09-28 16:00") with { Due = due };
        yichang.Apply(inTime).ShouldBeAccepted();
        yichang.Handle(new ApproveFiling(yichang.Operator, inTime.Person, inTime.Number, At("2023-10-08 23:59"))).ShouldBeAccepted().OfType<FilingHandledLate>().ShouldBeEmpty();
    }

    [Fact, Covers("FIL-016")]
    public void Self_service_is_in_force_at_once_where_the_area_allows_it()
    {
        var wuhan = new World("420100");
        var person = wuhan.Insured();
        var application = wuhan.Application(person, FilingCategory.OtherTemporary, "310000", "2023-03-10 14:03:20") with { Channel = "NATIONAL_APP" };
        var approved = wuhan.Apply(application).ShouldBeAccepted().OfType<FilingApprovedInstantly>().Single();
        (approved.At, approved.Start).ShouldBe((At("2023-03-10 14:03:20"), At("2023-03-10 14:03:20")));
        wuhan.Ask(person, "310000", "2023-03-10 14:04").ShouldPass();

        var shiyan = new World("420300");
        var waiting = shiyan.Application(shiyan.Insured(), FilingCategory.OtherTemporary, "310000", "2023-03-10 14:03:20") with { Channel = "NATIONAL_APP" };
        shiyan.Apply(waiting).ShouldBeAccepted();
        shiyan.Find(waiting.Person, waiting.Number).Status.ShouldBe(FilingStatus.Submitted);
    }

    [Fact, Covers("FIL-046")]
    public void The_form_comes_before_the_approval_and_the_reports_after_it()
    {
        var yichang = new World("420300");
        var person = yichang.Insured();
        var filing = yichang.Filed(person, FilingCategory.StationedWorker, "310000", "2023-03-10 09:00");
        foreach (var tier in (string[])["420000", "100000"])
        {
            var note = new NoteForwarded(Kernel.Deciding.Actor.System(yichang.Home, "replication"), person, filing.Number, 1, new(tier), At("2023-03-10 09:00:01"));
            yichang.Handle(note).ShouldBeAccepted();
            yichang.Handle(note).ShouldBeRepeat();
        }

        var facts = yichang.Facts(person).Where(fact => fact is not (FilingReviewStarted or FilingTold)).ToList();
        facts.Select(fact => fact.GetType().Name).ShouldBe(["FilingApplied", "FilingFormGenerated", "FilingApproved", "FilingForwarded", "FilingForwarded"]);
        facts.OfType<FilingForwarded>().Select(fact => fact.Tier.Code).ShouldBe(["420000", "100000"]);

        // Emergencies are not applied for in Hubei.
        yichang.Apply(yichang.Application(person, FilingCategory.Emergency, "310000", "2023-03-10")).ShouldBeRefused(FilingErrors.CategoryUnknown);
    }

    [Fact]
    public void What_cannot_be_settled_directly_leaves_a_reason_for_the_manual_case()
    {
        ManualReimbursement.Of(InstitutionErrors.NotOpen.Code).ShouldBe("NON_NETWORK_INSTITUTION");
        ManualReimbursement.Of(FilingErrors.NoFiling.Code).ShouldBe("NOT_FILED");
        ManualReimbursement.Of(SystemErrors.Unavailable.Code).ShouldBe("OTHER_CAUSE");
    }

    [Theory]
    [InlineData("filing:\n  temporary: { validityMonth: 6 }", 7, "未知的政策参数")]
    [InlineData("filing:\n  temporary:\n    validityMonths: six", 8, "整数")]
    [InlineData("filing:\n  selfServiceInstant: [OTHER]", 7, "只能是")]
    [InlineData("filing:\n  materials:\n    REFERRED:\n      - { name: 证明, all: [BIRTH_CERTIFICATE] }", 9, "未知的材料")]
    [InlineData("outpatient:\n  maxInstitutions: 3", 7, "不得限制")]
    [InlineData("chronic:\n  diseases: [M01600]", 7, "须为键值")]
    [InlineData("filing: [", 6, "YAML")]
    public void A_wrong_figure_is_named_with_file_and_line(string text, int line, string words)
    {
        var error = Should.Throw<RefusedException>(() => Packs.With($"area: \"420500\"\nfrom: 2023-01-01\nextends: \"420000\"\ndocument: 测试\nmark: illustrative\n{text}\n")).Error;
        error.Details[0].ShouldBe("420500/filing-2023-01-01.yaml");
        int.Parse(error.Details[1], System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(line - 1, line + 1);
        error.Message.ShouldContain(words);
    }

    [Fact]
    public void Every_pooling_area_of_the_five_documents_has_its_pack()
    {
        var policies = Policy.FilingPolicies.Reference;
        var areas = policies.Files.Select(file => file.Area.Code).ToHashSet();
        string[] hubei = ["420100", "420200", "420300", "420500", "420600", "420700", "420800", "420900", "421000", "421100", "421200", "421300", "422800", "429004", "429005", "429006", "429021", "429900"];
        string[] qinghai = ["630100", "630200", "632200", "632300", "632500", "632600", "632700", "632800", "639900"];
        string[] others = ["440100", "440200", "441500", "442000", "520000", "520100", "410200"];
        ((string[])[.. hubei, .. qinghai, .. others]).ShouldAllBe(area => areas.Contains(area));
        foreach (var place in Kernel.Places.NodeRegistry.Reference.Latest.Places.Where(place => place.IsPoolingArea))
            policies.For(place.Code, Day("2024-06-01")).Categories.Count.ShouldBeGreaterThan(0);
    }
}
