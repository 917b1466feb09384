using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.Settlement.Benefits;

namespace Yibao.Settlement.Manual;

/// <summary>手工报销受理: pre-filled from the uploaded details, nothing typed again (SET-021, SET-022).</summary>
/// <param name="Reason">The fault's code.</param>
/// <param name="FaultAt">When direct settlement failed.</param>
/// <param name="Reference">The uploaded details.</param>
public sealed record ManualCaseOpened(
    string VisitId, string Reference, AdminDivision HomeArea, AdminDivision TreatmentArea, string Institution, PersonKey Person, InsuranceType Insurance, string CareType,
    DateTimeOffset CareUntil, string Reason, DateTimeOffset FaultAt, int Lines, Money Total, DateTimeOffset At) : IFact;

/// <summary>The benefits by home rules. Everything an auditor needs to calculate again is in it.</summary>
/// <param name="Split">By the home place's catalogue.</param>
/// <param name="By">Who calculated: somebody else pays.</param>
public sealed record ManualBenefitCalculated(
    SplitTotals Split, string CatalogueVersion, Standing Standing, CaseFacts Case, Figures Figures, string PolicyVersion, long AccumulatorsVersion, Explained Explanation, string By, DateTimeOffset At) : IFact;

/// <summary>Paid: the visit is spent for direct settlement.</summary>
/// <param name="PaymentId">What the benefit year knows it by.</param>
/// <param name="CrossProvince">Counts as a cross-province discharge when it was a stay (SET-030).</param>
public sealed record ManualReimbursed(
    string VisitId, string PaymentId, AdminDivision HomeArea, AdminDivision TreatmentArea, InsuranceType Insurance, string CareType, DateTimeOffset CareUntil, bool CrossProvince, Figures Figures, DateTimeOffset At) : IFact;

/// <summary>The payment was an error and was paid back: the benefit year has it again, and the visit may be paid otherwise.</summary>
public sealed record ManualRevoked(string VisitId, string PaymentId, AdminDivision HomeArea, DateOnly Discharged, string Reason, DateTimeOffset At) : IFact;

/// <summary>One manual reimbursement, at the home place: one payment per visit, however it is asked for. <c>manual/{visit}</c>.</summary>
public sealed record ManualCase : IState<ManualCase>
{
    public static ManualCase Empty { get; } = new();

    public ManualCaseOpened? Opened { get; private init; }

    public ManualBenefitCalculated? Calculated { get; private init; }

    /// <summary>The payment that stands.</summary>
    public ManualReimbursed? Paid { get; private init; }

    /// <summary>How many payments there were, revoked ones too.</summary>
    public int Payments { get; private init; }

    public static StreamKey<ManualCase> Stream(string visitId) => new($"manual/{visitId}");

    public ManualCase Evolve(IFact fact) => fact switch
    {
        ManualCaseOpened opened => this with { Opened = opened },
        ManualBenefitCalculated calculated => this with { Calculated = calculated },
        ManualReimbursed paid => this with { Paid = paid, Payments = Payments + 1 },
        ManualRevoked => this with { Paid = null, Calculated = null },
        _ => throw new InvalidOperationException($"A manual case does not know {fact.GetType().Name}."),
    };
}
