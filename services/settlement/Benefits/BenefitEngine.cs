using Yibao.Contracts.Filings;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Errors;
using Yibao.Settlement.FeeSplit;

namespace Yibao.Settlement.Benefits;

/// <summary>
/// 待遇计算: what each fund pays and what is left to the person. Pure: the same input gives the same fen, today and at an audit.
/// </summary>
public static class BenefitEngine
{
    /// <summary>
    /// Treatment class → first-pay → deductible → pool segments with the out-of-area reduction → ceilings → further funds →
    /// medical aid → accounts → cash.
    /// </summary>
    /// <param name="policy">The home area's rules in force at the decisive date.</param>
    /// <param name="standing">What the home area knows of the person.</param>
    /// <param name="accumulators">The benefit year of the discharge date (BEN-019).</param>
    /// <param name="account">Balances before the settlement.</param>
    /// <param name="split">The treatment place's split: identity 1 must hold.</param>
    /// <param name="facts">The visit.</param>
    /// <exception cref="RefusedException">IDENTITY_1, SPLIT_NEGATIVE.</exception>
    public static Breakdown Adjudicate(
        PolicyPack policy, Standing standing, Accumulators accumulators, Account account, SplitTotals split, CaseFacts facts)
    {
        if (SplitChecks.Identity1(split) is { } error) throw error.AsException();
        if (facts.HospitalBorne.IsNegative || facts.HospitalBorne > split.Total) throw SystemErrors.FieldInvalid.With("hosp_part_amt", "应在零与总费用之间").AsException();
        if (facts.AccountRequest is { IsNegative: true }) throw SystemErrors.FieldInvalid.With("acct_pay", "不得为负").AsException();

        var calculation = new Calculation(policy.Of(standing.Insurance), standing, accumulators, account, split, facts);
        return calculation.Run(policy.Version);
    }

    /// <summary>One calculation on its way through the pipeline.</summary>
    private ref struct Calculation
    {
        private readonly InsurancePolicy _policy;
        private readonly CarePolicy _care;
        private readonly Standing _standing;
        private readonly Accumulators _year;
        private readonly Account _account;
        private readonly SplitTotals _split;
        private readonly CaseFacts _facts;
        private readonly List<Step> _steps = new(10);
        private readonly List<CounterDraw> _draws = new(6);
        private readonly Money[] _funds = new Money[FundCount];
        private TreatmentClass _class;
        private Reduction _reduction;
        private bool _manualOnly;
        private bool _capped;

        /// <summary>In-scope cost beyond the annual cap.</summary>
        private Money _overCap;

        /// <summary>In-scope cost that no fund has paid yet; starts as the whole in-scope cost.</summary>
        private Money _inScopeLeft;

        /// <summary>乙类先行自付 that no fund has paid yet.</summary>
        private Money _classBLeft;

        /// <summary>What the person bears only because of the out-of-area reduction.</summary>
        private Money _lost;

        private static readonly int FundCount = Enum.GetValues<Fund>().Length;

        public Calculation(InsurancePolicy policy, Standing standing, Accumulators year, Account account, SplitTotals split, CaseFacts facts)
        {
            _policy = policy;
            _care = policy.Of(facts.Care);
            _standing = standing;
            _year = year;
            _account = account;
            _split = split;
            _facts = facts;
            _inScopeLeft = split.InScope;
            _classBLeft = split.ClassBSelfPay;
            _reduction = Reduction.None;
            _class = TreatmentClass.Local;
            _manualOnly = false;
            _capped = false;
            _overCap = Money.Zero;
            _lost = Money.Zero;
        }

        public Breakdown Run(string version)
        {
            Classify();
            var cost = FirstPay(_split.InScope);
            cost = Deductible(cost);
            Pool(cost);
            foreach (var layer in _policy.Layers) Layer(layer);
            var drawn = Accounts(out var balance);
            var figures = Cash(balance);
            var contribution = new Contribution(_facts.Care == CareType.Inpatient ? 1 : 0, _draws) { Capped = _capped };
            return new Breakdown(figures, _steps, contribution, drawn, version, _class, _manualOnly);
        }

        private void Classify()
        {
            (_class, _manualOnly) = Classification.Of(_policy.OutOfArea, _standing, _facts);
            _reduction = _policy.OutOfArea.Of(_class);
            var late = _class == TreatmentClass.OtherTemporary && _manualOnly && _policy.OutOfArea.LateCommitmentAsOtherTemporary;
            _steps.Add(new Step(StepKind.Class, late ? _policy.OutOfArea.LateFilingRule : _reduction.Rule, _split.InScope, Money.Zero)
            {
                Class = _class,
                Before = _reduction.Values[_standing.PersonType, _facts.Level],
            });
        }

        /// <summary>先行自付: a share of the in-scope cost comes off before the deductible.</summary>
        private Money FirstPay(Money cost)
        {
            if (_reduction.Method != ReductionMethod.FirstPay) return cost;
            var share = _reduction.Values[_standing.PersonType, _facts.Level];
            var paid = Money.Rounded(cost.Fen * share);
            _lost = paid;
            _steps.Add(new Step(StepKind.FirstPay, _reduction.Rule, cost, paid) { Ratio = share });
            return cost - paid;
        }

        private Money Deductible(Money cost)
        {
            var policy = _care.Deductible;
            var amounts = policy.Amounts[_standing.PersonType, _facts.Level];
            var counter = Counters.Deductible(_facts.Care);
            var used = policy.Kind == DeductibleKind.Annual ? _year.Of(counter) : Money.Zero;
            var count = policy.Kind == DeductibleKind.PerAdmission ? _year.Admissions + 1 : 1;
            var standard = amounts[Math.Min(count, amounts.Length) - 1];
            var borne = Money.Min(cost, Money.Max(Money.Zero, standard - used));
            Draw(counter, borne);
            _steps.Add(new Step(StepKind.Deductible, policy.Rule, cost, borne)
            {
                Standard = standard,
                Used = used,
                Count = policy.Kind == DeductibleKind.PerAdmission ? count : 0,
            });
            return cost - borne;
        }

        private void Pool(Money cost)
        {
            var (person, level) = (_standing.PersonType, _facts.Level);
            var table = _care.Segments;
            var counter = Counters.PoolBase(_facts.Care);
            decimal offset = table.Period == SegmentPeriod.Year ? _year.Of(counter).Fen : 0;
            if (table.Period == SegmentPeriod.Year) Draw(counter, cost);

            foreach (var segment in table.Segments)
            {
                var within = Segments.Within(segment, offset, cost.Fen);
                if (within == 0m) continue;
                var before = segment.Ratios[person, level];
                var ratio = Segments.Applied(before, _reduction, person, level);
                _steps.Add(new Step(StepKind.Segment, segment.Rule, Money.Rounded(within), Money.Rounded(within * ratio)) { Ratio = ratio, Before = before, Standard = segment.From });
            }

            var pays = Money.Rounded(Segments.Pay(table, _reduction, person, level, offset, cost.Fen));
            var room = CareRoom(out var careCap);
            var afterCare = Limited(pays, room, careCap);
            var paid = afterCare;
            if (AnnualRoom() is { } left)
            {
                paid = Limited(afterCare, left, _policy.AnnualCap.Rule);
                if (paid < afterCare)
                {
                    var met = Segments.CostOf(table, _reduction, person, level, offset, cost.Fen, paid.Fen);
                    var whole = afterCare < pays ? Segments.CostOf(table, _reduction, person, level, offset, cost.Fen, afterCare.Fen) : cost.Fen;
                    _overCap = Money.Rounded(whole - met);
                }
            }

            if (_reduction.Method != ReductionMethod.FirstPay)
            {
                // Beyond a ceiling nothing is lost by the reduction: the ceiling would have cut it off as well.
                var local = Money.Rounded(Segments.Pay(table, Reduction.None, person, level, offset, cost.Fen));
                _lost = Money.Max(Money.Zero, Money.Min(local, Money.Min(room ?? local, AnnualRoom() ?? local)) - paid);
            }

            Draw(Counters.Pooled(_facts.Care), paid);
            if (_care.CountsTowardsAnnualCap) Draw(Counters.AnnualCap, paid);
            if (_facts is { Care: CareType.ChronicOutpatient, Disease: { } disease }) Draw(Counters.Disease(disease), paid);
            Pay(Fund.Pooled, paid);
            _steps.Add(new Step(StepKind.Pooled, table.Segments[0].Rule, cost, paid) { Fund = Fund.Pooled });
        }

        /// <summary>Room under the annual cap; null: no cap.</summary>
        private readonly Money? AnnualRoom() =>
            _care.CountsTowardsAnnualCap && _policy.AnnualCap.Amounts[_standing.PersonType, _facts.Level] is { } cap
                ? Money.Max(Money.Zero, cap - _year.Of(Counters.AnnualCap))
                : null;

        /// <summary>Room under this care's own ceilings: outpatient pooling, chronic diseases (BEN-018).</summary>
        private readonly Money? CareRoom(out Rule rule)
        {
            Money? room = null;
            rule = _care.Cap.Rule;
            if (_care.Cap.Amounts[_standing.PersonType, _facts.Level] is { } cap) room = cap - _year.Of(Counters.Pooled(_facts.Care));

            if (_facts is { Care: CareType.ChronicOutpatient, Disease: { } disease } && DiseaseRoom(disease) is { } diseaseRoom && (room is not { } other || diseaseRoom < other))
            {
                room = diseaseRoom;
                rule = _policy.ChronicLimits.Rule;
            }

            return room is { IsNegative: true } ? Money.Zero : room;
        }

        private readonly Money? DiseaseRoom(string disease)
        {
            var limits = _policy.ChronicLimits;
            if (!limits.DiseaseCaps.TryGetValue(disease, out var own)) return null;
            if (limits.Limits == ChronicLimits.Separate) return own - _year.Of(Counters.Disease(disease));

            var (joint, used) = (own, _year.Of(Counters.Disease(disease)));
            foreach (var other in _standing.ChronicDiseases)
            {
                if (string.Equals(other, disease, StringComparison.Ordinal) || !limits.DiseaseCaps.TryGetValue(other, out var cap)) continue;
                joint = limits.Limits == ChronicLimits.SumShared ? joint + cap : Money.Max(joint, cap);
                used += _year.Of(Counters.Disease(other));
            }

            return joint - used;
        }

        private Money Limited(Money amount, Money? room, Rule rule)
        {
            if (room is not { } limit || amount <= limit) return amount;
            _capped = true;
            _steps.Add(new Step(StepKind.Cap, rule, amount, limit) { Standard = limit });
            return limit;
        }

        private void Layer(LayerPolicy layer)
        {
            if (!Applies(layer)) return;
            var (person, level) = (_standing.PersonType, _facts.Level);
            var classB = layer.IncludesClassB ? _classBLeft : Money.Zero;
            var cost = layer.Base == LayerBase.OverCap
                ? Money.Min(_overCap, _inScopeLeft)
                : Money.Max(Money.Zero, _inScopeLeft - (layer.IncludesReduction ? Money.Zero : _lost)) + classB;

            var yearly = layer.Segments.Period == SegmentPeriod.Year;
            decimal offset = yearly ? _year.Of(Counters.FundBase(layer.Fund)).Fen : 0;
            var reduction = layer.Reduced && _reduction.Method != ReductionMethod.FirstPay ? _reduction : Reduction.None;
            var pays = Money.Rounded(Segments.Pay(layer.Segments, reduction, person, level, offset, cost.Fen));
            Money? room = layer.Cap.Amounts[person, level] is { } cap ? Money.Max(Money.Zero, cap - _year.Of(Counters.FundPaid(layer.Fund))) : null;
            var paid = Limited(pays, room, layer.Cap.Rule);

            if (yearly) Draw(Counters.FundBase(layer.Fund), cost);
            Draw(Counters.FundPaid(layer.Fund), paid);
            Pay(layer.Fund, paid);
            if (cost.IsZero) return;
            _steps.Add(new Step(StepKind.Layer, layer.Segments.Segments[0].Rule, cost, paid)
            {
                Fund = layer.Fund,
                Standard = layer.Segments.Segments[0].From,
                Used = Money.Rounded(offset),
            });
        }

        private readonly bool Applies(LayerPolicy layer)
        {
            if (layer.Cares.Count > 0 && !layer.Cares.Contains(_facts.Care)) return false;
            return layer.For switch
            {
                LayerFor.Everyone => true,
                LayerFor.CivilServant => _standing.CivilServant,
                LayerFor.Supplementary => _standing.Supplementary,
                LayerFor.DisabledServiceman => _standing.DisabledServiceman,
                LayerFor.AidClass => _policy.MedicalAid && string.Equals(_standing.AidClass, layer.AidClass, StringComparison.Ordinal),
            };
        }

        private AccountDraw Accounts(out Money balance)
        {
            balance = _account.Balance;
            var policy = _policy.Account;
            if (policy.Scope == AccountScope.Nothing || _facts.AccountUse == AccountUse.None) return AccountDraw.Nothing;

            var personal = _split.Total - _facts.HospitalBorne - Paid();
            if (policy.Scope == AccountScope.InScope) personal = Money.Min(personal, _inScopeLeft);
            var wanted = Money.Max(Money.Zero, _facts.AccountRequest is { } request ? Money.Min(request, personal) : personal);
            var own = Money.Min(wanted, Money.Max(Money.Zero, _account.Balance));
            var family = _facts.AccountUse == AccountUse.Family && policy.Family ? Money.Min(wanted - own, Money.Max(Money.Zero, _account.Family)) : Money.Zero;
            balance = _account.Balance - own;
            _funds[(int)Fund.PersonalAccount] = own + family;
            _steps.Add(new Step(StepKind.Account, policy.Rule, wanted, own + family) { Fund = Fund.PersonalAccount, Standard = _account.Balance, Used = family });
            return new AccountDraw(own, family);
        }

        private readonly Figures Cash(Money balance)
        {
            var cash = _split.Total - _facts.HospitalBorne - Paid();
            _steps.Add(new Step(StepKind.Cash, Rule.None, _split.Total, cash));
            return new Figures(_split.Total, FundList.Fill(_standing.Insurance, _policy, _funds), cash, _facts.HospitalBorne, balance);
        }

        private readonly Money Paid()
        {
            var sum = Money.Zero;
            foreach (var amount in _funds) sum += amount;
            return sum;
        }

        /// <summary>A fund pays in-scope cost first, then class B self-pay where its base includes it.</summary>
        private void Pay(Fund fund, Money amount)
        {
            _funds[(int)fund] += amount;
            var inScope = Money.Min(amount, _inScopeLeft);
            _inScopeLeft -= inScope;
            _classBLeft -= amount - inScope;
        }

        private readonly void Draw(string counter, Money amount)
        {
            if (!amount.IsZero) _draws.Add(new CounterDraw(counter, amount));
        }
    }
}
