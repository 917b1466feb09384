using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Yibao.Contracts.Settlement.V1;
using Yibao.Contracts.Settlements;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.Details;
using Wire = Yibao.Contracts.Settlement.V1;

namespace Yibao.Settlement.Doors;

/// <summary>费用明细: duties at the treatment place, what was uploaded at the nation and the home place.</summary>
public sealed class FeeDetailsService(DetailsDesk desk, DetailsTables tables, DetailLines lines, IWriteDoor door, NodeRegistry registry, ICurrentActor current, TimeProvider time) : Wire.FeeDetails.FeeDetailsBase
{
    private const int Page = 500;

    public override Task<ListDutiesAnswer> ListDuties(ListDutiesRequest request, ServerCallContext context) => ListDuties(request, context.CancellationToken);

    internal async Task<ListDutiesAnswer> ListDuties(ListDutiesRequest request, CancellationToken cancellation)
    {
        var area = DoorWords.Area(request.TreatmentArea, "treatment_area");
        current.MustSee(area);
        DetailsStatus? status = request.Status.Length == 0 ? null : DoorWords.Of<DetailsStatus>(request.Status, "status");
        var limit = DoorWords.Limit(request.Limit);
        var duties = await tables.Duties(DoorWords.Below(registry.At(time.GetUtcNow()), area), status, request.OverdueOnly, request.Cursor, limit);
        return new ListDutiesAnswer { Duties = { duties.Select(Duty) }, NextCursor = duties.Count == limit ? duties[^1].Reference : "" };
    }

    public override Task<DetailsDuty> Upload(UploadDetailsRequest request, ServerCallContext context) => Upload(request, context.CancellationToken);

    internal async Task<DetailsDuty> Upload(UploadDetailsRequest request, CancellationToken cancellation)
    {
        var known = await door.Read(DetailDuty.Stream(Reference(request.Reference)), cancellation);
        if (known.Duty is not { } duty) throw DetailsErrors.NotOwed.With(request.Reference).AsException();
        current.MustSee(duty.TreatmentArea);
        var state = await desk.Upload(duty.Reference, current.Actor, current.Correlation, cancellation);
        return new DetailsDuty
        {
            Reference = duty.Reference, VisitId = duty.VisitId, InstitutionCode = duty.Institution, TreatmentArea = duty.TreatmentArea.Code, HomeArea = duty.HomeArea.Code,
            Date = DoorWords.Iso(duty.Date), DueOn = DoorWords.Iso(duty.DueOn), Status = state.Status.ToString(), OverdueSince = DoorWords.Iso(state.OverdueSince),
        };
    }

    public override Task<QueryDetailsAnswer> Query(QueryDetailsRequest request, ServerCallContext context) => Query(request, context.CancellationToken);

    internal async Task<QueryDetailsAnswer> Query(QueryDetailsRequest request, CancellationToken cancellation)
    {
        var limit = DoorWords.Limit(request.Limit);
        var held = await Held(request, request.Cursor, limit);
        return new QueryDetailsAnswer { Entries = { held.Select(Entry) }, NextCursor = held.Count == limit ? held[^1].Reference : "" };
    }

    public override Task Download(QueryDetailsRequest request, IServerStreamWriter<Wire.DetailLine> responseStream, ServerCallContext context) =>
        Each(request, (details, line) => responseStream.WriteAsync(Line(details, line), context.CancellationToken), context.CancellationToken);

    /// <summary>Every line of a query, settlement by settlement: the file and the stream are the same.</summary>
    internal async Task Each(QueryDetailsRequest request, Func<Contracts.Settlements.FeeDetails, Contracts.Settlements.DetailLine, Task> take, CancellationToken cancellation)
    {
        for (var cursor = ""; ;)
        {
            var held = await Held(request, cursor, Page);
            foreach (var entry in held)
            {
                var (details, all) = await lines.Of(entry.Reference, cancellation);
                foreach (var line in all) await take(details, line);
            }

            if (held.Count < Page) return;
            cursor = held[^1].Reference;
        }
    }

    private Task<IReadOnlyList<HeldRow>> Held(QueryDetailsRequest request, string cursor, int limit)
    {
        var home = DoorWords.Area(request.HomeArea, "home_area");
        current.MustSee(home);
        var month = DoorWords.Month(request.Month, "month");
        AdminDivision? treatment = request.TreatmentArea.Length == 0 ? null : DoorWords.Area(request.TreatmentArea, "treatment_area");
        DetailsKind? kind = request.Kind.Length == 0 ? null : DoorWords.Of<DetailsKind>(request.Kind, "kind");
        return tables.Held(home, month, month.AddMonths(1), treatment, kind, cursor, limit);
    }

    private static string Reference(string text) => text is { Length: > 0 and <= 160 } ? text : throw SystemErrors.FieldMissing.With("reference").AsException();

    private static DetailsDuty Duty(DutyRow row) => new()
    {
        Reference = row.Reference, VisitId = row.VisitId, InstitutionCode = row.Institution, TreatmentArea = row.TreatmentArea.Code, HomeArea = row.HomeArea.Code,
        Date = DoorWords.Iso(row.Date), DueOn = DoorWords.Iso(row.DueOn), Status = row.Status.ToString(), OverdueSince = DoorWords.Iso(row.OverdueSince),
        UploadedAt = row.UploadedAt is { } at ? Timestamp.FromDateTimeOffset(at) : null,
    };

    private static HeldDetailsEntry Entry(HeldRow row) => new()
    {
        Reference = row.Reference, Kind = row.Kind.ToString(), VisitId = row.VisitId, InstitutionCode = row.Institution, TreatmentArea = row.TreatmentArea.Code, HomeArea = row.HomeArea.Code,
        PersonKey = row.Person, Date = DoorWords.Iso(row.Date), Lines = row.Lines, TotalFen = row.Total.Fen, CompleteAt = Timestamp.FromDateTimeOffset(row.CompleteAt),
    };

    private static Wire.DetailLine Line(Contracts.Settlements.FeeDetails details, Contracts.Settlements.DetailLine line) => new()
    {
        Reference = details.Reference, PersonKey = details.Person.ToString(), Serial = line.Serial, Code = line.Code, Name = line.Name,
        Category = line.Category is { } category ? ChargeCategories.Code(category) : "", Price = Number(line.Price), Count = Number(line.Count), AmountFen = line.Amount.Fen, Date = DoorWords.Iso(line.Date),
        Split = line.Split is { } split
            ? new DetailSplit { InScopeFen = split.InScope.Fen, ClassBSelfPayFen = split.ClassBSelfPay.Fen, OverLimitFen = split.OverLimit.Fen, SelfFundedFen = split.SelfFunded.Fen }
            : null,
    };

    private static string Number(decimal number) => number.ToString("0.######", CultureInfo.InvariantCulture);
}
