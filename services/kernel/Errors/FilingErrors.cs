namespace Yibao.Kernel.Errors;

/// <summary>备案、参保状态与资格: why a filing is not accepted, or why a visit cannot be settled directly.</summary>
public static class FilingErrors
{
    // --- the person ---

    public static readonly ErrorDefinition PersonUnknown = new("PERSON_UNKNOWN", ErrorCategory.Person,
        "参保地查无此参保人", "请核对就诊凭证和参保地", Party.Institution);

    public static readonly ErrorDefinition InsuredNotActive = new("INSURED_NOT_ACTIVE", ErrorCategory.Person,
        "参保人在 {0} 没有有效的 {1} 参保关系（当前状态：{2}）", "请先到参保地办理参保或恢复待遇", Party.HomeAgency);

    public static readonly ErrorDefinition AlreadyEnrolled = new("ALREADY_ENROLLED", ErrorCategory.Person,
        "参保人已在 {0} 参加 {1}", "请用参保关系变更办理，不得重复参保", Party.HomeAgency);

    public static readonly ErrorDefinition EntitlementSuspended = new("ENTITLEMENT_SUSPENDED", ErrorCategory.Person,
        "医保待遇自 {0} 起暂停", "请联系参保地经办机构恢复待遇，或自费后按参保地规定报销", Party.HomeAgency);

    public static readonly ErrorDefinition EntitlementTerminated = new("ENTITLEMENT_TERMINATED", ErrorCategory.Person,
        "医保待遇自 {0} 起终止", "请联系参保地经办机构核实参保关系", Party.HomeAgency);

    public static readonly ErrorDefinition EntitlementNotSuspended = new("ENTITLEMENT_NOT_SUSPENDED", ErrorCategory.Person,
        "医保待遇当前为 {0}，不能办理该变更", "请先核对待遇状态", Party.HomeAgency);

    public static readonly ErrorDefinition PersonSuspended = new("PERSON_SUSPENDED", ErrorCategory.Person,
        "参保人的异地直接结算自 {0} 起被暂停", "急救照常进行，费用自费后手工报销；解除须由暂停机构办理", Party.HomeAgency);

    public static readonly ErrorDefinition PersonNotSuspended = new("PERSON_NOT_SUSPENDED", ErrorCategory.Person,
        "参保人的异地直接结算没有被暂停", "无须解除", Party.Operator);

    public static readonly ErrorDefinition CredentialNotAccepted = new("CREDENTIAL_NOT_ACCEPTED", ErrorCategory.Person,
        "就医地不受理 {0} 类就诊凭证", "请出示 {1}", Party.Patient);

    public static readonly ErrorDefinition CredentialUnknown = new("CREDENTIAL_UNKNOWN", ErrorCategory.Person,
        "凭证无法识别参保人", "请核对凭证；电子凭证过期的请刷新后重试", Party.Patient);

    public static readonly ErrorDefinition CredentialDiffers = new("CREDENTIAL_PERSON_DIFFERS", ErrorCategory.Person,
        "就诊凭证与所报证件号码或姓名不是同一人", "请核对凭证、证件号码和姓名", Party.Institution);

    // --- applying ---

    public static readonly ErrorDefinition CategoryUnknown = new("FILING_CATEGORY_UNKNOWN", ErrorCategory.Filing,
        "参保地不受理备案人员类别 {0}", "请从下列类别中选择：{1}", Party.Patient);

    public static readonly ErrorDefinition CategoryNotYetOpen = new("CATEGORY_NOT_YET_OPEN", ErrorCategory.Filing,
        "该类别的异地就医直接结算自 {0} 起开通", "请在开通后办理，此前费用按参保地规定手工报销", Party.Patient);

    public static readonly ErrorDefinition HukouNotMoved = new("HUKOU_NOT_MOVED", ErrorCategory.Filing,
        "户籍未迁入定居地，不符合异地安置退休人员条件", "请改按类别 2（异地长期居住人员）申请", Party.Patient);

    public static readonly ErrorDefinition NotRetired = new("NOT_RETIRED", ErrorCategory.Filing,
        "参保人未退休，不符合异地安置退休人员条件", "请改按异地长期居住人员或常驻异地工作人员申请", Party.Patient);

    public static readonly ErrorDefinition LongTermTooShort = new("LONG_TERM_TOO_SHORT", ErrorCategory.Filing,
        "在异地连续居住或工作不足 {0} 个月（{1} 至 {2}）", "请提供连续满 {0} 个月的起止日期，或按临时外出就医申请", Party.Patient);

    public static readonly ErrorDefinition FieldMissing = new("FILING_FIELD_MISSING", ErrorCategory.Filing,
        "备案表缺少：{0}", "请补填后重新提交", Party.Patient);

    public static readonly ErrorDefinition MaterialsIncomplete = new("MATERIALS_INCOMPLETE", ErrorCategory.Filing,
        "备案材料不齐，缺少：{0}", "请补齐后重新提交", Party.Patient);

    public static readonly ErrorDefinition MaterialNotRequired = new("MATERIAL_NOT_REQUIRED", ErrorCategory.Filing,
        "该类别不得要求提供材料 {0}", "请按规定材料清单审核", Party.HomeAgency);

    public static readonly ErrorDefinition CommitmentNotAllowed = new("COMMITMENT_NOT_ALLOWED", ErrorCategory.Filing,
        "类别 {0} 不能以个人承诺书代替证明材料", "请提供规定的证明材料", Party.Patient);

    public static readonly ErrorDefinition CommitmentUnsigned = new("COMMITMENT_UNSIGNED", ErrorCategory.Filing,
        "个人承诺书缺少{0}", "请签名并填写日期后重新提交", Party.Patient);

    public static readonly ErrorDefinition NoticeNotRead = new("NOTICE_NOT_READ", ErrorCategory.Filing,
        "使用个人承诺书前须阅读备案告知书（现行版本 {0}）", "请阅读并确认现行版本的备案告知书", Party.Patient);

    public static readonly ErrorDefinition CommitmentMustBeKept = new("COMMITMENT_MUST_BE_KEPT", ErrorCategory.Filing,
        "个人承诺书须保存至 {0}，此前不得销毁", "请在到期后办理", Party.HomeAgency);

    public static readonly ErrorDefinition ReferrerNotAuthorised = new("REFERRER_NOT_AUTHORISED", ErrorCategory.Filing,
        "医疗机构 {0} 不在参保地规定的转诊机构名单内", "请由参保地规定的定点医疗机构开具转诊证明", Party.Patient);

    public static readonly ErrorDefinition ChannelUnknown = new("CHANNEL_UNKNOWN", ErrorCategory.Filing,
        "备案渠道 {0} 不在参保地的渠道清单内", "请使用下列渠道之一：{1}", Party.Operator);

    public static readonly ErrorDefinition PlaceUnknown = new("PLACE_UNKNOWN", ErrorCategory.Filing,
        "就医地区划 {0} 不存在", "请核对医保区划代码", Party.Operator);

    public static readonly ErrorDefinition PlaceTooWide = new("PLACE_TOO_WIDE", ErrorCategory.Filing,
        "原则上须备案到地市或直辖市，{0} 过宽", "请选择具体地市；确有需要的由主管人员注明理由后办理", Party.Patient);

    public static readonly ErrorDefinition PlaceIsHome = new("PLACE_IS_HOME", ErrorCategory.Filing,
        "{0} 属于参保地，无须备案", "请直接就医结算", Party.Patient);

    public static readonly ErrorDefinition ApplicationReused = new("APPLICATION_ID_REUSED", ErrorCategory.Request,
        "申请标识 {0} 已用于内容不同的申请", "新的申请请使用新的申请标识", Party.Operator);

    public static readonly ErrorDefinition NumberTaken = new("FILING_NUMBER_TAKEN", ErrorCategory.System,
        "备案编号 {0} 已被占用", "请更换申请标识后重新提交", Party.Operator);

    public static readonly ErrorDefinition ClassSlotTaken = new("CLASS_SLOT_TAKEN", ErrorCategory.Filing,
        "同类备案名额已被就医地 {0} 的备案占用", "如需更换就医地，请选择替换原备案", Party.Patient);

    public static readonly ErrorDefinition PlaceAlreadyFiled = new("PLACE_ALREADY_FILED", ErrorCategory.Filing,
        "就医地 {0} 已有备案 {1}", "请先取消原备案，或为该就医地提交新的备案申请", Party.Patient);

    // --- late filing ---

    public static readonly ErrorDefinition RetroNotAllowed = new("RETRO_NOT_ALLOWED", ErrorCategory.Filing,
        "参保地不支持该情形补办备案", "费用请按参保地规定手工报销", Party.Patient);

    public static readonly ErrorDefinition RetroStartTooLate = new("RETRO_START_TOO_LATE", ErrorCategory.Filing,
        "补办备案的起始时间 {0} 须早于入院时间 {1}", "请把起始时间定为 {2} 或更早", Party.HomeAgency);

    public static readonly ErrorDefinition RetroWindowExceeded = new("RETRO_WINDOW_EXCEEDED", ErrorCategory.Filing,
        "原则上只补办 {0} 个月内的备案，起始时间 {1} 过早", "确有需要的由主管人员注明理由后办理", Party.HomeAgency);

    public static readonly ErrorDefinition StartInPast = new("FILING_START_IN_PAST", ErrorCategory.Filing,
        "就医前备案的起始日期 {0} 早于申请日期", "已入院的请按补办备案办理", Party.Patient);

    // --- handling ---

    public static readonly ErrorDefinition FilingNotFound = new("FILING_NOT_FOUND", ErrorCategory.Filing,
        "没有备案编号 {0}", "请核对备案编号", Party.Operator);

    public static readonly ErrorDefinition NotHomeAgency = new("NOT_HOME_AGENCY", ErrorCategory.Security,
        "只有参保地 {0} 的经办机构可以办理", "请转参保地经办机构办理", Party.Operator);

    public static readonly ErrorDefinition FilingState = new("FILING_STATE", ErrorCategory.Filing,
        "备案 {0} 当前为“{1}”，不能{2}", "请查询备案现状后再办理", Party.Operator);

    public static readonly ErrorDefinition ChangeLocked = new("CHANGE_LOCKED", ErrorCategory.Filing,
        "备案生效后 {0} 个月内原则上不得变更或取消，{1} 起可以办理", "请在该日期后申请；确有需要的由主管人员注明理由后办理", Party.Patient);

    public static readonly ErrorDefinition ChangeNotFound = new("FILING_CHANGE_NOT_FOUND", ErrorCategory.Filing,
        "备案 {0} 没有待审核的变更 {1}", "请查询备案现状", Party.Operator);

    public static readonly ErrorDefinition ChangePending = new("FILING_CHANGE_PENDING", ErrorCategory.Filing,
        "备案 {0} 已有待审核的变更", "请先办结原变更", Party.Operator);

    public static readonly ErrorDefinition OverrideNeedsReason = new("OVERRIDE_NEEDS_REASON", ErrorCategory.Request,
        "突破“原则上”的规定须由主管人员办理并注明理由", "请由主管人员填写理由后提交", Party.Operator);

    public static readonly ErrorDefinition RenewalDiffers = new("RENEWAL_DIFFERS", ErrorCategory.Filing,
        "续办须与原备案 {0} 的参保关系、类别和病种一致", "请按新备案办理", Party.Patient);

    // --- eligibility ---

    /// <summary>Words and step as OPS-001 has them.</summary>
    public static readonly ErrorDefinition NoFiling = new("NO_FILING", ErrorCategory.Filing,
        "参保人未在本就医地备案", "申请备案", Party.Patient);

    public static readonly ErrorDefinition NoFilingAtAdmission = new("NO_FILING_AT_ADMISSION", ErrorCategory.Filing,
        "入院或就诊时没有有效备案（备案自 {0} 起生效）", "参保地允许的请补办备案，否则按参保地规定手工报销", Party.Patient);

    public static readonly ErrorDefinition FilingExpired = new("FILING_EXPIRED", ErrorCategory.Filing,
        "备案有效期至 {0}，入院或就诊时已过期", "请重新办理备案", Party.Patient);

    public static readonly ErrorDefinition OutsideFiledPlace = new("OUTSIDE_FILED_PLACE", ErrorCategory.Filing,
        "就医地 {0} 不在备案地 {1} 范围内", "请到备案地就医，或为该就医地办理备案", Party.Patient);

    public static readonly ErrorDefinition LateFilingNeeded = new("EMERGENCY_FILING_NEEDED", ErrorCategory.Filing,
        "急诊可先就诊，须补办备案后结算", "请在结算前补办备案，就诊记录予以保留", Party.Patient);

    public static readonly ErrorDefinition AlreadySelfPaid = new("ALREADY_SELF_PAID", ErrorCategory.Filing,
        "该次就医已自费结算，不能再直接结算", "请凭补办的备案向参保地申请手工报销", Party.Patient);

    public static readonly ErrorDefinition ChronicNotQualified = new("CHRONIC_NOT_QUALIFIED", ErrorCategory.Filing,
        "没有病种 {0} 的门诊慢特病待遇资格", "请先在参保地办理资格认定", Party.Patient);

    public static readonly ErrorDefinition ChronicInstitutionNotSelected = new("CHRONIC_INSTITUTION_NOT_SELECTED", ErrorCategory.Filing,
        "医药机构 {0} 不是参保人选定的门诊慢特病机构", "请到选定机构就医，或向参保地申请变更选定机构", Party.Patient);

    public static readonly ErrorDefinition InstitutionNotSelected = new("INSTITUTION_NOT_SELECTED", ErrorCategory.Filing,
        "医疗机构 {0} 不是参保人在备案地选定的门诊机构", "请到选定机构就医，或先办理选定", Party.Patient);

    public static readonly ErrorDefinition SelectionLimit = new("SELECTION_LIMIT", ErrorCategory.Filing,
        "参保地规定最多选定 {0} 家机构", "请先取消一家再选定", Party.Patient);

    public static readonly ErrorDefinition DiseaseUnknown = new("DISEASE_UNKNOWN", ErrorCategory.Filing,
        "病种 {0} 不在参保地门诊慢特病目录内", "请核对病种编码", Party.Operator);

    public static readonly ErrorDefinition RecognitionNotPiloted = new("RECOGNITION_NOT_PILOTED", ErrorCategory.Filing,
        "参保地 {0} 未试点由就医地机构认定门诊慢特病资格", "请由参保地办理资格认定", Party.Institution);

    public static readonly ErrorDefinition NotYetOpen = new("NOT_YET_OPEN", ErrorCategory.Policy,
        "该项异地就医直接结算自 {0} 起开通", "开通前请自费后按参保地规定报销", Party.Patient);

    public static readonly ErrorDefinition OpeningTooLate = new("OPENING_TOO_LATE", ErrorCategory.Policy,
        "{0} 的开通日期 {1} 晚于规定期限 {2}", "请把开通日期定在期限之前", Party.Operator);

    public static readonly ErrorDefinition HomeAreaSuspended = new("HOME_AREA_SUSPENDED", ErrorCategory.Policy,
        "参保地 {0} 的异地直接结算自 {1} 起暂停", "请自费后按参保地规定报销；此前已入院的仍可结算", Party.HomeAgency);

    public static readonly ErrorDefinition AreaState = new("AREA_STATE", ErrorCategory.Policy,
        "统筹区 {0} 当前状态不允许该操作", "请核对统筹区状态", Party.Operator);

    public static readonly ErrorDefinition AreaNotHosted = new("AREA_NOT_HOSTED", ErrorCategory.Policy,
        "本节点不承办统筹区 {0}", "请转该统筹区的承办节点", Party.Operator);

    public static readonly ErrorDefinition PolicyInvalid = new("FILING_POLICY_INVALID", ErrorCategory.Policy,
        "备案政策文件 {0} 第 {1} 行：{2}", "请更正后重新加载", Party.HomeAgency);

    public static readonly ErrorDefinition RestrictionForbidden = new("RESTRICTION_FORBIDDEN", ErrorCategory.Policy,
        "备案政策文件 {0} 第 {1} 行：{2}", "住院、普通门诊和药店购药不得限制定点机构级别、数量或范围", Party.HomeAgency);

    public static readonly ErrorDefinition PersonStillInsured = new("PERSON_STILL_INSURED", ErrorCategory.Policy,
        "参保人仍在 {0} 参保，不得删除个人信息", "请先办理停保或终止参保关系", Party.Operator);
}
