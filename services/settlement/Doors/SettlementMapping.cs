using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Settlement.FeeSplit;
using Yibao.Settlement.RoundTrip;
using Wire = Yibao.Contracts.Settlement.V1;

namespace Yibao.Settlement.Doors;

/// <summary>The domain's records in the proto's words.</summary>
internal static class SettlementMapping
{
    public static Wire.Settlement ToWire(this SettlementAnswer answer)
    {
        var state = answer.State;
        var wire = new Wire.Settlement { NationalId = answer.SettlementId, SettlementId = OwnId(answer.SettlementId), State = State(state) };
        if (state.Request is { } request)
        {
            wire.VisitId = OwnId(request.VisitId);
            wire.Split = request.Split.ToWire();
            wire.BusinessDate = Iso(request.BusinessDate);
            wire.PersonKey = request.Person.ToString();
            wire.HomeArea = request.HomeArea.Code;
            wire.TreatmentArea = request.TreatmentArea.Code;
            wire.InsuranceType = ((int)request.Insurance).ToString(CultureInfo.InvariantCulture);
            wire.CareType = request.CareType;
            wire.InstitutionCode = request.Institution;
            wire.CareFrom = Timestamp.FromDateTimeOffset(request.CareFrom);
            wire.CareUntil = Timestamp.FromDateTimeOffset(request.CareUntil);
            wire.Channel = request.Channel is { } channel ? (Wire.PaymentChannel)channel : Wire.PaymentChannel.Unspecified;
            wire.CredentialType = request.CredentialType;
            wire.Categories.AddRange(request.Categories.Select(category => new Wire.Category { Code = ChargeCategories.Code(category.Category), Split = category.Split.ToWire() }));
        }

        if (state.Outcome is not { } outcome) return wire;
        wire.DecidedAt = Timestamp.FromDateTimeOffset(outcome.DecidedAt);
        if (outcome.Content is { } content)
        {
            wire.Figures = content.Figures.ToWire();
            wire.PolicyVersion = content.PolicyVersion;
            wire.ContentHash = content.Hash();
        }

        if (outcome.Explanation is { } explained) wire.Explanation = explained.ToWire();
        if (outcome.Refusal?.ToError() is { } refusal) (wire.RefusalCode, wire.RefusalMessage, wire.RefusalNextStep) = (outcome.Refusal.Code, refusal.Message, refusal.NextStep);
        if (outcome.Changed is { } changed) wire.Changed = changed.ToWire();
        if (outcome.Negative is { } negative)
        {
            wire.Negative = new Wire.Negative
            {
                NationalId = negative.SettlementId,
                SettlementId = OwnId(negative.SettlementId),
                Figures = negative.Figures.ToWire(),
                BusinessDate = Iso(negative.BusinessDate),
            };
        }

        return wire;
    }

    public static Wire.Figures ToWire(this Figures figures)
    {
        var wire = new Wire.Figures
        {
            TotalFen = figures.Total.Fen,
            FundTotalFen = figures.FundTotal.Fen,
            CashFen = figures.Cash.Fen,
            HospitalBorneFen = figures.HospitalBorne.Fen,
            AccountBalanceFen = figures.AccountBalance.Fen,
        };
        wire.Funds.AddRange(figures.Funds.Select(fund => new Wire.FundAmount { Fund = fund.Fund.ToString(), Name = fund.Name, AmountFen = fund.Amount.Fen, Code = fund.Code }));
        return wire;
    }

    public static Wire.Explanation ToWire(this Explained explained)
    {
        var wire = new Wire.Explanation { DeductibleFen = explained.Deductible.Fen };
        wire.Lines.AddRange(explained.Lines.Select(line => new Wire.ExplanationLine
        {
            TookInFen = line.TookIn.Fen,
            ResultFen = line.Result.Fen,
            Reason = line.Reason,
            Rule = line.Rule,
            Article = line.Article,
            Source = line.Source,
            Worth = line.Worth,
        }));
        return wire;
    }

    public static Wire.Split ToWire(this SplitTotals split) => new()
    {
        TotalFen = split.Total.Fen,
        InScopeFen = split.InScope.Fen,
        ClassBSelfPayFen = split.ClassBSelfPay.Fen,
        OverLimitFen = split.OverLimit.Fen,
        SelfFundedFen = split.SelfFunded.Fen,
    };

    public static Wire.FeeLine ToWire(this FeeLine line) => new()
    {
        Serial = line.Serial,
        Code = line.Code,
        Category = line.Category is { } category ? ChargeCategories.Code(category) : "",
        Price = line.Price.ToString(CultureInfo.InvariantCulture),
        Count = line.Count.ToString(CultureInfo.InvariantCulture),
        AmountFen = line.Amount.Fen,
        Date = Iso(line.Date),
        Approval = (int)line.Approval,
        Batch = line.Batch ?? "",
        Prescription = line.Prescription?.Number ?? "",
        Circulated = line.Prescription?.Circulated ?? false,
        DiseaseCode = line.Disease ?? "",
    };

    /// <exception cref="RefusedException"><c>FIELD_INVALID</c>, <c>CATEGORY_UNKNOWN</c>.</exception>
    public static FeeLine ToLine(this Wire.FeeLine line)
    {
        ChargeCategory? category = null;
        if (line.Category.Length > 0) category = ChargeCategories.TryParse(line.Category, out var known) ? known : throw FeeErrors.CategoryUnknown.With(line.Category).AsException();
        if (line.Serial.Length is 0 or > 30) throw SystemErrors.FieldInvalid.With("feedetl_sn", "1–30 位").AsException();
        if (line.Code.Length is 0 or > 50) throw SystemErrors.FieldInvalid.With("med_list_codg", "1–50 位").AsException();
        if (!DateOnly.TryParseExact(line.Date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) throw SystemErrors.FieldInvalid.With("fee_ocur_time", "yyyy-MM-dd").AsException();
        if (line.Approval is < 0 or > 2) throw SystemErrors.FieldInvalid.With("hosp_appr_flag", "0、1、2").AsException();
        return new FeeLine(line.Serial, line.Code, category, Number(line.Price, "pric", 6), Number(line.Count, "cnt", 4), new Money(line.AmountFen), date)
        {
            Approval = (Approval)line.Approval,
            Outside = line.Outside is { } outside ? new OutsideOrigin(Id(outside.Slip, "outside.slip"), Id(outside.InstitutionCode, "outside.institution_code"), Id(outside.Serial, "outside.serial")) : null,
            Batch = line.Batch.Length == 0 ? null : line.Batch.Length <= 30 ? line.Batch : throw SystemErrors.FieldInvalid.With("chrg_bchno", "最多 30 位").AsException(),
            Prescription = line.Prescription.Length > 30 ? throw SystemErrors.FieldInvalid.With("rxno", "最多 30 位").AsException()
                : line is { Prescription: "", Circulated: true } ? throw SystemErrors.FieldMissing.With("rxno").AsException()
                : line.Prescription.Length > 0 ? new Prescription(line.Prescription, line.Circulated) : null,
            Disease = line.DiseaseCode.Length == 0 ? null : line.DiseaseCode.Length <= 30 ? line.DiseaseCode : throw SystemErrors.FieldInvalid.With("dise_codg", "最多 30 位").AsException(),
        };
    }

    /// <exception cref="RefusedException"><c>FIELD_INVALID</c>.</exception>
    public static string Id(string value, string field) => Contracts.Settlements.SettlementId.IsWellFormed(value)
        ? value
        : throw SystemErrors.FieldInvalid.With(field, "1–64 位字母、数字、点、横线或下划线").AsException();

    /// <exception cref="RefusedException"><c>FIELD_INVALID</c>.</exception>
    public static PaymentChannel? Channel(Wire.PaymentChannel channel) => channel switch
    {
        Wire.PaymentChannel.Unspecified => null,
        Wire.PaymentChannel.Counter => PaymentChannel.Counter,
        Wire.PaymentChannel.SelfService => PaymentChannel.SelfService,
        Wire.PaymentChannel.Mobile => PaymentChannel.Mobile,
        _ => throw SystemErrors.FieldInvalid.With("channel", "1 窗口、2 自助终端、3 移动支付").AsException(),
    };

    public static DateTimeOffset Instant(Timestamp? at, string field) =>
        at is null ? throw SystemErrors.FieldMissing.With(field).AsException() : Sealing.Truncate(at.ToDateTimeOffset());

    public static string OwnId(string nationalId) => nationalId[(nationalId.IndexOf(':', StringComparison.Ordinal) + 1)..];

    public static string Iso(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static decimal Number(string text, string field, int decimals) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && decimal.Round(number, decimals) == number
            ? number
            : throw SystemErrors.FieldInvalid.With(field, $"最多 {decimals} 位小数的非负数").AsException();

    private static Wire.SettlementState State(TreatmentSettlement state) => state switch
    {
        { WithdrawnUnseen: true } => Wire.SettlementState.Withdrawn,
        { Outcome: null } => Wire.SettlementState.InProgress,
        { Withdrawal: not null } => Wire.SettlementState.Reversing,
        { Outcome.State: OutcomeState.Granted } => Wire.SettlementState.Granted,
        { Outcome.State: OutcomeState.Refused } => Wire.SettlementState.Refused,
        { Outcome.State: OutcomeState.Tombstoned } => Wire.SettlementState.Withdrawn,
        _ => Wire.SettlementState.Reversed,
    };
}
