using System.Globalization;
using System.IO.Compression;
using System.Text;
using Yibao.Contracts.Clearing.V1;
using Yibao.Gateway.Hospital.Messages;
using Yibao.HospitalInterface.Mapping;
using Yibao.HospitalInterface.Reading;
using Yibao.HospitalInterface.Writing;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Time;

namespace Yibao.Gateway.Hospital.Transactions;

/// <summary>What 3201 and 3202 compare: the institution's settlements of a period as its node booked them.</summary>
internal static class Statements
{
    /// <summary>A period longer than a month is compared in parts.</summary>
    public const int MostDays = 31;

    public static (DateOnly From, DateOnly Until) Period(InputNode data)
    {
        var from = data.Date("stmt_begndate") ?? throw SystemErrors.FieldMissing.With("对账开始日期（stmt_begndate）").AsException();
        var until = data.Date("stmt_enddate") ?? throw SystemErrors.FieldMissing.With("对账结束日期（stmt_enddate）").AsException();
        if (until < from) throw SystemErrors.FieldInvalid.With("对账结束日期（stmt_enddate）", "早于开始日期").AsException();
        return until.DayNumber - from.DayNumber < MostDays ? (from, until) : throw InterfaceErrors.PeriodTooLong.With(MostDays).AsException();
    }

    /// <summary>Booked settlements of the period, of one clearing type; negatives among them unless the institution asks for one sign only.</summary>
    public static async Task<List<BookedSettlement>> Of(NodeServices services, HospitalCall call, InputNode data, CancellationToken cancellation)
    {
        var (from, until) = Period(data);
        var booked = await services.Reconciliation.ListInstitutionSettlementsAsync(new InstitutionPeriodRequest { InstitutionCode = call.Institution, From = Text(from), Until = Text(until) }, cancellationToken: cancellation);
        var type = VisitMapping.Need(data, "clr_type", "清算类别");
        return [.. booked.Settlements.Where(s => SettlementMapping.ClearingType(s.CareType) == type && (data.Text("refd_setl_flag") is not { } sign || sign == (s.OriginalId.Length > 0 ? "1" : "0")))];
    }

    /// <summary>基金支付总额 of the interface: without the personal account, which is the person's part.</summary>
    public static Money Funds(this BookedSettlement settlement) => new(settlement.FundFen - settlement.AccountFen);

    public static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>医药机构费用结算对总账 (3201): counts and sums of both, per insurance and clearing type.</summary>
internal sealed class StatementTotals(NodeServices services) : ITransaction
{
    public string Infno => "3201";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var insurance = VisitMapping.Need(data, "insutype", "险种");
        var booked = (await Statements.Of(services, call, data, cancellation)).Where(s => s.InsuranceType == insurance).ToList();
        (string Name, Money Theirs, Money Ours)[] sums =
        [
            ("医疗费总额", Amount(data, "medfee_sumamt", "医疗费总额"), new Money(booked.Sum(s => s.TotalFen))),
            ("基金支付总额", Amount(data, "fund_pay_sumamt", "基金支付总额"), new Money(booked.Sum(s => s.Funds().Fen))),
            ("个人账户支付金额", Amount(data, "acct_pay", "个人账户支付金额"), new Money(booked.Sum(s => s.AccountFen))),
        ];
        var count = data.Number("fixmedins_setl_cnt") ?? throw SystemErrors.FieldMissing.With("定点医药机构结算笔数（fixmedins_setl_cnt）").AsException();
        var differing = sums.Where(sum => sum.Theirs != sum.Ours).Select(sum => $"{sum.Name}：贵院 {sum.Theirs}，平台 {sum.Ours}").ToList();
        if (count != booked.Count) differing.Insert(0, string.Create(CultureInfo.InvariantCulture, $"笔数：贵院 {count:0}，平台 {booked.Count}"));
        return Calls.Answer("stmtinfo", new OutputNode(Infno, "stmtinfo")
            .Set("setl_optins", VisitMapping.Need(data, "setl_optins", "结算经办机构"))
            .Set("stmt_rslt", differing.Count == 0 ? "0" : "1")
            .Set("stmt_rslt_dscr", string.Join("；", differing))
            .Build());
    }

    private static Money Amount(InputNode data, string code, string name) => data.Amount(code) ?? throw SystemErrors.FieldMissing.With($"{name}（{code}）").AsException();
}

/// <summary>医药机构费用结算对明细账 (3202): the uploaded file line by line; the result is a file to be downloaded (9102).</summary>
internal sealed class StatementDetails(NodeServices services, KeptFiles files, TimeProvider time) : ITransaction
{
    public string Infno => "3202";

    public async Task<TransactionOutput> Run(HospitalCall call, CancellationToken cancellation)
    {
        var data = call.Node("data");
        var number = VisitMapping.Need(data, "file_qury_no", "文件查询号");
        var file = await files.Find(call.Institution, number, time.GetUtcNow()) ?? throw InterfaceErrors.FileUnknown.With(number).AsException();
        var lines = StatementFile.Read(file.Content);
        var booked = await Statements.Of(services, call, data, cancellation);
        await Book(call, data, lines, cancellation);

        var name = $"stmt-{call.Reference}.txt.zip";
        var result = new KeptFile(call.Reference, name, StatementFile.Write(call.Institution, lines, booked), call.ReceivedAt + KeptFiles.KeptFor);
        await files.Keep(call.Institution, result);
        return Calls.Answer("fileinfo", new OutputNode(Infno, "fileinfo").Set("file_qury_no", result.Number).Set("filename", name).Set("dld_endtime", result.ExpiresAt).Build());
    }

    /// <summary>A day that is over is the institution's daily reconciliation (REC-006): the clearing service keeps its result and its due day.</summary>
    private async Task Book(HospitalCall call, InputNode data, List<StatementLine> lines, CancellationToken cancellation)
    {
        var (from, until) = Statements.Period(data);
        // A file of one clearing type or of several days is no whole day of the institution.
        if (from != until || from >= time.GetUtcNow().BusinessDate() || data.Text("refd_setl_flag") is not null) return;
        var whole = await services.Reconciliation.ListInstitutionSettlementsAsync(new InstitutionPeriodRequest { InstitutionCode = call.Institution, From = Statements.Text(from), Until = Statements.Text(until) }, cancellationToken: cancellation);
        if (whole.Settlements.Select(s => SettlementMapping.ClearingType(s.CareType)).Distinct().Count() > 1) return;
        var day = new InstitutionDayRequest { InstitutionCode = call.Institution, Day = Statements.Text(from) };
        day.Lines.AddRange(lines.Select(line => new InstitutionLine
        {
            SettlementId = $"{call.Institution}:{line.SettlementId}",
            TotalFen = line.Total.Fen,
            FundFen = (line.Funds + line.Account).Fen,
            AccountFen = line.Account.Fen,
            Refund = line.Refund,
        }));
        await services.Reconciliation.CompareInstitutionAsync(day, cancellationToken: cancellation);
    }
}

/// <summary>One line of the institution's file.</summary>
internal sealed record StatementLine(string SettlementId, string VisitId, string PersonNumber, Money Total, Money Funds, Money Account, bool Refund);

/// <summary>The files of 3202: UTF-8 text, a line a settlement, columns by tabs, zipped or not.</summary>
internal static class StatementFile
{
    private const int MostBytes = 16 * 1024 * 1024;
    private const int Columns = 7;

    /// <exception cref="RefusedException"><c>FIELD_INVALID</c>: names line and column.</exception>
    public static List<StatementLine> Read(byte[] content)
    {
        var lines = new List<StatementLine>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using var reader = new StreamReader(new MemoryStream(Unzipped(content), writable: false), Encoding.UTF8);
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (line.Length == 0) continue;
            var cells = line.Split('\t');
            if (cells.Length < Columns) throw Wrong(number, $"应有 {Columns} 列，以制表符分隔");
            if (!Contracts.Settlements.SettlementId.IsWellFormed(cells[0])) throw Wrong(number, "结算ID不正确");
            if (!seen.Add(cells[0])) throw Wrong(number, "结算ID重复");
            lines.Add(new StatementLine(cells[0], cells[1], cells[2], Amount(cells[3], number, "医疗费总额"), Amount(cells[4], number, "基金支付总额"), Amount(cells[5], number, "个人账户支出"), cells[6].Trim() == "1"));
        }

        return lines;
    }

    /// <summary>psn_no, mdtrt_id, setl_id, msgid, stmt_rslt, refd_setl_flag, memo, medfee_sumamt, fund_pay_sumamt, acct_pay: every settlement of either side.</summary>
    public static byte[] Write(string institution, List<StatementLine> lines, List<BookedSettlement> booked)
    {
        var theirs = lines.ToDictionary(line => line.SettlementId, StringComparer.Ordinal);
        var text = new StringBuilder();
        foreach (var ours in booked)
        {
            var id = VisitMapping.OwnId(institution, ours.SettlementId);
            theirs.Remove(id, out var line);
            var memo = line is null ? "贵院文件中没有该笔结算"
                : line.Total.Fen != ours.TotalFen ? "医疗费总额不一致"
                : line.Funds != ours.Funds() ? "基金支付总额不一致"
                : line.Account.Fen != ours.AccountFen ? "个人账户支出不一致"
                : line.Refund != (ours.OriginalId.Length > 0) ? "退费结算标志不一致" : "";
            Row(text, HospitalInterface.Mapping.PersonNumber.Write(ours.PersonKey), VisitMapping.OwnId(institution, ours.VisitId), id, id, memo, ours.OriginalId.Length > 0, new Money(ours.TotalFen), ours.Funds(), new Money(ours.AccountFen));
        }

        foreach (var line in theirs.Values.OrderBy(line => line.SettlementId, StringComparer.Ordinal))
            Row(text, line.PersonNumber, line.VisitId, line.SettlementId, line.SettlementId, "平台没有该笔结算", line.Refund, line.Total, line.Funds, line.Account);
        return Zipped("stmt.txt", Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static void Row(StringBuilder text, string person, string visit, string settlement, string message, string memo, bool refund, Money total, Money funds, Money account) => text.Append(CultureInfo.InvariantCulture,
        $"{Cell(person)}\t{Cell(visit)}\t{settlement}\t{message}\t{(memo.Length == 0 ? "0" : "1")}\t{(refund ? "1" : "0")}\t{Cell(memo)}\t{total.InYuan:0.00}\t{funds.InYuan:0.00}\t{account.InYuan:0.00}\n");

    // TXT files write "null" for what is empty.
    private static string Cell(string text) => text.Length == 0 ? "null" : text;

    private static Money Amount(string cell, int line, string name) =>
        decimal.TryParse(cell, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var yuan) && decimal.Round(yuan, 2) == yuan && Math.Abs(yuan) < 1_000_000_000_000m
            ? Money.Yuan(yuan)
            : throw Wrong(line, $"{name}应为最多两位小数的金额");

    private static RefusedException Wrong(int line, string what) => SystemErrors.FieldInvalid.With(string.Create(CultureInfo.InvariantCulture, $"对账文件第 {line} 行"), what).AsException();

    private static byte[] Unzipped(byte[] content)
    {
        if (content is not [0x50, 0x4B, 0x03, 0x04, ..]) return content;
        try
        {
            using var archive = new ZipArchive(new MemoryStream(content, writable: false), ZipArchiveMode.Read);
            if (archive.Entries is not [var entry]) throw SystemErrors.FieldInvalid.With("对账文件", "压缩包内应只有一个文件").AsException();
            using var from = entry.Open();
            using var to = new MemoryStream();
            var buffer = new byte[81920];
            int read;
            while ((read = from.Read(buffer)) > 0)
            {
                // What the archive says of its size is not believed.
                if (to.Length + read > MostBytes) throw SystemErrors.FieldInvalid.With("对账文件", "解压后超过 16 MB").AsException();
                to.Write(buffer, 0, read);
            }

            return to.ToArray();
        }
        catch (InvalidDataException)
        {
            throw SystemErrors.FieldInvalid.With("对账文件", "压缩包已损坏").AsException();
        }
    }

    private static byte[] Zipped(string name, byte[] content)
    {
        using var to = new MemoryStream();
        using (var archive = new ZipArchive(to, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry(name).Open();
            entry.Write(content);
        }

        return to.ToArray();
    }
}
