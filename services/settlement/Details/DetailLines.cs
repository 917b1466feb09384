using System.Globalization;
using System.Text;
using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Settlement.Details;

/// <summary>Reads the lines of held details out of their stream.</summary>
public sealed class DetailLines(IHistory history)
{
    /// <summary>Every line, in the order of the parts.</summary>
    /// <exception cref="RefusedException"><c>DETAILS_UNKNOWN</c>, <c>DETAILS_INCOMPLETE</c>.</exception>
    public async Task<(FeeDetails Details, IReadOnlyList<DetailLine> Lines)> Of(string reference, CancellationToken cancellation = default)
    {
        var received = (await history.Of(HeldDetails.Stream(reference).Id, cancellation)).Select(stored => stored.Fact).OfType<DetailsPartReceived>().ToList();
        if (received.Count == 0) throw DetailsErrors.Unknown.With(reference).AsException();
        if (received.Count < received[0].Parts) throw DetailsErrors.Incomplete.With(reference).AsException();
        return (received[0].Details, [.. received.OrderBy(part => part.Part).SelectMany(part => part.Lines)]);
    }
}

/// <summary>The download file: one row per line, amounts in yuan.</summary>
public static class DetailFile
{
    public const string Header = "结算或就诊标识,类型,就医地,参保地,医药机构编号,人员编号,险种,医疗类别,开始时间,结束时间,业务日期,费用明细流水号,医疗目录编码,名称,大类费用,发生日期,单价,数量,金额,范围内,乙类先行自付,超限价,自费";

    public static string Row(FeeDetails details, DetailLine line) => string.Join(',', new[]
    {
        details.Reference, details.Kind == DetailsKind.Direct ? "直接结算" : "未直接结算", details.TreatmentArea.Code, details.HomeArea.Code, details.Institution, details.Person.ToString(),
        ((int)details.Insurance).ToString(CultureInfo.InvariantCulture), details.CareType, Time(details.CareFrom), Time(details.CareUntil), Date(details.Date),
        line.Serial, line.Code, line.Name, line.Category is { } category ? ChargeCategories.Code(category) : "", Date(line.Date), Number(line.Price), Number(line.Count), Number(line.Amount.InYuan),
        Number(line.Split?.InScope.InYuan), Number(line.Split?.ClassBSelfPay.InYuan), Number(line.Split?.OverLimit.InYuan), Number(line.Split?.SelfFunded.InYuan),
    }.Select(Cell));

    // A cell that begins like a formula would be run by the program that opens the file.
    private static string Cell(string text)
    {
        var safe = text.Length > 0 && (text[0] is '=' or '+' or '-' or '@') ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : new StringBuilder(safe.Length + 2).Append('"').Append(safe.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"').ToString();
    }

    private static string Number(decimal? value) => value?.ToString("0.######", CultureInfo.InvariantCulture) ?? "";

    private static string Date(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset at) => Kernel.Time.BusinessTime.InBeijing(at).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
