using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Yibao.Filing.Chronic;
using Yibao.Filing.Doors;
using Yibao.Filing.Filings;
using Yibao.Filing.People;
using Yibao.Filing.Policy;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Desks;

/// <summary>Applications and their handling: reads, asks the decider, stores; what is answered is what is stored.</summary>
public sealed class FilingDesk(IWriteDoor door, FilingPolicies policies, SealedDetails details, NodeRegistry places, ServiceSettings settings, ICurrentActor current, TimeProvider time)
{
    /// <summary>What a commission must name for an insurer to work here.</summary>
    private const string Function = "filing";

    /// <param name="form">Sealed before the application is stored; a refused application's particulars are removed again.</param>
    public async Task<Filings.Filing> Apply(ApplyForFiling command, FormFields form, CancellationToken cancellation = default) => (await Apply(command, form, dryRun: false, cancellation))!;

    /// <param name="dryRun">Asks every rule and stores nothing; the answer is null.</param>
    public async Task<Filings.Filing?> Apply(ApplyForFiling command, FormFields form, bool dryRun, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(form);
        command.HomeArea.Hosted(places, settings, current, command.At);
        current.MustBeCommissioned(Function, ((int)command.Insurance).ToString(CultureInfo.InvariantCulture));
        var policy = policies.For(command.HomeArea, command.At.BusinessDate());
        var online = policy.Channels.TryGetValue(command.Channel, out var channel) && channel.Online;
        command = command with
        {
            MissingFields = FormFields.Missing(form),
            Details = SealedDetails.Reference(command.Number),
            DetailsDigest = details.Digest(form),
            Due = online && policy.OnlineHandlingWorkingDays is { } days ? WorkingCalendar.Reference.Add(command.At.BusinessDate(), days) : null,
        };
        var (number, filings, person) = (FilingNumber.Stream(command.Number), PersonFilings.Stream(command.Person), InsuredPerson.Stream(command.Person));
        var map = places.At(command.At);
        if (dryRun)
        {
            var read = await door.Execute(new Command(command.Actor, current.Correlation, [number, filings, person], static _ => Decision.Done), cancellation);
            if (ApplyForFilingDecider.Decide(command, read.State(number), read.State(filings), read.State(person), policy, map) is Decision.Refused refused) throw refused.Error.AsException();
            return null;
        }

        if (command.MissingFields.Count == 0) await details.Keep(command.Details, command.Person, form);
        var executed = await door.Execute(new Command(command.Actor, current.Correlation, [number, filings, person], states =>
            ApplyForFilingDecider.Decide(command, states.Of(number), states.Of(filings), states.Of(person), policy, map)), cancellation);
        var stored = executed.State(filings).Of(command.ApplicationId);
        // Refused, or a repeat of what is stored already: nobody has a reason to keep these particulars.
        if (stored?.Application.Details != command.Details) await details.Erase(command.Details);
        _ = executed.OrThrow();
        return stored!;
    }

    public async Task<(PersonKey Person, Filings.Filing Filing)> Handle(string number, Func<PersonKey, AdminDivision, Actor, DateTimeOffset, HandleFiling> make, string? reason, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(make);
        current.MustBeCommissioned(Function);
        var issued = await Issued(number, cancellation);
        var command = make(issued.Person, issued.HomeArea, current.Actor.Because(reason), time.Now());
        if (!string.IsNullOrWhiteSpace(reason)) command = command with { OverrideSoftRules = true };
        var (filings, person) = (PersonFilings.Stream(issued.Person), InsuredPerson.Stream(issued.Person));
        var (policy, map) = (policies.For(issued.HomeArea, command.At.BusinessDate()), places.At(command.At));
        var executed = await door.Execute(new Command(command.Actor, current.Correlation, [filings, person], states =>
            HandleFilingDecider.Decide(command, states.Of(filings), states.Of(person), policy, map)), cancellation);
        return (issued.Person, executed.OrThrow().State(filings).Find(number)!);
    }

    public async Task<(PersonKey Person, Filings.Filing Filing)> Get(string number, CancellationToken cancellation = default)
    {
        var issued = await Issued(number, cancellation);
        return (issued.Person, (await door.Read(PersonFilings.Stream(issued.Person), cancellation)).Find(number)!);
    }

    /// <summary>Carries out a step that brings new particulars: they are sealed for it, and gone again when it does not take them.</summary>
    public async Task<(PersonKey Person, Filings.Filing Filing)> HandleWith(FormFields form, string number, Func<PersonKey, AdminDivision, Actor, DateTimeOffset, string, HandleFiling> make, string? reason, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(make);
        var issued = await Issued(number, cancellation);
        var reference = SealedDetails.Reference(number);
        await details.Keep(reference, issued.Person, form);
        try
        {
            return await Handle(number, (person, area, actor, now) => make(person, area, actor, now, reference), reason, cancellation);
        }
        finally
        {
            var filing = (await door.Read(PersonFilings.Stream(issued.Person), CancellationToken.None)).Find(number);
            if (filing?.Pending?.Change.Details != reference && filing?.Details != reference && filing?.History.Any(version => version.Details == reference) != true) await details.Erase(reference);
        }
    }

    public async Task<ChronicQualifications> Chronic(PersonKey person, AdminDivision area, Func<ChronicQualifications, FilingPolicy, Actor, DateTimeOffset, Decision> decide, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(decide);
        current.MustBeCommissioned(Function);
        var now = time.Now();
        // A treatment institution that recognises under the pilot is no agency; the decider asks for its own code.
        if (current.Actor.Role != Role.Institution) area.Hosted(places, settings, current, now);
        else if (places.At(now).HostOf(area) != settings.Node) throw FilingErrors.AreaNotHosted.With(area).AsException();
        var stream = ChronicQualifications.Stream(person);
        var (actor, policy) = (current.Actor, policies.For(area, now.BusinessDate()));
        var executed = await door.Execute(new Command(actor, current.Correlation, [stream], states => decide(states.Of(stream), policy, actor, now)), cancellation);
        return executed.OrThrow().State(stream);
    }

    // The number's stream says whose filing it is; the agency must see that area.
    private async Task<FilingNumberIssued> Issued(string number, CancellationToken cancellation)
    {
        var issued = (await door.Read(FilingNumber.Stream(Desk.Need(number, "number")), cancellation)).Issued ?? throw FilingErrors.FilingNotFound.With(number).AsException();
        current.MustSee(issued.HomeArea);
        return issued;
    }
}

/// <summary>The personal particulars of filing forms, sealed with the same cipher as identities; versions are never overwritten (FIL-041).</summary>
public sealed class SealedDetails(IRows rows, Hosting.Persons.IFieldCipher cipher, ServiceSettings settings)
{
    public const string Ddl = """
        create table if not exists filing_details (
          reference varchar(80) primary key,
          person_key char(32) not null,
          sealed bytea not null
        );
        alter table filing_details add column if not exists kept_at timestamptz not null default now();
        create index if not exists filing_details_person on filing_details (person_key);
        """;

    /// <summary>A new one for every try, so that what a refused one brought can be erased without touching what another stored; it says nothing of the content.</summary>
    public static string Reference(string number) => $"{number}-{Guid.NewGuid():N}";

    /// <summary>Tells a repeat from another application without knowing either.</summary>
    public string Digest(FormFields form) => Mac("", form);

    public Task Keep(string reference, PersonKey person, FormFields form) => rows.Execute(
        "insert into filing_details (reference, person_key, sealed) values ($1, $2, $3) on conflict (reference) do nothing",
        reference, person.ToString(), cipher.Seal(JsonSerializer.SerializeToUtf8Bytes(form), reference));

    /// <summary>The particulars in clear, for the form that is printed for the person; null when they were erased.</summary>
    public async Task<FormFields?> Open(string reference) =>
        (await rows.Query("select sealed from filing_details where reference = $1", reader => reader.GetFieldValue<byte[]>(0), reference)).SingleOrDefault() is { } bytes
            ? JsonSerializer.Deserialize<FormFields>(cipher.Open(bytes, reference))
            : null;

    /// <summary>What was refused is not kept.</summary>
    public Task Erase(string reference) => rows.Execute("delete from filing_details where reference = $1", reference);

    /// <summary>Everything a person ever wrote on a form.</summary>
    public Task EraseOf(PersonKey person) => rows.Execute("delete from filing_details where person_key = $1 or person_key in (select person_key from person_alias where same_as = $1)", person.ToString());

    /// <summary>What belongs to no filing: its application came to no end, not even a refusal.</summary>
    /// <returns>How many were erased.</returns>
    public Task<int> Sweep(DateTimeOffset keptBefore) => rows.Execute(
        "delete from filing_details where kept_at < $1 and not exists (select 1 from filing_row where filing_row.number = split_part(filing_details.reference, '-', 1))", keptBefore);

    private string Mac(string salt, FormFields form)
    {
        var keys = settings.PersonKeys!.Index;
        byte[] text = [.. Encoding.UTF8.GetBytes(salt), 0, .. JsonSerializer.SerializeToUtf8Bytes(form)];
        return Convert.ToHexStringLower(HMACSHA256.HashData(keys.Of(keys.Current), text))[..24];
    }
}
