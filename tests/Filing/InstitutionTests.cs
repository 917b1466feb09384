using Yibao.Contracts.Filings;
using Yibao.Contracts.Institutions;
using Yibao.Filing.Chronic;
using Yibao.Filing.Institutions;
using Yibao.Filing.Policy;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using static Yibao.Filing.Tests.World;

namespace Yibao.Filing.Tests;

public sealed class InstitutionTests
{
    /// <summary>One institution of one city, with its agency, its province and the nation.</summary>
    private sealed class House(string city, string code = "H1")
    {
        private readonly NodeMap _places = NodeRegistry.Reference.Latest;

        public MemoryDoor Door { get; } = new();

        public AdminDivision City { get; } = new(city);

        public Actor Agency => new("agency", Role.CityOperator, City);

        public Actor Province => new("province", Role.ProvinceOperator, _places.ProvinceOf(City).Code);

        public Actor Nation => new("nation", Role.NationalOperator, AdminDivision.National);

        public Actor Itself => new("his", Role.Institution, City, code);

        public FilingPolicy Policy(string day) => FilingPolicies.Reference.For(City, Day(day));

        public Decision Do(InstitutionCommand command, string? day = null)
        {
            var stream = Institution.Stream(command.Code);
            var policy = FilingPolicies.Reference.For(City, day is null ? command.At.BusinessDate() : Day(day)).Institutions;
            return Door.Execute(new Command(command.Actor, "test", [stream], states =>
                InstitutionDecider.Decide(command, states.Of(stream), policy, WorkingCalendar.Reference, _places))).GetAwaiter().GetResult().Decision;
        }

        public Institution State => Door.Read(Institution.Stream(code)).GetAwaiter().GetResult();

        public InstitutionReplicated Copy => State.Replica(Policy("2023-01-01").Institutions.PublicationRequired);

        public House Admitted(string at, string ownership = "公立", InstitutionKind kind = InstitutionKind.Hospital)
        {
            var then = At(at);
            Do(new ApplyInstitution(Itself, code, "示例医院", kind, ownership, City, "三级", then)).ShouldBeAccepted();
            Do(new AcceptInstitution(Agency, code, then)).ShouldBeAccepted();
            Do(new EvaluateInstitution(Agency, code, true, then)).ShouldBeAccepted();
            Do(new AnnounceInstitution(Agency, code, Day(at[..10]), Day(at[..10]).AddDays(7), then)).ShouldBeAccepted();
            Do(new SignAgreement(Agency, code, new Agreement("v1", Day(at[..10]), null, ["审核", "支付", "违约", "考核"]), then)).ShouldBeAccepted();
            return this;
        }

        public House Open(Scope scope, CareType care, string from)
        {
            Do(new OpenService(Agency, code, scope, care, Day(from), false, At(from))).ShouldBeAccepted();
            return this;
        }
    }

    [Fact, Covers("INS-001")]
    public void Ownership_is_recorded_and_decides_nothing()
    {
        var hospital = new House("420100").Admitted("2023-01-05", "公立").Open(Scope.CrossProvince, CareType.Inpatient, "2023-02-01");
        var clinic = new House("420100").Admitted("2023-01-05", "民营").Open(Scope.CrossProvince, CareType.Inpatient, "2023-02-01");
        hospital.Door.Facts("institution/H1").Select(f => f.Fact.GetType()).ShouldBe(clinic.Door.Facts("institution/H1").Select(f => f.Fact.GetType()));
        clinic.State.Application!.Ownership.ShouldBe("民营");
        clinic.Copy.Refuses(Scope.CrossProvince, CareType.Inpatient, At("2023-02-02")).ShouldBeNull();
    }

    [Fact, Covers("INS-002")]
    public void Step_by_step_and_never_open_before_the_agreement()
    {
        var house = new House("420100");
        var at = At("2023-01-05");
        house.Do(new ApplyInstitution(house.Itself, "H1", "示例医院", InstitutionKind.Hospital, "公立", house.City, "三级", at)).ShouldBeAccepted();
        house.Do(new OpenService(house.Agency, "H1", Scope.CrossProvince, CareType.Inpatient, Day("2023-02-01"), false, at)).ShouldBeRefused(InstitutionErrors.AgreementMissing);
        house.Do(new AnnounceInstitution(house.Agency, "H1", Day("2023-01-06"), Day("2023-01-13"), at)).ShouldBeRefused(InstitutionErrors.StepOutOfOrder);
        house.Do(new AcceptInstitution(house.Itself, "H1", at)).ShouldBeRefused(InstitutionErrors.WrongAgency);

        var open = new House("420100").Admitted("2023-01-05").Open(Scope.CrossProvince, CareType.Inpatient, "2023-02-01");
        InstitutionLists.ToReport([open.State]).ShouldBe(["H1"]);
        open.Do(new ReportToProvince(open.Agency, "H1", At("2023-02-03"))).ShouldBeAccepted();
        open.Do(new ReportToProvince(open.Agency, "H1", At("2023-02-04"))).ShouldBeRepeat();
        InstitutionLists.ToReport([open.State]).ShouldBeEmpty();
    }

    [Fact, Covers("INS-003")]
    public void In_Qinghai_only_published_institutions_settle_across_provinces()
    {
        var house = new House("632800").Admitted("2020-12-05").Open(Scope.CrossProvince, CareType.GeneralOutpatient, "2020-12-10");
        house.Do(new DecideCrossProvince(house.Province, "H1", At("2020-12-11"))).ShouldBeRefused(InstitutionErrors.StepOutOfOrder);
        house.Do(new SelectForCrossProvince(house.Agency, "H1", At("2020-12-11"))).ShouldBeAccepted();
        house.Do(new PublishInstitution(house.Nation, "H1", At("2020-12-20"), At("2020-12-12"))).ShouldBeRefused(InstitutionErrors.StepOutOfOrder);
        house.Do(new DecideCrossProvince(house.Province, "H1", At("2020-12-12"))).ShouldBeAccepted();
        house.Copy.Refuses(Scope.CrossProvince, CareType.GeneralOutpatient, At("2020-12-15")).ShouldBe(InstitutionErrors.NotPublished.With("H1"));
        house.Do(new PublishInstitution(house.Province, "H1", At("2020-12-20"), At("2020-12-18"))).ShouldBeRefused(InstitutionErrors.WrongAgency);
        house.Do(new PublishInstitution(house.Nation, "H1", At("2020-12-20"), At("2020-12-18"))).ShouldBeAccepted();
        house.Copy.Refuses(Scope.CrossProvince, CareType.GeneralOutpatient, At("2020-12-20")).ShouldBeNull();
    }

    [Fact, Covers("INS-004")]
    public void In_Guizhou_the_province_decides_out_of_the_intra_province_list()
    {
        var house = new House("520100").Admitted("2019-03-05");
        house.Do(new DecideCrossProvince(house.Province, "H1", At("2019-04-01"))).ShouldBeRefused(InstitutionErrors.NotOnIntraProvinceList, "H1");
        house.Open(Scope.IntraProvince, CareType.Inpatient, "2019-04-02").Do(new DecideCrossProvince(house.Province, "H1", At("2019-04-03"))).ShouldBeAccepted();
    }

    [Fact, Covers("INS-005")]
    public void A_suspension_gates_new_visits_from_its_instant_and_is_reported()
    {
        var house = new House("632800").Admitted("2020-12-05").Open(Scope.IntraProvince, CareType.Inpatient, "2020-12-10");
        var suspend = new SuspendInstitution(house.Province, "H1", At("2021-05-10"), "违规", At("2021-05-09 15:00"));
        house.Do(suspend).ShouldBeAccepted();
        house.Do(suspend).ShouldBeRepeat();
        house.Copy.Refuses(Scope.IntraProvince, CareType.Inpatient, At("2021-05-10")).ShouldBe(InstitutionErrors.Suspended.With("H1", "2021-05-10 00:00"));
        house.Copy.Refuses(Scope.IntraProvince, CareType.Inpatient, At("2021-05-08 11:00")).ShouldBeNull();
        InstitutionLists.ToReportToNation([house.State]).ShouldBe([("H1", "中止")]);
        house.Do(new ReportChange(house.Province, "H1", "中止", At("2021-05-10"))).ShouldBeAccepted().OfType<InstitutionChangeReported>().Single().Change.ShouldBe("中止");
        InstitutionLists.ToReportToNation([house.State]).ShouldBeEmpty();
        house.Do(new ResumeInstitution(house.Province, "H1", At("2021-06-01"), At("2021-05-31"))).ShouldBeAccepted();
        house.Copy.Refuses(Scope.IntraProvince, CareType.Inpatient, At("2021-06-01")).ShouldBeNull();
    }

    [Fact, Covers("INS-006")]
    public void Changes_are_applied_for_within_thirty_working_days()
    {
        var house = new House("420100").Admitted("2023-01-05");
        ApplyChange On(string id, string at) => new(house.Itself, "H1", id, InstitutionAttribute.BankAccount, "账户乙", Day("2023-04-03"), At(at));
        var inTime = house.Do(On("c1", "2023-05-17 23:59")).ShouldBeAccepted().OfType<InstitutionChangeApplied>().Single();
        (inTime.Due, inTime.Late).ShouldBe((Day("2023-05-17"), false));
        house.Do(On("c2", "2023-05-18 00:00")).ShouldBeAccepted().OfType<InstitutionChangeApplied>().Single().Late.ShouldBeTrue();

        // Nobody is paid on an account that the agency has not confirmed.
        house.State.Attributes.ContainsKey(InstitutionAttribute.BankAccount).ShouldBeFalse();
        house.Do(new ConfirmInstitutionChange(house.Itself, "H1", "c1", At("2023-05-19"))).ShouldBeRefused(InstitutionErrors.WrongAgency);
        house.Do(new ConfirmInstitutionChange(house.Agency, "H1", "c1", At("2023-05-19"))).ShouldBeAccepted();
        house.State.Attributes[InstitutionAttribute.BankAccount].ShouldBe("账户乙");
        house.Do(new ConfirmInstitutionChange(house.Agency, "H1", "c9", At("2023-05-19"))).ShouldBeRefused(InstitutionErrors.ChangeNotFound);
    }

    [Fact, Covers("INS-007")]
    public void The_platform_is_maintained_within_five_working_days()
    {
        var house = new House("420100").Admitted("2023-01-05").Open(Scope.CrossProvince, CareType.Inpatient, "2023-02-01");
        house.Do(new SuspendInstitution(house.Agency, "H1", At("2023-04-03"), "协议中止", At("2023-04-03 10:00"))).ShouldBeAccepted();
        var task = house.State.Maintenance.Values.Single();
        task.Due.ShouldBe(Day("2023-04-11"));
        InstitutionLists.OverdueMaintenance([house.State], At("2023-04-11 23:59")).ShouldBeEmpty();
        InstitutionLists.OverdueMaintenance([house.State], At("2023-04-12")).ShouldBe([task]);
        house.Do(new FinishMaintenance(house.Agency, "H1", task.Task, At("2023-04-12 09:00"))).ShouldBeAccepted();
        InstitutionLists.OverdueMaintenance([house.State], At("2023-04-12 10:00")).ShouldBeEmpty();
    }

    [Fact, Covers("INS-014")]
    public void Details_of_what_was_not_settled_directly_are_owed_in_ten_working_days()
    {
        var house = new House("420100").Admitted("2023-01-05");
        var note = new NoteUndirectVisit(house.Itself, "H1", "V1", Day("2023-06-16"), "OTHER_CAUSE", At("2023-06-16 12:00"));
        house.Do(note).ShouldBeAccepted().OfType<UploadDutyArose>().Single().Due.ShouldBe(Day("2023-07-03"));
        house.Do(note).ShouldBeRepeat();
        InstitutionLists.Urging([house.State], At("2023-07-03 23:00")).ShouldBeEmpty();
        InstitutionLists.Urging([house.State], At("2023-07-04")).Single().Visit.ShouldBe("V1");
        house.Do(new UrgeUpload(house.Agency, "H1", "V1", At("2023-07-04 09:00"))).ShouldBeAccepted();
        house.Do(new MeetUploadDuty(house.Itself, "H1", "V1", At("2023-07-05"))).ShouldBeAccepted();
        house.Do(new MeetUploadDuty(house.Itself, "H1", "V1", At("2023-07-06"))).ShouldBeRepeat();
        InstitutionLists.Urging([house.State], At("2023-07-06")).ShouldBeEmpty();
    }

    [Fact, Covers("INS-017")]
    public void Internet_visits_need_an_opening_of_their_own()
    {
        var house = new House("440100").Admitted("2021-01-05").Open(Scope.IntraProvince, CareType.GeneralOutpatient, "2021-02-01");
        house.Copy.Refuses(Scope.IntraProvince, CareType.GeneralOutpatient, At("2021-03-01"), internet: true).ShouldBe(InstitutionErrors.InternetNotOpen.With("H1"));
        house.Do(new OpenService(house.Agency, "H1", Scope.IntraProvince, CareType.GeneralOutpatient, Day("2021-03-02"), true, At("2021-03-02"))).ShouldBeAccepted();
        house.Copy.Refuses(Scope.IntraProvince, CareType.GeneralOutpatient, At("2021-03-02"), internet: true).ShouldBeNull();
    }

    [Fact, Covers("INS-019")]
    public void Where_piloted_a_treatment_institution_recognises_and_the_agency_may_revoke()
    {
        var pilot = new World("440200", Packs.With(Packs.Shipped()["440200/filing-2021-01-01.yaml"] + "\nchronic: { recognitionByTreatmentInstitution: true }\n"));
        var person = pilot.Insured();
        var filing = pilot.Filed(person, FilingCategory.LongTermResident, "440100", "2021-02-01");
        var h1 = new Actor("his", Role.Institution, new("440100"), "H1");
        Decision Push(World world) => world.Chronic(person, (state, policy) => ChronicDecider.Qualify(person, h1, world.Home, "M01600", Day("2021-03-01"), null, "H1", At("2021-03-01"), state, policy), "2021-03-01");
        Push(pilot).ShouldBeAccepted().OfType<ChronicQualified>().Single().Source.ShouldBe("H1");
        pilot.Ask(person, "440100", "2021-03-02", care: CareType.ChronicOutpatient, disease: "M01600", institution: "H1").ShouldPass().Filing!.Number.ShouldBe(filing.Number);
        pilot.Chronic(person, (state, _) => ChronicDecider.Revoke(person, pilot.Operator, pilot.Home, "M01600", "抽查不符", At("2021-04-01"), state), "2021-04-01").ShouldBeAccepted();
        pilot.Ask(person, "440100", "2021-04-02", care: CareType.ChronicOutpatient, disease: "M01600", institution: "H1").ShouldFail(FilingErrors.ChronicNotQualified, "M01600");

        Push(new World("440200")).ShouldBeRefused(FilingErrors.RecognitionNotPiloted);
    }

    [Fact, Covers("INS-020")]
    public void Chronic_institutions_are_recognised_throughout_the_province()
    {
        var house = new House("420500").Admitted("2023-01-05").Open(Scope.IntraProvince, CareType.ChronicOutpatient, "2023-02-01");
        var xiaogan = new World("420900", Packs.With(Packs.Shipped()["420900/filing-2023-01-01.yaml"].Replace("maxInstitutions: 2", "maxInstitutions: null", StringComparison.Ordinal)));
        var person = xiaogan.Insured();
        xiaogan.Filed(person, FilingCategory.LongTermResident, "420500", "2023-02-01");
        xiaogan.Chronic(person, (state, policy) => ChronicDecider.Qualify(person, xiaogan.Operator, xiaogan.Home, "M01600", Day("2023-02-01"), null, null, At("2023-02-01"), state, policy), "2023-02-01").ShouldBeAccepted();
        xiaogan.Ask(person, "420500", "2023-03-01", care: CareType.ChronicOutpatient, disease: "M01600", institution: "H1").ShouldPass();
        house.Copy.Refuses(Scope.IntraProvince, CareType.ChronicOutpatient, At("2023-03-01")).ShouldBeNull();
        house.Door.Facts("institution/H1").ShouldAllBe(fact => fact.Actor.Node != xiaogan.Home);
        xiaogan.Policies.For(xiaogan.Home, Day("2023-03-01")).Institutions.ChronicMutualRecognition.ShouldBeTrue();
    }

    [Fact]
    public void Institutions_in_Wuhan_are_Wuhans_from_2023_on()
    {
        var house = new House("429900").Admitted("2022-01-05");
        house.Do(new MoveManagement(house.Province, "H1", new("420100"), Day("2023-01-01"), At("2022-12-29"))).ShouldBeAccepted();
        house.Copy.AreaOn(Day("2022-12-31")).ShouldBe(new AdminDivision("429900"));
        house.Copy.AreaOn(Day("2023-01-01")).ShouldBe(new AdminDivision("420100"));
        FilingPolicies.Reference.For(new("429900"), Day("2023-01-01")).Institutions.NoInstitutionsFrom.ShouldBe(Day("2023-01-01"));
    }

    [Fact, Covers("INS-025")]
    public void In_Qinghai_the_provincial_pool_pays_where_both_have_designated()
    {
        var policy = FilingPolicies.Reference.For(new("630100"), Day("2021-03-01")).Institutions;
        foreach (var (areas, pays) in ((string[], string)[])[(["639900", "630100"], "639900"), (["632800"], "632800"), (["630100"], "630100")])
        {
            var house = new House(areas[^1]).Admitted("2020-12-05");
            foreach (var area in areas) house.Do(new Designate(new Actor("a", Role.CityOperator, new(area)), "H1", new(area), Day("2021-01-01"), At("2021-01-01"))).ShouldBeAccepted();
            PayingNode.Of(house.State, policy, Day("2021-03-01")).ShouldBe(new AdminDivision(pays));
        }
    }

    [Fact, Covers("INS-026")]
    public void Open_for_one_care_type_is_not_open_for_another()
    {
        var house = new House("420100").Admitted("2023-01-05").Open(Scope.CrossProvince, CareType.Inpatient, "2023-02-01");
        house.Copy.Refuses(Scope.CrossProvince, CareType.Pharmacy, At("2023-03-01"))!.Code.ShouldBe("CARE_TYPE_NOT_OPEN");
        house.Copy.Refuses(Scope.CrossProvince, CareType.Inpatient, At("2023-01-31"))!.Code.ShouldBe("NOT_YET_OPEN");
        house.Copy.Refuses(Scope.IntraProvince, CareType.Inpatient, At("2023-03-01"))!.Code.ShouldBe("INSTITUTION_NOT_OPEN");
        house.Copy.Refuses(Scope.CrossProvince, CareType.Inpatient, At("2023-03-01")).ShouldBeNull();
        house.Do(new CancelInstitution(house.Agency, "H1", At("2023-04-01"), "退出", At("2023-03-31"))).ShouldBeAccepted();
        house.Copy.Refuses(Scope.CrossProvince, CareType.Inpatient, At("2023-04-01"))!.Code.ShouldBe("INSTITUTION_CANCELLED");
    }

    [Fact]
    public void The_agreement_in_force_on_the_day_is_the_one_that_is_cited()
    {
        var house = new House("420100").Admitted("2022-01-01");
        house.Do(new SignAgreement(house.Agency, "H1", new Agreement("v3", Day("2023-01-01"), null, ["审核"]), At("2022-12-20"))).ShouldBeAccepted();
        house.State.AgreementOn(Day("2022-12-31"))!.Version.ShouldBe("v1");
        house.State.AgreementOn(Day("2023-01-01"))!.Version.ShouldBe("v3");
    }

    [Fact, Covers("INS-029")]
    public void The_count_of_outpatient_institutions_is_measured_against_the_goal()
    {
        var goal = OutpatientGoal.Of(Day("2023-06-01"), 1_850, 1_200);
        (goal.Percent, goal.Reached, OutpatientGoal.GoalPercent).ShouldBe((154.17m, false, 200));
        var open = new House("420100").Admitted("2023-01-05").Open(Scope.CrossProvince, CareType.GeneralOutpatient, "2023-02-01");
        InstitutionLists.OpenForGeneralOutpatients([open.State], Day("2023-01-31")).ShouldBe(0);
        InstitutionLists.OpenForGeneralOutpatients([open.State], Day("2023-02-28")).ShouldBe(1);
    }
}
