using Yibao.Contracts.Settlements;

namespace Yibao.Settlement.RoundTrip;

/// <summary>预结算: what the patient agreed to must be what is settled.</summary>
public static class Quotes
{
    /// <summary>Same payments from the same funds; the account's balance afterwards may have moved without changing who pays.</summary>
    public static bool SamePayments(Figures quoted, Figures now) =>
        quoted.Total == now.Total && quoted.Cash == now.Cash && quoted.HospitalBorne == now.HospitalBorne
        && Enum.GetValues<Fund>().All(fund => quoted.Of(fund) == now.Of(fund));
}
