using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Kernel;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.Details;

/// <summary>A duty as the lists show it.</summary>
public sealed record DutyRow(
    string Reference, DetailsKind Kind, string VisitId, string Institution, AdminDivision TreatmentArea, AdminDivision HomeArea, DateOnly Date, DateOnly? DueOn, DetailsStatus Status, DateOnly? OverdueSince, DateTimeOffset? UploadedAt);

/// <summary>Details that are held here, as the lists show them.</summary>
public sealed record HeldRow(
    string Reference, DetailsKind Kind, string VisitId, string Institution, AdminDivision TreatmentArea, AdminDivision HomeArea, string Person, DateOnly Date, int Lines, Money Total, DateTimeOffset CompleteAt);

/// <summary>Lists of duties and of held details: rows that go with the facts they follow from.</summary>
public sealed class DetailsTables(IRows rows)
{
    private const string Ddl = """
        create table if not exists details_duties (
            reference text primary key, kind text not null, visit_id text not null, institution text not null, treatment_area char(6) not null, home_area char(6) not null,
            day date not null, due_on date, status text not null, overdue_since date, uploaded_at timestamptz);
        create index if not exists details_duties_pending on details_duties (day, reference) where status = 'DetailsPending';
        create table if not exists held_details (
            reference text primary key, kind text not null, visit_id text not null, institution text not null, treatment_area char(6) not null, home_area char(6) not null,
            person text not null, day date not null, lines int not null, total_fen bigint not null, parts int not null, here int not null, complete_at timestamptz);
        create index if not exists held_details_of on held_details (home_area, day, reference) where complete_at is not null;
        """;

    private const string DutyColumns = "reference, kind, visit_id, institution, treatment_area, home_area, day, due_on, status, overdue_since, uploaded_at";

    private const string HeldColumns = "reference, kind, visit_id, institution, treatment_area, home_area, person, day, lines, total_fen, complete_at";

    /// <summary>What each fact does to the rows.</summary>
    public static void Declare(ServiceBuilder service)
    {
        service.Table(Ddl);
        service.Row<DetailsPending>((fact, _) => new RowCommand(
            """
            insert into details_duties (reference, kind, visit_id, institution, treatment_area, home_area, day, due_on, status)
            select d.*, 'DetailsPending' from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::date[], $8::date[]) d
            on conflict (reference) do nothing
            """,
            fact.Reference, fact.Kind, fact.VisitId, fact.Institution, fact.TreatmentArea, fact.HomeArea, fact.Date, fact.DueOn) { Row = fact.Reference });
        service.Row<DetailsUploaded>((fact, context) => Duty("update details_duties set status = 'DetailsUploaded', uploaded_at = $2 where reference = $1", context, fact.At));
        service.Row<DetailsDropped>((_, context) => Duty("update details_duties set status = 'Dropped' where reference = $1", context));
        service.Row<DetailsListedOverdue>((fact, context) => Duty("update details_duties set overdue_since = $2 where reference = $1", context, fact.On));
        service.Row<DetailsPartReceived>((fact, _) => new RowCommand(
            """
            insert into held_details values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12::timestamptz) on conflict (reference) do update
            set here = held_details.here + 1, complete_at = case when held_details.here + 1 = held_details.parts then $13 end
            """,
            fact.Details.Reference, fact.Details.Kind, fact.Details.VisitId, fact.Details.Institution, fact.Details.TreatmentArea, fact.Details.HomeArea, fact.Details.Person.ToString(),
            fact.Details.Date, fact.Details.Lines, fact.Details.Total, fact.Parts, fact.Parts == 1 ? fact.At : null, fact.At));
    }

    /// <summary>References that wait to be uploaded, the oldest first.</summary>
    public Task<IReadOnlyList<string>> Pending(int limit) =>
        rows.Query("select reference from details_duties where status = 'DetailsPending' order by day, reference limit $1", reader => reader.GetString(0), limit);

    /// <summary>References past their last day that are on no list yet.</summary>
    public Task<IReadOnlyList<string>> Overdue(DateOnly today, int limit) =>
        rows.Query("select reference from details_duties where status = 'DetailsPending' and due_on < $1 and overdue_since is null order by day, reference limit $2", reader => reader.GetString(0), today, limit);

    /// <summary>Duties of some treatment places, the oldest first.</summary>
    /// <param name="after">The last reference of the page before; empty: from the beginning.</param>
    public Task<IReadOnlyList<DutyRow>> Duties(IReadOnlyList<AdminDivision> areas, DetailsStatus? status, bool overdueOnly, string after, int limit) => rows.Query(
        $"select {DutyColumns} from details_duties where treatment_area = any($1) and ($2 = '' or status = $2) and (not $3 or (overdue_since is not null and status = 'DetailsPending')) and reference > $4 order by reference limit $5",
        Duty, areas.Select(area => area.Code).ToArray(), status?.ToString() ?? "", overdueOnly, after, limit);

    /// <summary>Complete details of persons of one home place, by the month of their date.</summary>
    /// <param name="treatment">Only of this treatment place; null: all.</param>
    public Task<IReadOnlyList<HeldRow>> Held(AdminDivision home, DateOnly from, DateOnly to, AdminDivision? treatment, DetailsKind? kind, string after, int limit) => rows.Query(
        $"select {HeldColumns} from held_details where complete_at is not null and home_area = $1 and day >= $2 and day < $3 and ($4 = '' or treatment_area = $4) and ($5 = '' or kind = $5) and reference > $6 order by reference limit $7",
        Held, home.Code, from, to, treatment?.Code ?? "", kind?.ToString() ?? "", after, limit);

    private static RowCommand Duty(string sql, FactContext context, params object?[] more) => new(sql, [context.Stream["details/".Length..], .. more]);

    private static DutyRow Duty(Npgsql.NpgsqlDataReader reader) => new(
        reader.GetString(0), Enum.Parse<DetailsKind>(reader.GetString(1)), reader.GetString(2), reader.GetString(3), new AdminDivision(reader.GetString(4)), new AdminDivision(reader.GetString(5)),
        reader.GetFieldValue<DateOnly>(6), reader.IsDBNull(7) ? null : reader.GetFieldValue<DateOnly>(7), Enum.Parse<DetailsStatus>(reader.GetString(8)),
        reader.IsDBNull(9) ? null : reader.GetFieldValue<DateOnly>(9), reader.IsDBNull(10) ? null : reader.GetFieldValue<DateTimeOffset>(10));

    private static HeldRow Held(Npgsql.NpgsqlDataReader reader) => new(
        reader.GetString(0), Enum.Parse<DetailsKind>(reader.GetString(1)), reader.GetString(2), reader.GetString(3), new AdminDivision(reader.GetString(4)), new AdminDivision(reader.GetString(5)),
        reader.GetString(6), reader.GetFieldValue<DateOnly>(7), reader.GetInt32(8), new Money(reader.GetInt64(9)), reader.GetFieldValue<DateTimeOffset>(10));
}
