using System.Globalization;
using Grpc.Core;
using Yibao.Contracts.Settlement.V1;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Paths;
using Yibao.Settlement.Rate;
using Domain = Yibao.Settlement.Receivables;
using Role = Yibao.Kernel.Deciding.Role;

namespace Yibao.Settlement.Doors;

/// <summary>Sums over this node's settlements: an institution's receivable, a home place's direct settlement rate.</summary>
public sealed class SumsService(Domain.Receivables receivables, CrossDischarges discharges, SettlementRules rules, NodeRegistry registry, ICurrentActor current, TimeProvider time) : SettlementSums.SettlementSumsBase
{
    public override Task<Receivable> GetReceivable(ReceivableRequest request, ServerCallContext context) => GetReceivable(request, context.CancellationToken);

    internal async Task<Receivable> GetReceivable(ReceivableRequest request, CancellationToken cancellation)
    {
        var institution = SettlementMapping.Id(request.InstitutionCode, "fixmedins_code");
        var (from, until) = (DoorWords.Day(request.From, "from"), DoorWords.Day(request.Until, "until"));
        if (until < from) throw SystemErrors.FieldInvalid.With("until", "早于 from").AsException();
        // An institution has its own; an agency sees what was treated in its area.
        current.MustBeInstitution(institution);
        var map = registry.At(time.GetUtcNow());
        var areas = current.Actor.Role is Role.Institution or Role.System ? null : map.AreasHostedBy(map.HostOf(current.Actor.Node)).Select(place => place.Code).Where(current.Sees).ToList();
        var totals = await receivables.Totals(institution, from, until, areas);
        var answer = new Receivable
        {
            InstitutionCode = institution, Count = totals.Count, TotalFen = totals.Total.Fen, ReceivableFen = totals.Fund.Fen, CashFen = totals.Cash.Fen, HospitalBorneFen = totals.HospitalBorne.Fen,
        };
        if (request.Limit <= 0) return answer;
        var limit = DoorWords.Limit(request.Limit);
        var lines = await receivables.Lines(institution, from, until, areas, request.Cursor, limit);
        answer.Lines.AddRange(lines.Select(line => new ReceivableLine
        {
            NationalId = line.SettlementId, OriginalId = line.OriginalId, BusinessDate = DoorWords.Iso(line.BusinessDate), HomeArea = line.HomeArea.Code,
            InsuranceType = ((int)line.Insurance).ToString(CultureInfo.InvariantCulture), TotalFen = line.Total.Fen, ReceivableFen = line.Fund.Fen, CashFen = line.Cash.Fen,
        }));
        answer.NextCursor = lines.Count == limit ? lines[^1].SettlementId : "";
        return answer;
    }

    public override Task<DirectRateAnswer> GetDirectRate(DirectRateRequest request, ServerCallContext context) => GetDirectRate(request, context.CancellationToken);

    internal async Task<DirectRateAnswer> GetDirectRate(DirectRateRequest request, CancellationToken cancellation)
    {
        var home = DoorWords.Area(request.HomeArea, "home_area");
        current.MustSee(home);
        var (from, until) = (DoorWords.Month(request.FromMonth, "from_month"), DoorWords.Month(request.UntilMonth, "until_month").AddMonths(1).AddDays(-1));
        if (until < from) throw SystemErrors.FieldInvalid.With("until_month", "早于 from_month").AsException();
        var rate = await discharges.Rate(DoorWords.Below(registry.At(time.GetUtcNow()), home), from, until);
        var target = rules.RateTargetOf(home, until);
        var answer = new DirectRateAnswer
        {
            HomeArea = home.Code, Direct = rate.Direct, Manual = rate.Manual, Ratio = rate.Ratio?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "",
            Target = target?.Ratio.ToString("0.0000", CultureInfo.InvariantCulture) ?? "", TargetBy = DoorWords.Iso(target?.By),
        };
        if (rate.Meets(target) is { } met) answer.Met = met;
        return answer;
    }
}
