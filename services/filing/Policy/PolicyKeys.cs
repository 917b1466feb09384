using Yibao.Contracts.Filings;
using Yibao.Filing.Filings;
using Yibao.Filing.Institutions;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Policy;

/// <summary>The schema of a pack: every key of the parameter table (Part B) that belongs to filing, and how it is read.</summary>
internal static class PolicyKeys
{
    public static readonly IReadOnlyDictionary<string, FilingCategory> Categories = new Dictionary<string, FilingCategory>(StringComparer.Ordinal)
    {
        ["RESETTLED_RETIREE"] = FilingCategory.ResettledRetiree,
        ["LONG_TERM_RESIDENT"] = FilingCategory.LongTermResident,
        ["STATIONED_WORKER"] = FilingCategory.StationedWorker,
        ["REFERRED"] = FilingCategory.Referred,
        ["OTHER_TEMPORARY"] = FilingCategory.OtherTemporary,
        ["EMERGENCY"] = FilingCategory.Emergency,
    };

    private static readonly Dictionary<string, CareType> Cares = new(StringComparer.Ordinal)
    {
        ["inpatient"] = CareType.Inpatient,
        ["generalOutpatient"] = CareType.GeneralOutpatient,
        ["chronicOutpatient"] = CareType.ChronicOutpatient,
        ["pharmacy"] = CareType.Pharmacy,
    };

    private static readonly Dictionary<string, Scope> Scopes = new(StringComparer.Ordinal) { ["intraProvince"] = Scope.IntraProvince, ["crossProvince"] = Scope.CrossProvince };

    private static readonly Dictionary<string, ProofBasis> Proofs = new(StringComparer.Ordinal) { ["document"] = ProofBasis.Document, ["certificate"] = ProofBasis.Certificate };

    private static readonly string[] Credentials = ["E_CREDENTIAL", "ID_CARD", "SOCIAL_SECURITY_CARD"];

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "filing.categories", "filing.materials", "filing.requiredFor.inpatient", "filing.requiredFor.generalOutpatient", "filing.requiredFor.chronicOutpatient",
        "filing.requiredFor.pharmacy", "filing.inpatientFilingOpensOutpatient", "filing.opensPersonalAccount", "filing.provinceScopeAllowed", "filing.maxPerTreatmentPlace",
        "filing.maxLongTerm", "filing.maxTemporary", "filing.temporary.validityMonths", "filing.longTerm.validity", "filing.longTerm.changeLockMonths", "filing.longTerm.changeLockCoversCancel",
        "filing.onlineHandlingWorkingDays", "filing.selfServiceInstant", "filing.channels", "filing.emergency", "filing.retro.beforeDischarge", "filing.retro.afterDischarge",
        "filing.retro.windowMonths", "filing.retro.commitmentAfterDischargeStartsAtFiling", "filing.returnHome", "filing.stayFollowsEnrolmentAt", "filing.differentialPaySet",
        "filing.referrers", "filing.noticeVersion", "filing.institutionRestriction.inpatient", "filing.institutionRestriction.generalOutpatient", "filing.institutionRestriction.pharmacy",
        "commitment.allowedCategories", "commitment.retentionYears", "outpatient.maxInstitutions", "chronic.maxInstitutions", "chronic.recognitionByTreatmentInstitution",
        "chronic.diseases", "credential.accepted", "rollout.schedule", "rollout.latest", "referral.requiresLocalInpatient",
        "ins.admission", "ins.changeApplyWorkingDays", "ins.statusMaintainWorkingDays", "ins.undirectUploadWorkingDays", "ins.payingNode", "ins.generalOutpatientBaseline",
        "ins.noInstitutionsFrom", "chronic.intraProvinceMutualRecognition",
    };

    private static readonly HashSet<string> Folders = new(Known.SelectMany(static key => Enumerable.Range(1, key.Count(c => c == '.')).Select(depth => string.Join('.', key.Split('.')[..depth]))), StringComparer.Ordinal);

    public static bool IsKnown(string key) => Known.Contains(key);

    /// <summary>The first figure that no layer gives; null: the policy is complete.</summary>
    public static string? Missing(IReadOnlyDictionary<string, PolicyValue> values) => Known.Order(StringComparer.Ordinal).FirstOrDefault(key => !values.ContainsKey(key));

    public static bool IsFolder(string key) => Folders.Contains(key);

    /// <summary>A complete policy from layers that were laid over each other.</summary>
    public static FilingPolicy Build(AdminDivision area, string source, IReadOnlyList<string> warnings, IReadOnlyDictionary<string, PolicyValue> v, IReadOnlyDictionary<string, string> sources)
    {
        Unrestricted(v);
        if (v["filing.maxPerTreatmentPlace"].Number(1, 1) != 1 || v["filing.longTerm.validity"].Text() != "unlimited") throw v["filing.longTerm.validity"].Wrong("只支持 unlimited");
        var commitments = List(v["commitment.allowedCategories"], item => item.OneOf(Categories)).ToHashSet();
        var materials = v["filing.materials"].Entries().ToDictionary(entry => Category(entry.Name, entry.Value), entry => List(entry.Value, Material));
        var categories = List(v["filing.categories"], item => Rule(item, materials, commitments));
        if (categories.Select(rule => rule.Category).Distinct().Count() != categories.Count) throw v["filing.categories"].Wrong("类别重复");
        return new FilingPolicy
        {
            Area = area,
            Source = source,
            Warnings = warnings,
            Sources = sources,
            Categories = categories.ToDictionary(rule => rule.Category),
            RequiredFor = Cares.ToDictionary(care => care.Value, care => v[$"filing.requiredFor.{care.Key}"].Flag()),
            InpatientFilingOpensOutpatient = v["filing.inpatientFilingOpensOutpatient"].Flag(),
            OpensPersonalAccount = v["filing.opensPersonalAccount"].Flag(),
            ProvinceScope = Provinces(v["filing.provinceScopeAllowed"]),
            TemporaryValidityMonths = v["filing.temporary.validityMonths"].Number(1, 120),
            ChangeLockMonths = v["filing.longTerm.changeLockMonths"].Number(0, 120),
            ChangeLockCoversCancel = v["filing.longTerm.changeLockCoversCancel"].Flag(),
            MaxLongTerm = v["filing.maxLongTerm"].Number(1, 20),
            MaxTemporary = v["filing.maxTemporary"].Number(1, 20),
            OnlineHandlingWorkingDays = v["filing.onlineHandlingWorkingDays"].NumberOrNone(1, 60),
            SelfService = List(v["filing.selfServiceInstant"], item => item.OneOf(Categories)).ToHashSet(),
            Channels = Channels(v["filing.channels"]),
            CommitmentRetentionYears = v["commitment.retentionYears"].Number(2, 100),
            NoticeVersion = v["filing.noticeVersion"].Text(),
            Emergency = v["filing.emergency"].OneOf(new Dictionary<string, EmergencyMode>(StringComparer.Ordinal)
            {
                ["deemed"] = EmergencyMode.Deemed, ["visitFirstThenFile"] = EmergencyMode.VisitFirstThenFile, ["notAvailable"] = EmergencyMode.NotAvailable,
            }),
            RetroBeforeDischarge = v["filing.retro.beforeDischarge"].OneOf(new Dictionary<string, RetroScope>(StringComparer.Ordinal)
            {
                ["all"] = RetroScope.All, ["emergencyOnly"] = RetroScope.EmergencyOnly, ["no"] = RetroScope.No,
            }),
            RetroAfterDischarge = v["filing.retro.afterDischarge"].Flag(),
            RetroWindowMonths = v["filing.retro.windowMonths"].NumberOrNone(1, 120),
            CommitmentAfterDischargeStartsAtFiling = v["filing.retro.commitmentAfterDischargeStartsAtFiling"].Flag(),
            OutpatientSelectionMax = v["outpatient.maxInstitutions"].NumberOrNone(1, 100),
            ChronicMaxInstitutions = v["chronic.maxInstitutions"].NumberOrNone(1, 100),
            ChronicRecognitionByTreatmentInstitution = v["chronic.recognitionByTreatmentInstitution"].Flag(),
            ChronicDiseases = v["chronic.diseases"].Entries().ToDictionary(entry => entry.Name, entry => entry.Value.Text(), StringComparer.Ordinal),
            ReturnHome = v["filing.returnHome"].OneOf(new Dictionary<string, ReturnHome>(StringComparer.Ordinal) { ["allFiled"] = ReturnHome.AllFiled, ["longTermOnly"] = ReturnHome.LongTermOnly }),
            StayFollowsEnrolmentAtAdmission = v["filing.stayFollowsEnrolmentAt"].OneOf(new Dictionary<string, bool>(StringComparer.Ordinal) { ["admission"] = true, ["discharge"] = false }),
            DifferentialPaySet = v["filing.differentialPaySet"].IsNull ? null : v["filing.differentialPaySet"].Text(),
            Rollout = List(v["rollout.schedule"], Opening),
            RolloutLatest = v["rollout.latest"].IsNull ? null : v["rollout.latest"].Day(),
            Institutions = new InstitutionPolicy(
                v["ins.admission"].OneOf(new Dictionary<string, InstitutionAdmission>(StringComparer.Ordinal)
                {
                    ["agreement"] = InstitutionAdmission.Agreement, ["citySelects"] = InstitutionAdmission.CitySelects, ["provinceDecides"] = InstitutionAdmission.ProvinceDecides,
                }),
                v["ins.changeApplyWorkingDays"].Number(1, 250),
                v["ins.statusMaintainWorkingDays"].Number(1, 250),
                v["ins.undirectUploadWorkingDays"].Number(1, 250),
                v["ins.payingNode"].IsNull ? null : Paying(v["ins.payingNode"]),
                v["ins.generalOutpatientBaseline"].NumberOrNone(1, 1_000_000),
                v["ins.noInstitutionsFrom"].IsNull ? null : v["ins.noInstitutionsFrom"].Day(),
                v["chronic.intraProvinceMutualRecognition"].Flag()),
            Referrers = List(v["filing.referrers"], item => item.Text()).ToHashSet(StringComparer.Ordinal),
            CredentialsAccepted = List(v["credential.accepted"], item => Credentials.Contains(item.Text()) ? item.Text() : throw item.Wrong($"只能是 {string.Join("、", Credentials)} 之一")).ToHashSet(StringComparer.Ordinal),
        };
    }

    // FIL-031: never for inpatient care, general outpatient care and pharmacies; FIL-043: no local stay before a referral.
    private static void Unrestricted(IReadOnlyDictionary<string, PolicyValue> v)
    {
        foreach (var care in (string[])["inpatient", "generalOutpatient", "pharmacy"])
        {
            var restriction = v[$"filing.institutionRestriction.{care}"];
            var word = restriction.Scalar;
            if (word == "none" || (word == "selectedByHomeRule" && care == "generalOutpatient")) continue;
            throw restriction.Forbidden("不得限制定点医药机构级别、数量或范围");
        }

        var selected = v["filing.institutionRestriction.generalOutpatient"].Scalar == "selectedByHomeRule";
        if (!selected && !v["outpatient.maxInstitutions"].IsNull) throw v["outpatient.maxInstitutions"].Forbidden("普通门诊不得限制定点机构数量");
        if (v["referral.requiresLocalInpatient"].Flag()) throw v["referral.requiresLocalInpatient"].Forbidden("不得将在本地住院作为开具转诊的先决条件");
    }

    private static CategoryRule Rule(PolicyValue item, IReadOnlyDictionary<FilingCategory, IReadOnlyList<MaterialRule>> materials, HashSet<FilingCategory> commitments)
    {
        var fields = item.Fields("category", "name", "minMonths", "hukouMoved", "openFrom", "canBeApplied");
        var category = item.Need(fields, "category").OneOf(Categories);
        var applied = !fields.TryGetValue("canBeApplied", out var can) || can.Flag();
        if (applied && !materials.ContainsKey(category)) throw item.Wrong($"filing.materials 缺少 {category} 的材料清单");
        return new CategoryRule(
            category,
            item.Need(fields, "name").Text(),
            materials.GetValueOrDefault(category, []),
            commitments.Contains(category),
            fields.TryGetValue("minMonths", out var months) ? months.Number(1, 120) : null,
            fields.TryGetValue("hukouMoved", out var moved) && moved.Flag(),
            fields.TryGetValue("openFrom", out var open) ? open.Day() : null,
            applied);
    }

    private static MaterialRule Material(PolicyValue item)
    {
        var fields = item.Fields("name", "all", "anyOf", "proves");
        if (fields.ContainsKey("all") == fields.ContainsKey("anyOf")) throw item.Wrong("all 与 anyOf 须有且只有一个");
        return new MaterialRule(
            item.Need(fields, "name").Text(),
            fields.TryGetValue("all", out var all) ? List(all, Code) : [],
            fields.TryGetValue("anyOf", out var any) ? List(any, Code) : [],
            fields.TryGetValue("proves", out var proof) ? proof.OneOf(Proofs) : null);

        static string Code(PolicyValue code) => Materials.IsKnown(code.Text()) ? code.Text() : throw code.Wrong($"未知的材料 {code.Text()}");
    }

    private static Dictionary<string, Channel> Channels(PolicyValue value)
    {
        var channels = new Dictionary<string, Channel>(StringComparer.Ordinal);
        foreach (var item in value.Items())
        {
            if (Channel(item) is var channel && !channels.TryAdd(channel.Code, channel)) throw item.Wrong($"渠道 {channel.Code} 重复");
        }

        return channels;
    }

    private static Channel Channel(PolicyValue item)
    {
        var fields = item.Fields("code", "name", "online");
        return new Channel(item.Need(fields, "code").Text(), item.Need(fields, "name").Text(), item.Need(fields, "online").Flag());
    }

    private static Opening Opening(PolicyValue item)
    {
        var fields = item.Fields("scope", "care", "category", "from");
        return new Opening(
            fields.TryGetValue("scope", out var scope) ? scope.OneOf(Scopes) : null,
            fields.TryGetValue("care", out var care) ? care.OneOf(Cares) : null,
            fields.TryGetValue("category", out var category) ? category.OneOf(Categories) : null,
            item.Need(fields, "from").Day());
    }

    private static ProvinceScope Provinces(PolicyValue value) =>
        value.Scalar == "all" ? new ProvinceScope(true, new HashSet<AdminDivision>()) : new ProvinceScope(false, List(value, item => item.Division()).ToHashSet());

    private static PayingNodeRule Paying(PolicyValue value)
    {
        var fields = value.Fields("designatedByAll", "pays");
        return new PayingNodeRule(List(value.Need(fields, "designatedByAll"), item => item.Division()).ToHashSet(), value.Need(fields, "pays").Division());
    }

    private static FilingCategory Category(string name, PolicyValue at) => Categories.TryGetValue(name, out var category) ? category : throw at.Wrong($"未知的类别 {name}");

    private static IReadOnlyList<T> List<T>(PolicyValue value, Func<PolicyValue, T> read) => [.. value.Items().Select(read)];
}
