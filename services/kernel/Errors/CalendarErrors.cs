namespace Yibao.Kernel.Errors;

/// <summary>What can be wrong with the working-day calendar.</summary>
public static class CalendarErrors
{
    /// <summary>AMB-02: a year without a published calendar is refused, not guessed.</summary>
    public static readonly ErrorDefinition YearUnpublished = new("CALENDAR_YEAR_UNPUBLISHED", ErrorCategory.System,
        "{0}年的法定节假日及调休安排尚未录入，无法计算工作日", "请按国务院办公厅通知录入该年工作日历", Party.Platform);
}
