using Yibao.Hosting;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.Local;

/// <summary>在院 (5303): one row per stay that is not over, in the transaction of the fact that begins or ends it. Outpatients have none.</summary>
public sealed class Inpatients(IRows rows)
{
    private const string Ddl = """
        create table if not exists inpatients (
            visit_id text primary key,
            institution text not null,
            person_key text not null,
            home_area text not null,
            insurance_type text not null,
            care_type text not null,
            care_from timestamptz not null);
        create index if not exists inpatients_of on inpatients (institution, care_from);
        """;

    public static void Declare(ServiceBuilder service)
    {
        service.Table(Ddl);
        service.Row<VisitRegistered>((fact, _) => fact.Insured is { } insured ? Present(fact.Registration, insured) : null);
        service.Row<VisitInsured>((fact, _) => fact.Registration is { } registration ? Present(registration, fact.Insured) : null);
        service.Row<VisitReopened>((fact, _) => fact.Insured is { } insured ? Present(fact.Registration, insured) : null);
        service.Row<VisitChanged>((fact, _) => Inpatient(fact.Registration)
            ? new RowCommand("update inpatients set care_type = $2, care_from = $3 where visit_id = $1", fact.Registration.VisitId, fact.Registration.CareType, fact.Registration.CareFrom)
            : Gone(fact.Registration.VisitId));
        service.Row<VisitCancelled>((_, context) => Gone(IdOf(context.Stream)));
        service.Row<VisitEnded>((_, context) => Gone(IdOf(context.Stream)));
    }

    /// <summary>An institution's inpatients admitted within, the oldest first.</summary>
    /// <param name="person">Null: every person.</param>
    public Task<IReadOnlyList<PresentInpatient>> Of(string institution, string? person, DateTimeOffset from, DateTimeOffset until, int limit) => rows.Query(
        "select visit_id, person_key, home_area, insurance_type, care_type, care_from from inpatients where institution = $1 and ($2::text is null or person_key = $2) and care_from between $3 and $4 order by care_from limit $5",
        reader => new PresentInpatient(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5)),
        institution, person, from, until, limit);

    private static RowCommand? Present(Registration registration, Insured insured) => Inpatient(registration)
        ? new RowCommand("insert into inpatients values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing", registration.VisitId, registration.Institution, insured.Person.ToString(),
            insured.HomeArea.Code, ((int)insured.Insurance).ToString(System.Globalization.CultureInfo.InvariantCulture), registration.CareType, registration.CareFrom)
        : null;

    private static bool Inpatient(Registration registration) => registration.CareType.StartsWith('2');

    private static RowCommand Gone(string visitId) => new("delete from inpatients where visit_id = $1", visitId);

    private static string IdOf(string stream) => stream["visit/".Length..];
}

/// <summary>Somebody who is in hospital.</summary>
public sealed record PresentInpatient(string VisitId, string Person, string HomeArea, string Insurance, string CareType, DateTimeOffset CareFrom);
