using Yibao.Contracts.Filings;
using Yibao.Filing.Policy;
using Yibao.Kernel.Errors;

namespace Yibao.Filing.Filings;

/// <summary>What the category was proved with (FIL-006..011, FIL-013).</summary>
public static class CategoryProof
{
    /// <summary>个人承诺书 among the materials.</summary>
    public const string CommitmentLetter = "COMMITMENT";

    /// <param name="renewal">For the same disease no new referral certificate is asked for (FIL-044).</param>
    internal static Error? Check(ApplyForFiling c, CategoryRule rule, FilingPolicy policy, bool renewal, out ProofBasis proof)
    {
        proof = ProofBasis.NotRequired;
        var handedIn = c.Materials.ToHashSet(StringComparer.Ordinal);
        var missing = new List<string>();
        var committed = handedIn.Contains(CommitmentLetter) || c.Commitment is not null;
        foreach (var material in rule.Materials)
        {
            var complete = material.All.Count > 0 ? material.All.All(handedIn.Contains) : material.AnyOf.Any(handedIn.Contains);
            if (material.Proof is not { } basis)
            {
                if (!complete) missing.Add(material.Name);
                continue;
            }

            if (renewal && basis == ProofBasis.Certificate)
            {
                proof = basis;
                continue;
            }

            if (complete)
            {
                proof = basis;
            }
            else if (committed && rule.CommitmentAllowed)
            {
                proof = ProofBasis.Commitment;
            }
            else if (committed)
            {
                return FilingErrors.CommitmentNotAllowed.With((int)rule.Category);
            }
            else
            {
                var lacking = material.All.Where(code => !handedIn.Contains(code)).Select(Materials.Name).ToList();
                missing.Add((lacking.Count > 0 ? string.Join("、", lacking) : material.Name) + (rule.CommitmentAllowed ? "，或个人承诺书" : ""));
            }
        }

        if (missing.Count > 0) return FilingErrors.MaterialsIncomplete.With(string.Join("；", missing));
        if (proof == ProofBasis.Commitment) return Letter(c, policy);
        return proof == ProofBasis.Certificate && !renewal ? Certificate(c, policy) : null;
    }

    // FIL-011, FIL-049
    private static Error? Letter(ApplyForFiling c, FilingPolicy policy)
    {
        if (c.Commitment is not { Signed: true } letter) return FilingErrors.CommitmentUnsigned.With("签名");
        if (letter.SignedOn is null) return FilingErrors.CommitmentUnsigned.With("签署日期");
        if (letter.Category != c.CategoryCode) return FilingErrors.CommitmentNotAllowed.With(letter.Category);
        return c.NoticeVersion == policy.NoticeVersion ? null : FilingErrors.NoticeNotRead.With(policy.NoticeVersion);
    }

    // FIL-009. A local inpatient stay is no precondition (FIL-043): there is nothing here to ask for one.
    private static Error? Certificate(ApplyForFiling c, FilingPolicy policy)
    {
        if (c.Referral is not { } certificate || string.IsNullOrWhiteSpace(certificate.Institution)) return FilingErrors.FieldMissing.With("转诊转院证明的开具机构");
        if (string.IsNullOrWhiteSpace(certificate.Disease)) return FilingErrors.FieldMissing.With("转诊转院证明的病种编码");
        return policy.Referrers.Count == 0 || policy.Referrers.Contains(certificate.Institution) ? null : FilingErrors.ReferrerNotAuthorised.With(certificate.Institution);
    }
}

/// <summary>The materials a pack may name.</summary>
public static class Materials
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["E_CREDENTIAL"] = "医保电子凭证",
        ["ID_CARD"] = "有效身份证件",
        ["SOCIAL_SECURITY_CARD"] = "社会保障卡",
        ["FILING_FORM"] = "备案表",
        ["HOUSEHOLD_FIRST_PAGE"] = "户口簿首页",
        ["RESIDENT_REGISTRATION_CARD"] = "常住人口登记卡",
        ["RESIDENCE_PROOF"] = "居住证明",
        ["DISPATCH_LETTER"] = "参保地工作单位派出证明",
        ["EMPLOYER_CERTIFICATE"] = "异地工作单位证明",
        ["EMPLOYMENT_CONTRACT"] = "工作合同",
        ["REFERRAL_CERTIFICATE"] = "转诊转院证明",
        [CategoryProof.CommitmentLetter] = "个人承诺书",
    };

    public static bool IsKnown(string code) => Names.ContainsKey(code);

    public static string Name(string code) => Names.GetValueOrDefault(code, code);
}
