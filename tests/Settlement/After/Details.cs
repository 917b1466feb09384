using System.Net;
using Yibao.Contracts.Settlement.V1;
using Yibao.Hosting;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Details;
using static Yibao.Settlement.Tests.After.Land;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.Settlement.Tests.After;

/// <summary>Fee details after the settlement, through the doors of running nodes.</summary>
[Collection(nameof(Land))]
public sealed class DetailsAfterwards(Land land)
{
    [Fact, Covers("SET-011")]
    public async Task A_stay_across_provinces_is_due_after_three_days_and_overdue_on_the_fourth()
    {
        var id = await SettledStay(Wuhan, Guiyang, 3);
        var operators = land.Details(Wuhan);
        // Settled 2023-03-10 15:00: due by the end of 2023-03-13.
        var duty = (await operators.ListDutiesAsync(new ListDutiesRequest { TreatmentArea = Wuhan, Limit = 500 })).Duties.Single(entry => entry.Reference == id);
        (duty.Date, duty.DueOn, duty.Status, duty.OverdueSince).ShouldBe(("2023-03-10", "2023-03-13", "DetailsPending", ""));

        // The nation takes nothing, so nobody says that it has them.
        await land.Stop(Nation);
        try
        {
            await operators.UploadAsync(new UploadDetailsRequest { Reference = id });
            await Overdue("2023-03-13");
            (await Listed(operators, id)).ShouldBeFalse();
            await Overdue("2023-03-14");

            (await Listed(operators, id)).ShouldBeTrue();
            (await Duty(id)).OverdueSince.ShouldBe(new DateOnly(2023, 3, 14));
            // Run again for the same day it lists nothing twice.
            await Overdue("2023-03-14");
        }
        finally
        {
            await land.Start(Nation);
        }

        // Late, but there: it leaves the list.
        await Uploaded(id);
        (await Listed(operators, id)).ShouldBeFalse();
        (await land.Get<IHistory>(Hubei).Of(DetailDuty.Stream(id).Id)).Count(stored => stored.Fact is DetailsListedOverdue).ShouldBe(1);
    }

    [Fact, Covers("SET-012")]
    public async Task Guizhous_stay_is_valid_without_details_and_goes_from_pending_to_uploaded()
    {
        var id = await SettledStay(Guiyang, Yichang, 4);
        var operators = land.Details("520000", Role.ProvinceOperator);
        var duty = (await operators.ListDutiesAsync(new ListDutiesRequest { TreatmentArea = "520000", Status = "DetailsPending", Limit = 500 })).Duties.Single(entry => entry.Reference == id);
        duty.DueOn.ShouldBeEmpty();
        // Missing details are listed, and never overdue.
        (await land.Get<DetailsTables>(Guizhou).Overdue(new DateOnly(2030, 1, 1), 500)).ShouldNotContain(id);

        await land.Get<DetailsDesk>(Guizhou).UploadPending(Actor.System(Guizhou, "test"), "test");

        await Uploaded(id, Guizhou);
        var facts = (await land.Get<IHistory>(Guizhou).Of(DetailDuty.Stream(id).Id)).Select(stored => stored.Fact).ToList();
        facts[0].ShouldBeOfType<DetailsPending>();
        facts.ShouldContain(fact => fact is DetailsUploaded);
        (await operators.ListDutiesAsync(new ListDutiesRequest { TreatmentArea = "520000", Status = "DetailsUploaded", Limit = 500 })).Duties.ShouldContain(entry => entry.Reference == id);
    }

    [Fact, Covers("SET-013")]
    public async Task The_home_city_downloads_the_lines_of_its_own_persons_and_no_others()
    {
        // 420500's person and 420600's person, both treated at 110000 in February.
        using var february = land.At(On("2023-02-14 15:00"));
        var (own, other) = (await SettledStay(Beijing, Yichang, 1_203), await SettledStay(Beijing, Xiangyang, 5));
        foreach (var id in new[] { own, other })
        {
            await land.Details(Beijing, Role.ProvinceOperator).UploadAsync(new UploadDetailsRequest { Reference = id });
            await Uploaded(id, Capital);
            await Until(async () => (await land.Get<IWriteDoor>(Hubei).Read(HeldDetails.Stream(id))).CompleteAt is not null, "the details did not reach the home place");
        }

        using var yichang = land.Json(Yichang);
        var file = await yichang.GetStringAsync(new Uri($"/details/file?home_area={Yichang}&month=2023-02&treatment_area={Beijing}", UriKind.Relative));
        var rows = file.TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        rows[0].ShouldBe(DetailFile.Header);
        rows.Skip(1).Count(row => row.StartsWith(own, StringComparison.Ordinal)).ShouldBe(1_203);
        rows.ShouldNotContain(row => row.StartsWith(other, StringComparison.Ordinal));
        rows.Skip(1).ShouldAllBe(row => row.Contains($",{Beijing},{Yichang},", StringComparison.Ordinal));
        // The gRPC stream is the same, line by line.
        var streamed = 0;
        using var call = land.Details(Yichang).Download(new QueryDetailsRequest { HomeArea = Yichang, Month = "2023-02", TreatmentArea = Beijing });
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken)) streamed += call.ResponseStream.Current.Reference == own ? 1 : 0;
        streamed.ShouldBe(1_203);
        var entry = (await land.Details(Yichang).QueryAsync(new QueryDetailsRequest { HomeArea = Yichang, Month = "2023-02", Limit = 500 })).Entries.Single(held => held.Reference == own);
        (entry.Lines, entry.TotalFen).ShouldBe((1_203, 20_000_00));

        // Another city is not let in; March holds nothing; a month must be one.
        using var xiangyang = land.Json(Xiangyang);
        (await xiangyang.GetAsync(new Uri($"/details/file?home_area={Yichang}&month=2023-02", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await yichang.GetStringAsync(new Uri($"/details/file?home_area={Yichang}&month=2019-03", UriKind.Relative))).TrimStart('\uFEFF').ShouldBe(DetailFile.Header + "\r\n");
        (await yichang.GetAsync(new Uri($"/details/file?home_area={Yichang}&month=spring", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Uploaded_twice_the_nation_holds_every_line_once()
    {
        var id = await SettledStay(Wuhan, Guiyang, 2_500);
        var operators = land.Details(Wuhan);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ => await operators.UploadAsync(new UploadDetailsRequest { Reference = id })));
        await Uploaded(id);
        await operators.UploadAsync(new UploadDetailsRequest { Reference = id });

        var held = await land.Get<IWriteDoor>(Nation).Read(HeldDetails.Stream(id));
        (held.Lines, held.Parts, held.Here.Count, held.Total).ShouldBe((2_500, 3, 3, Kernel.Money.Yuan(20_000)));
        await Until(async () => (await Duty(id)).ReachedHome, "home did not say that it has them");
        (await land.Get<DetailLines>(Guizhou).Of(id)).Lines.Select(line => line.Serial).Distinct().Count().ShouldBe(2_500);
    }

    [Fact]
    public async Task While_the_nation_is_away_the_duty_stands_and_afterwards_it_is_fulfilled()
    {
        var id = await SettledStay(Wuhan, Guiyang, 2);
        await land.Stop(Nation);
        try
        {
            // The broker of the edge keeps what nobody takes.
            await land.Details(Wuhan).UploadAsync(new UploadDetailsRequest { Reference = id });
            (await Duty(id)).Status.ShouldBe(DetailsStatus.DetailsPending);
        }
        finally
        {
            await land.Start(Nation);
        }

        await Uploaded(id);
    }

    [Fact]
    public async Task What_was_taken_back_before_it_was_sent_is_owed_no_more()
    {
        var id = await SettledStay(Wuhan, Guiyang, 2);
        await land.His(Wuhan).RefundAsync(new WithdrawRequest { InstitutionCode = Hospital(Wuhan), SettlementId = id.Split(':')[1], NegativeId = id.Split(':')[1] + "-r" });

        await Until(async () => (await Duty(id)).Status == DetailsStatus.Dropped, "the duty stands");

        (await Should.ThrowAsync<Grpc.Core.RpcException>(async () => await land.Details(Wuhan).UploadAsync(new UploadDetailsRequest { Reference = id }))).Code().ShouldBe("DETAILS_NOT_OWED");
    }

    [Fact]
    public async Task Outpatients_and_stays_inside_the_province_owe_nothing_and_other_agencies_see_nothing()
    {
        var outpatient = await Settled(Wuhan, Guiyang, 1, "11");
        var inside = await Settled(Wuhan, Yichang, 2, "21");
        // The same queue brings both and a stay that does owe: when that one is there, the others have been looked at.
        var stay = await SettledStay(Wuhan, Guiyang, 1);
        foreach (var id in new[] { outpatient, inside }) (await Duty(id)).Status.ShouldBe(DetailsStatus.None);
        (await Should.ThrowAsync<Grpc.Core.RpcException>(async () => await land.Details(Yichang).UploadAsync(new UploadDetailsRequest { Reference = stay }))).Code().ShouldBe("OUT_OF_REGION");
        (await Should.ThrowAsync<Grpc.Core.RpcException>(async () => await land.Details(Yichang).ListDutiesAsync(new ListDutiesRequest { TreatmentArea = Wuhan }))).Code().ShouldBe("OUT_OF_REGION");
        (await Should.ThrowAsync<Grpc.Core.RpcException>(async () => await land.Details(Wuhan, Role.Auditor).UploadAsync(new UploadDetailsRequest { Reference = stay }))).Code().ShouldBe("FORBIDDEN");
    }

    private async Task<string> SettledStay(string treatment, string home, int lines)
    {
        var id = await Settled(treatment, home, lines, "21");
        await Until(async () => (await Duty(id, HostOf(treatment))).Status == DetailsStatus.DetailsPending, "nothing is owed");
        return id;
    }

    private async Task<string> Settled(string treatment, string home, int lines, string careType)
    {
        var visit = await land.Admit(treatment, home, Person(), Lines(lines, 20_000m), careType);
        var settled = await land.His(treatment).SettleAsync(land.Settle(treatment, visit));
        settled.State.ShouldBe(SettlementState.Granted);
        return settled.NationalId;
    }

    private async Task Overdue(string day)
    {
        using var at = land.At(On(day + " 00:10"));
        await land.Get<DetailsDesk>(Hubei).ListOverdue(DateOnly.ParseExact(day, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), Actor.System(Hubei, "job:inpatient-details-overdue"), day);
    }

    private static async Task<bool> Listed(FeeDetails.FeeDetailsClient operators, string id) =>
        (await operators.ListDutiesAsync(new ListDutiesRequest { TreatmentArea = Wuhan, OverdueOnly = true, Limit = 500 })).Duties.Any(entry => entry.Reference == id);

    private Task<DetailDuty> Duty(string id, Kernel.Places.AdminDivision? node = null) => land.Get<IWriteDoor>(node ?? Hubei).Read(DetailDuty.Stream(id));

    private Task Uploaded(string id, Kernel.Places.AdminDivision? node = null) => Until(async () => (await Duty(id, node)).Status == DetailsStatus.DetailsUploaded, "the nation did not say that it has them");
}
