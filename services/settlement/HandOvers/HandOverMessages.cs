using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;

namespace Yibao.Settlement.HandOvers;

/// <summary>A pooling area's new host asks its former one for a benefit year of one person, and for the account (<see cref="SettlementKinds.TakeOver"/>).</summary>
/// <param name="Area">统筹区 that was handed over.</param>
/// <param name="Since">From this instant the registry names the new host.</param>
public sealed record TakeOverRequest(AdminDivision Area, PersonKey Person, InsuranceType Insurance, int Year, DateTimeOffset Since);

/// <summary>The former host's answer (<see cref="SettlementKinds.HandedOver"/>): from now on it moves neither of them.</summary>
public sealed record HandedOver(TakeOverRequest Request, BenefitYearRecord Year, AccountRecord Account);

/// <summary>
/// A settlement that the former host decided is taken back; its contribution lies with the new host now, which decides whether the order of
/// the year allows it and restores (<see cref="SettlementKinds.Restore"/>).
/// </summary>
/// <param name="SettlementId">The settlement.</param>
/// <param name="NegativeId">The reversal's or refund's own id: the same one is answered alike for ever.</param>
/// <param name="CareType">医疗类别 (med_type) of the settlement.</param>
/// <param name="Since">The hand-over by which the year left the asking node.</param>
public sealed record RestoreRequest(
    string SettlementId, string NegativeId, WayBack Way, string CareType, AdminDivision Area, PersonKey Person, InsuranceType Insurance, int Year, DateTimeOffset Since);

/// <summary>The new host's answer (<see cref="SettlementKinds.Restored"/>).</summary>
/// <param name="Denied">Why not; null when year and account are restored.</param>
/// <param name="AccountBalance">结算后个人账户余额 (balc).</param>
public sealed record RestoreAnswer(string SettlementId, string NegativeId, Refusal? Denied, Money AccountBalance);
