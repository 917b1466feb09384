using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Yibao.Contracts.Settlement.V1;
using Yibao.Hosting.Grpc;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.Details;
using static Yibao.Settlement.Tests.After.Land;
using Insurance = Yibao.Contracts.Settlements.InsuranceType;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.Settlement.Tests.After;

internal static class Refusals
{
    /// <summary>The catalogue's code of a refused call.</summary>
    public static string Code(this RpcException failure) => ErrorStatus.FromRpc(failure)?.Code ?? failure.StatusCode.ToString();

    public static async Task<string> CodeOf<T>(AsyncUnaryCall<T> call) => (await Should.ThrowAsync<RpcException>(async () => await call)).Code();
}

/// <summary>A visit that could not be settled directly: reported, reimbursed online, and paid once however it is asked for.</summary>
[Collection(nameof(Land))]
public sealed class ReimbursedByHand(Land land)
{
    [Fact, Covers("SET-021")]
    public async Task A_fault_in_March_is_reimbursed_in_April_from_the_uploaded_details_by_home_rules()
    {
        var visit = National(Beijing, await Undirect(Beijing, Yichang, 12, 10_000m, Person(), "2023-03-10 15:00"));
        using var april = land.At(On("2023-04-02 10:00"));
        var operators = land.Manual(Yichang, "maker");

        var opened = await operators.OpenAsync(Case(visit));

        (opened.Reason, opened.FaultAt.ToDateTimeOffset(), opened.OpenedAt.ToDateTimeOffset(), opened.Lines, opened.TotalFen).ShouldBe(("NETWORK", On("2023-03-10 15:00"), On("2023-04-02 10:00"), 12, 10_000_00));
        await operators.CalculateAsync(Case(visit));
        var paid = await land.Manual(Yichang, "checker").PayAsync(Case(visit));
        // Home rules: (10,000.00 − 900.00) × 80 %.
        (paid.State, paid.Figures.FundTotalFen, paid.Figures.CashFen).ShouldBe((ManualCaseState.Paid, 7_280_00, 2_720_00));
        paid.PolicyVersion.ShouldBe("test");
        paid.Explanation.Lines.ShouldNotBeEmpty();
    }

    [Fact, Covers("INS-015")]
    public async Task An_outage_at_discharge_marks_the_visit_and_its_details_are_readable_at_home_the_next_day()
    {
        var own = await land.Admit(Beijing, Yichang, Person(), Lines(3, 1_500m));
        var (visit, his) = (National(Beijing, own), land.His(Beijing));
        (await his.GetVisitAsync(Asked(own))).Mark.ShouldBeEmpty();
        await land.Stop(Nation);
        try
        {
            (await Refusals.CodeOf(his.PreSettleAsync(land.Settle(Beijing, own)))).ShouldBeOneOf("SERVICE_UNAVAILABLE", "OUTCOME_UNKNOWN", "NODE_UNREACHABLE");
            var report = Report(own, On("2023-03-10 12:00"));
            report.FaultCode = "SYSTEM";
            (await land.Undirect(Beijing).ReportAsync(report)).DetailsStatus.ShouldBe(nameof(DetailsStatus.DetailsPending));
            var marked = await his.GetVisitAsync(Asked(own));
            (marked.Mark, marked.UndirectReason).ShouldBe(("UNDIRECT", "SYSTEM"));
            (await Held()).ShouldBeNull();
        }
        finally
        {
            await land.Start(Nation);
        }

        using var nextDay = land.At(On("2023-03-11 02:00"));
        await land.Get<DetailsDesk>(Capital).UploadPending(Actor.System(Capital, "job:inpatient-details-upload"), "test");
        await Until(async () => await Held() is not null, "the details did not reach the home place");

        var entry = (await Held())!;
        (entry.Lines, entry.TotalFen, entry.Kind).ShouldBe((3, 150_000L, "Undirect"));
        using var lines = land.Details(Yichang).Download(new QueryDetailsRequest { HomeArea = Yichang, Month = "2023-03", TreatmentArea = Beijing, Kind = "Undirect" });
        var read = 0;
        while (await lines.ResponseStream.MoveNext(TestContext.Current.CancellationToken)) read += lines.ResponseStream.Current.Reference == Contracts.Settlements.FeeDetails.ReferenceOf(visit) ? 1 : 0;
        read.ShouldBe(3);
        // Manual reimbursement starts from them, and another city reads nothing of it.
        (await land.Manual(Yichang, "maker").OpenAsync(Case(visit))).Reason.ShouldBe("SYSTEM");
        (await Refusals.CodeOf(land.Details(Xiangyang).QueryAsync(new QueryDetailsRequest { HomeArea = Yichang, Month = "2023-03" }))).ShouldBe("OUT_OF_REGION");

        static VisitRequest Asked(string visit) => new() { InstitutionCode = Hospital(Beijing), VisitId = visit };

        async Task<HeldDetailsEntry?> Held() => (await land.Details(Yichang).QueryAsync(new QueryDetailsRequest { HomeArea = Yichang, Month = "2023-03", TreatmentArea = Beijing, Kind = "Undirect", Limit = 500 })).Entries
            .SingleOrDefault(entry => entry.VisitId == visit);
    }

    [Fact, Covers("SET-022")]
    public async Task Ninety_six_uploaded_lines_are_computed_without_retyping_and_the_visit_is_spent()
    {
        var person = Person();
        var own = await Undirect(Beijing, Yichang, 96, 6_287.50m, person);
        var visit = National(Beijing, own);
        var operators = land.Manual(Yichang, "maker");
        (await operators.OpenAsync(Case(visit))).Lines.ShouldBe(96);

        (await operators.CalculateAsync(Case(visit))).Figures.FundTotalFen.ShouldBe(4_310_00);
        (await land.Manual(Yichang, "checker").PayAsync(Case(visit))).Figures.FundTotalFen.ShouldBe(4_310_00);

        var direct = await land.His(Beijing).SettleAsync(land.Settle(Beijing, own));
        (direct.State, direct.RefusalCode).ShouldBe((SettlementState.Refused, "ALREADY_REIMBURSED"));
        // The refusal is the stored outcome of that id, and a trial says the same.
        (await land.His(Beijing).SettleAsync(land.Settle(Beijing, own))).RefusalCode.ShouldBe("ALREADY_REIMBURSED");
        (await Refusals.CodeOf(land.His(Beijing).PreSettleAsync(land.Settle(Beijing, own)))).ShouldBe("ALREADY_REIMBURSED");
        (await Year(person)).Live.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Settled_directly_after_all_it_is_not_reimbursed()
    {
        var own = await Undirect(Beijing, Yichang, 3, 5_000m, Person());
        var visit = National(Beijing, own);
        var operators = land.Manual(Yichang, "maker");
        await operators.OpenAsync(Case(visit));
        await operators.CalculateAsync(Case(visit));
        (await land.His(Beijing).SettleAsync(land.Settle(Beijing, own))).State.ShouldBe(SettlementState.Granted);

        (await Refusals.CodeOf(land.Manual(Yichang, "checker").PayAsync(Case(visit)))).ShouldBe("VISIT_SETTLED_DIRECTLY");

        // Given back, the way is open again; what was calculated before has nothing of the year in between to change it.
        await land.His(Beijing).RefundAsync(new WithdrawRequest { InstitutionCode = Hospital(Beijing), SettlementId = "s-" + own, NegativeId = "r-" + own });
        (await land.Manual(Yichang, "checker").PayAsync(Case(visit))).State.ShouldBe(ManualCaseState.Paid);
    }

    [Fact]
    public async Task Asked_for_directly_and_by_hand_at_once_exactly_one_is_paid()
    {
        for (var round = 0; round < 8; round++)
        {
            var person = Person();
            var own = await Undirect(Beijing, Yichang, 2, 2_000m, person);
            var visit = National(Beijing, own);
            await land.Manual(Yichang, "maker").OpenAsync(Case(visit));
            await land.Manual(Yichang, "maker").CalculateAsync(Case(visit));
            var (his, checker) = (land.His(Beijing), land.Manual(Yichang, "checker"));

            var direct = his.SettleAsync(land.Settle(Beijing, own)).ResponseAsync;
            var manual = Task.Run(async () =>
            {
                try
                {
                    return (await checker.PayAsync(Case(visit))).State.ToString();
                }
                catch (RpcException refused)
                {
                    return refused.Code();
                }
            });
            var (settled, paid) = (await direct, await manual);

            (settled.State == SettlementState.Granted).ShouldBe(paid == "VISIT_SETTLED_DIRECTLY", $"{settled.State} {settled.RefusalCode} / {paid}");
            (settled.RefusalCode == "ALREADY_REIMBURSED").ShouldBe(paid == nameof(ManualCaseState.Paid));
            (await Year(person)).Live.Count.ShouldBe(1);
        }
    }

    [Fact]
    public async Task Whoever_calculated_does_not_pay_and_a_repeat_pays_nothing_twice()
    {
        var person = Person();
        var visit = National(Beijing, await Undirect(Beijing, Yichang, 2, 2_000m, person));
        var (maker, checker) = (land.Manual(Yichang, "maker"), land.Manual(Yichang, "checker"));
        await maker.OpenAsync(Case(visit));
        (await Refusals.CodeOf(checker.PayAsync(Case(visit)))).ShouldBe("MANUAL_NOT_CALCULATED");
        await maker.CalculateAsync(Case(visit));
        (await Refusals.CodeOf(maker.PayAsync(Case(visit)))).ShouldBe("SECOND_PERSON_NEEDED");

        var first = await checker.PayAsync(Case(visit));
        var second = await checker.PayAsync(Case(visit));

        second.ShouldBe(first);
        (await Year(person)).Drawn.Count.ShouldBe(1);
        (await Refusals.CodeOf(maker.CalculateAsync(Case(visit)))).ShouldBe("MANUAL_CASE_PAID");
    }

    [Fact]
    public async Task Two_visits_of_one_person_draw_on_one_year()
    {
        var person = Person();
        var (one, two) = (National(Beijing, await Undirect(Beijing, Yichang, 2, 2_000m, person)), National(Beijing, await Undirect(Beijing, Yichang, 2, 3_000m, person)));
        var (maker, checker) = (land.Manual(Yichang, "maker"), land.Manual(Yichang, "checker"));
        foreach (var visit in new[] { one, two })
        {
            await maker.OpenAsync(Case(visit));
            await maker.CalculateAsync(Case(visit));
        }

        await checker.PayAsync(Case(one));
        await checker.PayAsync(Case(two));

        var year = await Year(person);
        year.Live.Count.ShouldBe(2);
        year.Accumulators.Admissions.ShouldBe(2);
        year.Accumulators.Of(Counters.AnnualCap).ShouldBe(Money.Yuan(880 + 1_680));
    }

    [Fact]
    public async Task Revoked_with_a_reason_the_year_is_as_it_was_and_the_visit_may_be_paid_otherwise()
    {
        var person = Person();
        var own = await Undirect(Beijing, Yichang, 2, 2_000m, person);
        var visit = National(Beijing, own);
        await land.Manual(Yichang, "maker").OpenAsync(Case(visit));
        await land.Manual(Yichang, "maker").CalculateAsync(Case(visit));
        await land.Manual(Yichang, "checker").PayAsync(Case(visit));
        (await Refusals.CodeOf(land.Manual(Yichang, "checker").RevokeAsync(new RevokeManualRequest { VisitId = visit, Reason = "x" }))).ShouldBe("FORBIDDEN");
        var supervisor = land.Manual(Yichang, "boss", Role.Supervisor);
        (await Refusals.CodeOf(supervisor.RevokeAsync(new RevokeManualRequest { VisitId = visit }))).ShouldBe("REASON_NEEDED");

        await supervisor.RevokeAsync(new RevokeManualRequest { VisitId = visit, Reason = "重复受理" });
        await supervisor.RevokeAsync(new RevokeManualRequest { VisitId = visit, Reason = "重复受理" });

        (await Year(person)).Accumulators.ShouldBe(Accumulators.Empty);
        (await land.His(Beijing).SettleAsync(land.Settle(Beijing, own))).State.ShouldBe(SettlementState.Granted);
    }

    [Fact]
    public async Task Only_the_home_agency_reimburses_and_only_where_it_does_so_online()
    {
        var visit = National(Beijing, await Undirect(Beijing, Yichang, 2, 2_000m, Person()));
        (await Refusals.CodeOf(land.Manual(Xiangyang, "maker").OpenAsync(Case(visit)))).ShouldBe("OUT_OF_REGION");
        (await Refusals.CodeOf(land.Manual(Yichang, "auditor", Role.Auditor).OpenAsync(Case(visit)))).ShouldBe("FORBIDDEN");
        (await Refusals.CodeOf(land.Manual(Yichang, "maker").OpenAsync(Case(National(Beijing, "never"))))).ShouldBe("DETAILS_UNKNOWN");
        (await Refusals.CodeOf(land.Manual(Yichang, "maker").PayAsync(Case(visit)))).ShouldBe("MANUAL_CASE_UNKNOWN");
        (await Refusals.CodeOf(land.Manual(Yichang, "maker").OpenAsync(Case("no-colon")))).ShouldBe("FIELD_INVALID");

        var guizhou = National(Beijing, await Undirect(Beijing, Guiyang, 2, 2_000m, Person()));
        (await Refusals.CodeOf(land.Manual(Guiyang, "maker").OpenAsync(Case(guizhou)))).ShouldBe("ONLINE_MANUAL_NOT_ENABLED");
    }

    [Fact]
    public async Task A_report_is_complete_or_refused_and_what_was_reported_stays_as_it_is()
    {
        var own = await land.Admit(Beijing, Yichang, Person(), Lines(2, 200m));
        var his = land.Undirect(Beijing);
        var report = Report(own, On("2023-03-10 12:00"));
        (await Refusals.CodeOf(his.ReportAsync(With(report, r => r.FaultCode = "RAIN")))).ShouldBe("FAULT_UNKNOWN");
        (await Refusals.CodeOf(his.ReportAsync(With(report, r => r.Diagnoses.Clear())))).ShouldBe("DIAGNOSES_INVALID");
        (await Refusals.CodeOf(his.ReportAsync(With(report, r => r.Diagnoses.Add(new DiagnosisEntry { Code = "I10", Name = "高血压", Main = true }))))).ShouldBe("DIAGNOSES_INVALID");
        (await Refusals.CodeOf(his.ReportAsync(With(report, r => r.FaultAt = On("2024-01-01").ToTimestamp())))).ShouldBe("FIELD_INVALID");
        (await Refusals.CodeOf(his.ReportAsync(With(report, r => r.VisitId = "never")))).ShouldBe("VISIT_UNKNOWN");
        (await Refusals.CodeOf(his.ReportAsync(With(report, r => r.InstitutionCode = Hospital(Wuhan))))).ShouldBe("OUT_OF_REGION");

        var first = await his.ReportAsync(report);
        (await his.ReportAsync(report)).Lines.ShouldBe(first.Lines);
        (await Refusals.CodeOf(his.ReportAsync(With(report, r => r.FaultCode = "SYSTEM")))).ShouldBe("UNDIRECT_DIFFERS");
        (await Refusals.CodeOf(land.His(Beijing).UploadFeesAsync(new UploadFeesRequest
        {
            InstitutionCode = Hospital(Beijing), VisitId = own, Lines = { new FeeLine { Serial = "9", Code = "A", Price = "1", Count = "1", AmountFen = 100, Date = "2023-03-05" } },
        }))).ShouldBe("VISIT_ENDED");
    }

    [Fact]
    public async Task A_settled_visit_is_no_undirect_one()
    {
        var own = await land.Admit(Beijing, Yichang, Person(), Lines(1, 1_000m));
        await land.His(Beijing).SettleAsync(land.Settle(Beijing, own));

        (await Refusals.CodeOf(land.Undirect(Beijing).ReportAsync(Report(own, On("2023-03-10 12:00"))))).ShouldBe("VISIT_HAS_SETTLEMENT");
    }

    private async Task<string> Undirect(string treatment, string home, int lines, decimal total, PersonKey person, string fault = "2023-03-10 12:00")
    {
        var own = await land.Admit(treatment, home, person, Lines(lines, total));
        var answer = await land.Undirect(treatment).ReportAsync(Report(own, On(fault)));
        (answer.Lines, answer.TotalFen).ShouldBe((lines, Money.Yuan(total).Fen));
        var reference = Contracts.Settlements.FeeDetails.ReferenceOf(National(treatment, own));
        await Until(async () => (await land.Get<IWriteDoor>(HostOf(home)).Read(HeldDetails.Stream(reference))).CompleteAt is not null, "the details did not reach the home place");
        return own;
    }

    private static ReportUndirectRequest Report(string own, DateTimeOffset fault) => new()
    {
        InstitutionCode = Hospital(Beijing), VisitId = own, FaultCode = "NETWORK", FaultAt = fault.ToTimestamp(), CareUntil = On("2023-03-10 11:00").ToTimestamp(),
        Diagnoses = { new DiagnosisEntry { Code = "J18.900", Name = "肺炎", Main = true }, new DiagnosisEntry { Code = "E11.900", Name = "2型糖尿病" } },
    };

    private static ReportUndirectRequest With(ReportUndirectRequest report, Action<ReportUndirectRequest> change)
    {
        var other = report.Clone();
        change(other);
        return other;
    }

    private Task<BenefitYear> Year(PersonKey person) => land.Get<IWriteDoor>(Hubei).Read(BenefitYear.Stream(new(Yichang), person.ToString(), Insurance.Employee, 2023));

    private static ManualCaseRequest Case(string visit) => new() { VisitId = visit };

    private static string National(string treatment, string own) => $"{Hospital(treatment)}:{own}";
}
