using Yibao.Contracts.Filing.V1;
using Yibao.Filing.Desks;
using Yibao.Hosting;
using Yibao.Hosting.Persons;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Persons;
using Yibao.Tests;

namespace Yibao.Filing.Tests.Module;

/// <summary>What nobody has a reason to keep is gone: the particulars of refused applications, and everything of an erased person.</summary>
public sealed class PrivacyTests(BackingSpaceFixture backing) : IClassFixture<BackingSpaceFixture>
{
    private static async Task<int> Sealed(FilingHost host, PersonKey person) =>
        (await host.Get<IRows>().Query("select count(*)::int from filing_details where person_key = $1", reader => reader.GetInt32(0), person.ToString())).Single();

    private static Task<RefusedException> Refused(Func<Task> work) => Should.ThrowAsync<RefusedException>(work);

    [Fact]
    public async Task What_a_refused_application_brought_is_gone_and_a_stored_ones_stays()
    {
        await using var host = await FilingHost.Start(backing.Space, "420000");
        var person = await host.Registered(201, "420100");
        using var acting = host.As("420100");
        var application = FilingHost.Application(person, "420100", "310000", "privacy-1");
        var unknown = application.Clone();
        unknown.Category = 9;
        (await Refused(async () => await host.Filings.ApplyAsync(unknown))).Error.Code.ShouldBe("FILING_CATEGORY_UNKNOWN");
        (await Sealed(host, person)).ShouldBe(0);

        var filed = await host.Filings.ApplyAsync(application);
        (await Sealed(host, person)).ShouldBe(1);
        // A repeat, and the same id for another place: one row, and it is the stored one's.
        await host.Filings.ApplyAsync(application);
        var reused = application.Clone();
        reused.Place = "110000";
        (await Refused(async () => await host.Filings.ApplyAsync(reused))).Error.Code.ShouldBe("APPLICATION_ID_REUSED");
        (await Sealed(host, person)).ShouldBe(1);
        await Readable(host, person);

        // A change that is refused leaves nothing; one that is asked for keeps its particulars.
        var change = new HandleFilingRequest { Number = filed.Number, RequestChange = new ChangeStep { ChangeId = "c-1", Place = "999999", Form = application.Form } };
        await Refused(async () => await host.Filings.HandleAsync(change));
        (await Sealed(host, person)).ShouldBe(1);
        change.RequestChange.Place = "";
        await host.Filings.HandleAsync(change);
        (await Sealed(host, person)).ShouldBe(2);
        await host.Filings.HandleAsync(change);
        (await Sealed(host, person)).ShouldBe(2);
    }

    [Fact]
    public async Task The_same_application_many_times_at_once_keeps_one_set_of_particulars()
    {
        await using var host = await FilingHost.Start(backing.Space, "420000");
        var person = await host.Registered(202, "420100");
        using var acting = host.As("420100");
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => host.Filings.ApplyAsync(FilingHost.Application(person, "420100", "310000", "privacy-2")).ResponseAsync));
        (await Sealed(host, person)).ShouldBe(1);
        await Readable(host, person);
    }

    [Fact]
    public async Task An_erased_person_is_gone_from_every_table_and_his_credentials_find_nobody()
    {
        await using var host = await FilingHost.Start(backing.Space, "420000");
        var (person, other, elsewhere) = (await host.Registered(203, "420100"), await host.Registered(206, "420100"), PersonKey.Create());
        var papers = host.Get<Papers.SealedPapers>();
        string own, othersOwn, underOtherKey;
        using (host.As("420100"))
        {
            own = await papers.Keep("trauma", "visit-1", person, "本人签名"u8.ToArray());
            othersOwn = await papers.Keep("trauma", "visit-2", other, "别人签名"u8.ToArray());
            // The same person as a patient from another home place, under that place's key.
            var invented = InventedPerson.Number(203);
            await host.Get<IPersonTable>().Remember(elsewhere, new PersonIdentity(new IdentityDocument(IdentityDocument.CitizenCard, invented.Id.Reveal()), invented.Name, invented.Phone));
            underOtherKey = await papers.Keep("trauma", "visit-3", elsewhere, "本人签名"u8.ToArray());
            await host.Filings.ApplyAsync(FilingHost.Application(person, "420100", "310000", "privacy-3"));
            var persons = host.Get<PersonDesk>();
            var now = FilingHost.Clock.GetUtcNow();
            var clerk = new Actor("operator-1", Role.CityOperator, new("420100"));
            var supervisor = clerk with { Role = Role.Supervisor };
            (await Refused(() => persons.Erase(new People.ErasePerson(clerk, person, "本人申请", now)))).Error.Code.ShouldBe("NOT_HOME_AGENCY");
            (await Refused(() => persons.Erase(new People.ErasePerson(supervisor, person, "本人申请", now)))).Error.Code.ShouldBe("PERSON_STILL_INSURED");
            await persons.Change(new People.EndEnrolment(clerk, person, People.EnrolmentEnd.Death, now));
            (await persons.Erase(new People.ErasePerson(supervisor, person, "死亡满期", now))).IsErased.ShouldBeTrue();
            (await persons.Erase(new People.ErasePerson(supervisor, person, "死亡满期", now))).IsErased.ShouldBeTrue();
        }

        (await Sealed(host, person)).ShouldBe(0);
        using (host.As("420100"))
        {
            foreach (var reference in (string[])[own, underOtherKey]) (await Refused(() => papers.Open(reference, "测试", TestContext.Current.CancellationToken))).Error.Code.ShouldBe("PAPER_UNKNOWN");
            (await papers.Open(othersOwn, "测试", TestContext.Current.CancellationToken)).ShouldBe("别人签名"u8.ToArray());
            foreach (var key in (PersonKey[])[person, elsewhere]) (await Refused(() => host.Get<IPersonTable>().Reveal(key, "测试"))).Error.Code.ShouldBe("IDENTITY_UNKNOWN");
        }

        // Not one row of the service's tables holds the key or the sealed bytes any more.
        foreach (var table in (string[])["filing_details", "sealed_papers", "person", "person_document", "person_alias"])
            (await host.Get<IRows>().Query($"select count(*)::int from {table} where person_key in ($1, $2)", reader => reader.GetInt32(0), person.ToString(), elsewhere.ToString())).Single().ShouldBe(0, table);
        (await host.Get<IPersonTable>().Find(new IdentityDocument(IdentityDocument.CitizenCard, InventedPerson.Number(203).Id.Reveal()))).ShouldBeNull();
        (await Refused(async () => await host.Settlement.IdentifyAsync(new IdentifyRequest { CredentialType = "01", CredentialValue = "token-203" }))).Error.Code.ShouldBe("CREDENTIAL_UNKNOWN");
        // The history stays, about a key.
        (await host.Get<IHistory>().Of($"filings/{person}")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Particulars_of_an_application_that_came_to_no_end_are_swept_after_a_day()
    {
        await using var host = await FilingHost.Start(backing.Space, "420000");
        var (person, filed) = (await host.Registered(204, "420100"), await host.Registered(205, "420100"));
        using (host.As("420100")) await host.Filings.ApplyAsync(FilingHost.Application(filed, "420100", "310000", "privacy-4"));
        var details = host.Get<SealedDetails>();
        await details.Keep(SealedDetails.Reference("420100000000000000000001"), person, new Doors.FormFields { Name = "某人" });
        // When they were kept, the database says.
        var now = TimeProvider.System.GetUtcNow();
        await details.Sweep(now.AddDays(-1));
        (await Sealed(host, person)).ShouldBe(1);
        await details.Sweep(now.AddDays(1));
        (await Sealed(host, person)).ShouldBe(0);
        (await Sealed(host, filed)).ShouldBe(1);
    }

    private static async Task Readable(FilingHost host, PersonKey person)
    {
        var filings = await host.Get<IWriteDoor>().Read(Filings.PersonFilings.Stream(person));
        foreach (var filing in filings.All) (await host.Get<SealedDetails>().Open(filing.Details)).ShouldNotBeNull().Name.ShouldBe("赵晓明");
    }
}
