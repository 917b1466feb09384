using System.Collections.Immutable;
using System.Text.Json;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.FeeSplit;

namespace Yibao.Settlement.Benefits.Adjudication;

/// <summary>One calculation as a file describes it, in the national interface's names; amounts in yuan with two decimals.</summary>
public sealed record AdjudicationRequest(Standing Standing, Accumulators Accumulators, Account Account, SplitTotals Split, CaseFacts Facts)
{
    private static readonly string[] Fields =
    [
        "insuplc_admdvs", "mdtrtarea_admvs", "insutype", "psn_type", "med_type", "hosp_lv", "begndate", "enddate", "filing", "accumulators", "split", "acct_balance", "use_account",
        // Optional refinements.
        "emergency", "dise_codg", "chronic_diseases", "cvlserv_flag", "disabled_serviceman", "supplementary", "aid_class", "family_balance", "acct_request", "hosp_part_amt",
    ];

    private static readonly string[] CounterNames =
    [
        .. Enum.GetValues<CareType>().SelectMany(care => (string[])[Counters.Deductible(care), Counters.PoolBase(care), Counters.Pooled(care)]).Distinct(), Counters.AnnualCap,
        .. Enum.GetValues<Fund>().SelectMany(fund => (string[])[Counters.FundBase(fund), Counters.FundPaid(fund)]),
    ];

    /// <exception cref="RefusedException">FIELD_MISSING, FIELD_INVALID, INSURANCE_TYPE_UNSUPPORTED, MATERNITY_NOT_COVERED, IDENTITY_1: each names the field.</exception>
    public static AdjudicationRequest Parse(string json, NodeMap places)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        }
        catch (JsonException error)
        {
            throw JsonFields.Invalid("JSON", $"第 {error.LineNumber + 1} 行不是合法的 JSON").AsException();
        }

        using (document) return Read(new JsonFields(document.RootElement, "", Fields), places);
    }

    private static AdjudicationRequest Read(JsonFields json, NodeMap places)
    {
        var home = Area(json, "insuplc_admdvs", places);
        var treatment = Area(json, "mdtrtarea_admvs", places);
        var insurance = NationalCodes.Insurance(json.Code("insutype"));
        var (care, emergency) = NationalCodes.Care(json.Code("med_type"));
        var (begin, end) = (json.NeedDay("begndate"), json.NeedDay("enddate"));
        if (end < begin) throw JsonFields.Invalid("enddate", "早于 begndate").AsException();

        var standing = new Standing(home, insurance, NationalCodes.Person(json.Code("psn_type"), insurance))
        {
            Filings = [.. Filings(json, treatment, begin, places)],
            CivilServant = json.Flag("cvlserv_flag"),
            DisabledServiceman = json.Flag("disabled_serviceman"),
            Supplementary = json.Flag("supplementary"),
            AidClass = json.Text("aid_class"),
            ChronicDiseases = json.Texts("chronic_diseases"),
        };
        var facts = new CaseFacts(care, RelationOf(home, treatment, places), NationalCodes.Level(json.Code("hosp_lv")), begin, end)
        {
            Emergency = emergency || json.Flag("emergency"),
            Disease = care == CareType.ChronicOutpatient ? json.Code("dise_codg") : json.Text("dise_codg"),
            AccountUse = Use(json),
            AccountRequest = json.Amount("acct_request"),
            HospitalBorne = json.Amount("hosp_part_amt") ?? Money.Zero,
        };
        var account = new Account(json.Amount("acct_balance") ?? Money.Zero, json.Amount("family_balance") ?? Money.Zero);
        return new AdjudicationRequest(standing, AccumulatorsOf(json), account, SplitOf(json), facts);
    }

    /// <summary>How the treatment place lies to the home place (SET-001).</summary>
    public static Relation RelationOf(AdminDivision home, AdminDivision treatment, NodeMap places)
    {
        var relation = places.Classify(home, treatment) switch
        {
            VisitClass.Local => Relation.Local,
            VisitClass.IntraProvince => Relation.IntraProvince,
            VisitClass.CrossProvince => Relation.CrossProvince,
        };
        return relation != Relation.Local && places.SameCity(home, treatment) ? Relation.SameCity : relation;
    }

    private static AdminDivision Area(JsonFields json, string field, NodeMap places)
    {
        if (!AdminDivision.TryParse(json.Code(field), out var area)) throw JsonFields.Invalid(json.Name(field), "应为六位医保区划代码").AsException();
        return places.Find(area) is { IsPoolingArea: true } ? area : throw JsonFields.Invalid(json.Name(field), $"{area} 不是统筹区").AsException();
    }

    private static AccountUse Use(JsonFields json) => json.Find("use_account") switch
    {
        { ValueKind: JsonValueKind.True } => AccountUse.Own,
        { ValueKind: JsonValueKind.False } => AccountUse.None,
        _ => json.OneOf("use_account", AccountUse.None, ("0", AccountUse.None), ("1", AccountUse.Own), ("2", AccountUse.Family)),
    };

    private static SplitTotals SplitOf(JsonFields json)
    {
        var split = new JsonFields(json.Need("split"), "split", "medfee_sumamt", "inscp_scp_amt", "preselfpay_amt", "overlmt_selfpay", "fulamt_ownpay_amt");
        var totals = new SplitTotals(
            split.NeedAmount("medfee_sumamt"), split.NeedAmount("inscp_scp_amt"), split.NeedAmount("preselfpay_amt"), split.NeedAmount("overlmt_selfpay"), split.NeedAmount("fulamt_ownpay_amt"));
        return SplitChecks.Identity1(totals) is { } error ? throw error.AsException() : totals;
    }

    private static Accumulators AccumulatorsOf(JsonFields json)
    {
        if (json.Find("accumulators") is not { } given) return Accumulators.Empty;
        var names = given.ValueKind == JsonValueKind.Object ? given.EnumerateObject().Select(property => property.Name).Where(name => name.StartsWith("chronic.M", StringComparison.Ordinal)) : [];
        var fields = new JsonFields(given, "accumulators", ["admissions", .. CounterNames, .. names]);
        var sums = ImmutableSortedDictionary.CreateBuilder<string, Money>(StringComparer.Ordinal);
        foreach (var (name, value) in fields.All)
        {
            if (name != "admissions" && JsonFields.AmountOf(value, fields.Name(name)) is { IsZero: false } amount) sums[name] = amount;
        }

        return new Accumulators(fields.Count("admissions"), sums.ToImmutable());
    }

    private static IEnumerable<FilingInForce> Filings(JsonFields json, AdminDivision treatment, DateOnly begin, NodeMap places)
    {
        if (json.Find("filing") is not { } given) yield break;
        if (given.ValueKind == JsonValueKind.Array)
        {
            foreach (var (index, item) in given.EnumerateArray().Index())
            {
                if (Filing(item, $"filing[{index}]", treatment, begin, places) is { } filing) yield return filing;
            }
        }
        else if (Filing(given, "filing", treatment, begin, places) is { } filing)
        {
            yield return filing;
        }
    }

    private static FilingInForce? Filing(JsonElement element, string path, AdminDivision treatment, DateOnly begin, NodeMap places)
    {
        var json = new JsonFields(element, path, "kind", "place", "mode", "proof", "filed_on");
        if (json.Code("kind") == "none") return null;
        var kind = json.OneOf("kind", FilingCategory.OtherTemporary,
            ("resettled_retiree", FilingCategory.ResettledRetiree), ("long_term_resident", FilingCategory.LongTermResident), ("stationed_worker", FilingCategory.StationedWorker),
            ("referred", FilingCategory.Referred), ("emergency", FilingCategory.Emergency), ("other_temporary", FilingCategory.OtherTemporary));
        var mode = json.OneOf("mode", FilingMode.Advance,
            ("advance", FilingMode.Advance), ("retro_before_discharge", FilingMode.RetroBeforeDischarge), ("retro_after_discharge", FilingMode.RetroAfterDischarge), ("deemed", FilingMode.Deemed));
        var proof = json.OneOf("proof", ProofBasis.Document,
            ("document", ProofBasis.Document), ("commitment", ProofBasis.Commitment), ("certificate", ProofBasis.Certificate), ("deemed", ProofBasis.Deemed));
        var covers = true;
        if (json.Text("place") is { } text)
        {
            if (!AdminDivision.TryParse(text, out var place)) throw JsonFields.Invalid(json.Name("place"), "应为六位医保区划代码").AsException();
            if (!places.Knows(place)) throw JsonFields.Invalid(json.Name("place"), $"{place} 不在节点注册表中").AsException();
            covers = places.Contains(place, treatment);
        }

        return new FilingInForce(kind, covers, mode, proof, json.Day("filed_on") ?? begin);
    }
}
