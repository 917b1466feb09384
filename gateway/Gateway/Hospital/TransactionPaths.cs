namespace Yibao.Gateway.Hospital;

/// <summary>The per-transaction paths that some regions' HIS call instead of the single entry. The spellings are as deployed.</summary>
public static class TransactionPaths
{
    /// <summary>infno → path under /fsi/api.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["9001"] = "signInSignOutService/signIn",
        ["9002"] = "signInSignOutService/signOut",
        ["9101"] = "fileupload/upload",
        ["9102"] = "fileupload/download",
        ["1101"] = "fsiPsnInfoService/queryPsnInfo",
        ["1201"] = "fsiFixMedInsService/queryFixMedIns",
        ["2001"] = "fsiPsnPriorityInfoService/queryPsnPriorityInfo",
        ["2201"] = "outpatientDocInfoService/outpatientRregistration",
        ["2202"] = "outpatientDocInfoService/outpatientRegistrationCancel",
        ["2203"] = "outpatientDocInfoService/outpatientMdtrtinfoUp",
        ["2203A"] = "outpatientDocInfoService/outpatientMdtrtinfoUpA",
        ["2204"] = "outpatientDocInfoService/outpatientFeeListUp",
        ["2205"] = "outpatientDocInfoService/outpatientFeeListUpCancel",
        ["2206"] = "outpatientSettleService/preSettletment",
        ["2206A"] = "outpatientSettleService/preSettletmentA",
        ["2207A"] = "outpatientSettleService/saveSettletment",
        ["4101A"] = "medinfoupload/setllistinfoupldA",
        ["2207"] = "outpatientSettleService/saveSettletmentV2",
        ["2208"] = "outpatientSettleService/cancleSettletment",
        ["2301"] = "hospFeeDtlService/feeDtlUp",
        ["2302"] = "hospFeeDtlService/feeDtlCl",
        ["2303"] = "hospSettService/preSett",
        ["2304"] = "hospSettService/settV2",
        ["2305"] = "hospSettService/settCl",
        ["2401"] = "hospitalRegisterService/hospitalRegisterSave",
        ["2402"] = "dscgService/dischargeProcess",
        ["2403"] = "hospitalRegisterService/hospitalRegisterEdit",
        ["2404"] = "hospitalRegisterService/hospitalRegisterCancel",
        ["2405"] = "dscgService/dischargeUndo",
        ["2601"] = "reverseService/revsMethod",
        ["3201"] = "ybSettlementStmtService/stmtTotal",
        ["3202"] = "ybSettlementStmtService/stmtDetail",
        ["4101"] = "medinfoupload/setllistinfoupld",
        ["5203"] = "fsiIntegratedQueryService/querySetlInfo",
        ["5204"] = "fsiIntegratedQueryService/queryFeeList",
        ["5206"] = "fsiIntegratedQueryService/queryFixmedinsPracPsnSum",
        ["5301"] = "fsiIntegratedQueryService/queryPsnOpspReg",
        ["5303"] = "fsiIntegratedQueryService/queryInhospInfo",
    };
}
