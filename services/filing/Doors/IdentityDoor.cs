using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Yibao.Filing.Desks;
using Yibao.Filing.People;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Persons;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Filing.Doors;

/// <summary>An identity as lists and screens show it (张**, 3701**********001X).</summary>
public sealed record MaskedIdentity(string PersonKey, string Name, string DocumentType, string Document, string Phone, DateOnly? Birth);

/// <summary>An identity in clear, for the paper on the desk.</summary>
public sealed record RevealedIdentity(string PersonKey, string Name, string DocumentType, string DocumentNumber, string? Phone, DateOnly? Birth);

/// <summary>Who saw a person's record, when and what for (SEC-005).</summary>
public sealed record AccessLine(string User, string Role, string Node, string? OnBehalfOf, string Purpose, DateTimeOffset At, bool Whole);

/// <summary>What for.</summary>
public sealed record Purpose(string? Text);

/// <summary>The only ways to see who a person is. Every one leaves an access event before it answers; full sight is for those who handle the case.</summary>
internal static class IdentityDoor
{
    public static void Map(ServiceBuilder service)
    {
        var handling = Access.Change(Role.CityOperator, Role.Reviewer, Role.Supervisor).CheckedInside("按参保地核对，须写明目的");
        var log = Access.Read(Role.Supervisor).CheckedInside("按参保地核对");
        service.Endpoints(routes =>
        {
            routes.MapGet("/persons/{key}/identity", async (string key, [FromQuery] string? purpose, PersonDesk desk, ICurrentActor current, IPersonTable table, HttpContext http) =>
            {
                var shown = await table.Show(await Seen(key, desk, current, http), purpose ?? "", http.RequestAborted);
                return new MaskedIdentity(shown.Key.ToString(), shown.Name, shown.DocumentType, shown.Document, shown.Phone, shown.Birth);
            }).Allow(FilingModule.Agencies.CheckedInside("按参保地核对，须写明目的"));

            routes.MapPost("/persons/{key}/identity/reveal", async (string key, Purpose purpose, PersonDesk desk, ICurrentActor current, IPersonTable table, HttpContext http) =>
            {
                var person = await Seen(key, desk, current, http);
                var whole = await table.Reveal(person, purpose.Text ?? "", http.RequestAborted);
                return new RevealedIdentity(person.ToString(), whole.Name, whole.Document.Type, whole.Document.Reveal(), whole.Phone, whole.Birth);
            }).Allow(handling);

            routes.MapGet("/persons/{key}/access", async (string key, PersonDesk desk, ICurrentActor current, IHistory history, HttpContext http) =>
            {
                var person = await Seen(key, desk, current, http);
                var facts = await history.Of(IdentityAccess.Stream(person).Id, http.RequestAborted);
                return facts.Select(stored => (By: stored.Actor, Fact: (IdentityShown)stored.Fact))
                    .Select(seen => new AccessLine(seen.By.User, seen.By.Role.ToString(), seen.By.Node.Code, seen.By.OnBehalfOf, seen.Fact.Purpose, seen.Fact.At, seen.Fact.Whole));
            }).Allow(log);
        });
    }

    // Who asks must see where the person is insured now, or was last.
    private static async Task<PersonKey> Seen(string key, PersonDesk desk, ICurrentActor current, HttpContext http)
    {
        var person = Desk.Person(key);
        var state = await desk.Get(person, http.RequestAborted);
        if (!state.IsKnown) throw FilingErrors.PersonUnknown.With().AsException();
        current.MustSee((state.Current ?? state.Enrolments[^1]).Area);
        return person;
    }
}
