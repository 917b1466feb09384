namespace Yibao.Kernel.Errors;

/// <summary>Why a form cannot be printed.</summary>
public static class FormErrors
{
    /// <summary>FRM-012, INS-012. {0} form or registration, {1} field.</summary>
    public static readonly ErrorDefinition FieldRequired = new("FIELD_REQUIRED", ErrorCategory.Request,
        "《{0}》缺少必填项：{1}", "请补全后再提交或打印", Party.Operator);

    /// <summary>{0} form, {1} what.</summary>
    public static readonly ErrorDefinition ContentInvalid = new("FORM_CONTENT_INVALID", ErrorCategory.Request,
        "《{0}》内容不正确：{1}", "请更正后再打印", Party.Operator);

    /// <summary>FRM-013, INS-027. {0} what the slip lacks.</summary>
    public static readonly ErrorDefinition SlipNotValid = new("SLIP_NOT_VALID", ErrorCategory.Institution,
        "外检外购单缺少{0}，相关费用不能并入本次住院结算", "请补齐医师签字和医疗保险办公室盖章", Party.Institution);
}
