using System.Globalization;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Institutions;
using Yibao.Filing.Desks;
using Yibao.Filing.Doors;
using Yibao.Filing.Filings;
using Yibao.Filing.Institutions;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Persons;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Filing.Uploads;

/// <summary>The files a province loads into its node. Columns bear the national interface's names.</summary>
public sealed class UploadKinds(PersonDesk persons, FilingDesk filings, InstitutionDesk institutions, IPersonTable table, NodeRegistry places, ICurrentActor current, TimeProvider time)
{
    /// <exception cref="RefusedException"><c>FIELD_INVALID</c>: no such kind.</exception>
    public UploadKind Of(string name) => name switch
    {
        "persons" => new UploadKind(name, ["insu_admdvs", "insutype", "psn_type", "psn_cert_type", "certno", "psn_name"], Person),
        "filings" => new UploadKind(name, ["certno", "insu_admdvs", "insutype", "category", "place", "channel"], Filing),
        "institutions" => new UploadKind(name, ["fixmedins_code", "fixmedins_name", "admdvs", "fixmedins_type", "hosp_lv", "open_from"], House),
        _ => throw SystemErrors.FieldInvalid.With("kind", "persons、filings 或 institutions").AsException(),
    };

    private async Task Person(UploadLine line, string id, bool dryRun, CancellationToken cancellation)
    {
        var document = new IdentityDocument(line.Need("psn_cert_type"), line.Need("certno"));
        var person = new NewPerson(
            new PersonIdentity(document, line.Need("psn_name"), line.Or("tel") is { Length: > 0 } tel ? tel : null),
            line.Or("ec_token") is { Length: > 0 } token ? token : null,
            line.Or("card_sn") is { Length: > 0 } card ? card : null,
            Desk.Area(line.Need("insu_admdvs"), "insu_admdvs"),
            Desk.Insurance(line.Need("insutype")),
            line.Need("psn_type"),
            line.Or("cvlserv_flag", "0") == "1",
            Desk.Day(line.Or("psn_insu_date", "2010-01-01"), "psn_insu_date"),
            line.Or("special_groups") is { Length: > 0 } groups ? groups.Split(';') : []);
        using var acting = For(person.Area);
        await persons.Register(person, dryRun, cancellation);
    }

    private async Task Filing(UploadLine line, string id, bool dryRun, CancellationToken cancellation)
    {
        var key = await table.Find(new IdentityDocument(line.Or("psn_cert_type", IdentityDocument.CitizenCard), line.Need("certno")), cancellation) ?? throw FilingErrors.PersonUnknown.With().AsException();
        if (!int.TryParse(line.Need("category"), NumberStyles.None, CultureInfo.InvariantCulture, out var category)) throw SystemErrors.FieldInvalid.With("category", "1 到 6").AsException();
        var home = Desk.Area(line.Need("insu_admdvs"), "insu_admdvs");
        using var acting = For(home);
        var command = new ApplyForFiling(
            current.Actor, key, line.Or("application_id", id), home, Desk.Insurance(line.Need("insutype")), category,
            Desk.Area(line.Need("place"), "place"), line.Need("channel"), line.Or("materials") is { Length: > 0 } materials ? materials.Split(';') : ["E_CREDENTIAL", "FILING_FORM"], time.Now())
        {
            RequestedStart = Desk.DayOrNone(line.Or("from"), "from"),
            Referral = line.Or("referral_institution") is { Length: > 0 } referrer ? new ReferralCertificate(referrer, line.Or("disease")) : null,
            ReplaceExisting = line.Or("replace", "0") == "1",
        };
        var form = new FormFields
        {
            Name = line.Or("psn_name"), SocialSecurityNumber = line.Need("certno"), HomeAddress = line.Or("home_address"), ContactAddress = line.Or("contact_address"), Phone1 = line.Or("tel"), SignedBy = line.Or("signed_by", line.Or("psn_name")),
        };
        await filings.Apply(command, form, dryRun, cancellation);
    }

    // A register of institutions that were admitted before this platform: the steps are written down as done by the agency, the register is their proof.
    private async Task House(UploadLine line, string id, bool dryRun, CancellationToken cancellation)
    {
        var (code, seat) = (line.Need("fixmedins_code"), Desk.Area(line.Need("admdvs"), "admdvs"));
        var kind = line.Need("fixmedins_type") switch
        {
            "1" => InstitutionKind.Hospital,
            "2" => InstitutionKind.Pharmacy,
            "3" => InstitutionKind.Clinic,
            _ => throw SystemErrors.FieldInvalid.With("fixmedins_type", "1、2 或 3").AsException(),
        };
        var (level, name, from) = (line.Need("hosp_lv"), line.Need("fixmedins_name"), Desk.Day(line.Need("open_from"), "open_from"));
        using var acting = For(seat);
        _ = places.At(time.GetUtcNow()).Area(seat);
        if (dryRun) return;

        var (actor, now) = (current.Actor, time.Now());
        await institutions.Do(new ApplyInstitution(actor, code, name, kind, line.Or("ownership"), seat, level, now), cancellation);
        await institutions.Do(new AcceptInstitution(actor, code, now), cancellation);
        await institutions.Do(new EvaluateInstitution(actor, code, true, now), cancellation);
        await institutions.Do(new AnnounceInstitution(actor, code, from, from, now), cancellation);
        await institutions.Do(new SignAgreement(actor, code, new Agreement(line.Or("agreement", "register"), from, null, []), now), cancellation);
        var cares = kind == InstitutionKind.Pharmacy ? [CareType.Pharmacy] : (CareType[])[CareType.Inpatient, CareType.GeneralOutpatient, CareType.ChronicOutpatient];
        foreach (var scope in (Scope[])[Scope.IntraProvince, Scope.CrossProvince])
        {
            foreach (var care in cares) await institutions.Do(new OpenService(actor, code, scope, care, from, false, now), cancellation);
        }
    }

    // A province loads for the areas it hosts: each line is written down as done for that area's agency, by whom it was done.
    private IDisposable For(AdminDivision area)
    {
        current.MustSee(area);
        var actor = current.Actor;
        return current.Act(actor.Role == Role.ProvinceOperator && actor.Node != area ? actor with { Role = Role.CityOperator, Node = area, OnBehalfOf = actor.Node.Code, Reason = "省级批量导入" } : actor, current.Correlation);
    }
}
