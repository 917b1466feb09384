using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Places;

namespace Yibao.Contracts.Filings;

/// <summary>
/// A filing as it stands, sent upward city → province → nation whenever it changes (FIL-038, FIL-039), so that the treatment place
/// can query it. The whole state, not a difference: a receiver keeps the highest version and drops the others, so order and repeats do not matter.
/// </summary>
/// <param name="Number">备案编号.</param>
/// <param name="Version">Counts the changes of this filing, from 1.</param>
/// <param name="End">Exclusive; null: no end.</param>
/// <param name="LeftForceAt">When it was superseded, cancelled or ended; null while it stands.</param>
public sealed record FilingReplicated(
    string Number,
    long Version,
    PersonKey Person,
    AdminDivision HomeArea,
    InsuranceType Insurance,
    FilingCategory Category,
    AdminDivision Place,
    FilingMode Mode,
    ProofBasis Proof,
    FilingStatus Status,
    DateTimeOffset? Start,
    DateTimeOffset? End,
    DateTimeOffset? LeftForceAt,
    DateTimeOffset ChangedAt) : IMessage;

/// <summary>A higher node has stored that version: the home place stops sending it again.</summary>
/// <param name="Tier">Which node stored it: the province, then the nation.</param>
public sealed record FilingReplicaStored(string Number, long Version, PersonKey Person, AdminDivision Tier, DateTimeOffset StoredAt) : IMessage;

/// <summary>A chronic-disease qualification as it stands (门诊慢特病待遇资格, FIL-038), sent like a filing.</summary>
/// <param name="Institutions">The institutions the person has picked (fixmedins_code).</param>
public sealed record ChronicQualificationReplicated(
    PersonKey Person,
    AdminDivision HomeArea,
    string DiseaseCode,
    long Version,
    DateOnly From,
    DateOnly? Until,
    bool Revoked,
    IReadOnlyList<string> Institutions,
    DateTimeOffset ChangedAt) : IMessage;
