using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Yibao.Filing.Desks;
using Yibao.Hosting;
using Yibao.Hosting.Identity;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;

namespace Yibao.Filing.Consents;

/// <param name="Document">Reference of the signed letter.</param>
/// <param name="SignedOn">yyyy-MM-dd.</param>
/// <param name="Until">Last day, yyyy-MM-dd; empty: until withdrawn.</param>
public sealed record ConsentRequest(string? Id, string? PersonKey, string? Department, string? Purpose, string? Document, string? SignedOn, string? Until);

public sealed record InquiryRequest(string? InquiryId, string? ConsentId, string? PersonKey, string? Department, string? Purpose);

public sealed record FindingRequest(string? Finding);

public sealed record ConsentView(string Id, string PersonKey, string Department, string Purpose, string Document, DateOnly SignedOn, DateOnly? Until, bool Withdrawn, IReadOnlyList<string> Inquiries, IReadOnlyList<string> FalseStatements);

/// <summary>Consents of persons and the questions that stand on them.</summary>
public sealed class ConsentDesk(IWriteDoor door, PersonDesk persons, ICurrentActor current, TimeProvider time)
{
    public async Task<ConsentView> Give(ConsentRequest request, CancellationToken cancellation)
    {
        var person = await Known(request.PersonKey, cancellation);
        var given = new ConsentGiven(Desk.Need(request.Id ?? "", "id"), person, Desk.Need(request.Department ?? "", "department"), Desk.Need(request.Purpose ?? "", "purpose"),
            Desk.Need(request.Document ?? "", "document"), Desk.Day(request.SignedOn ?? "", "signed_on"), Desk.DayOrNone(request.Until ?? "", "until"), time.Now());
        return await Do(given.Id, state => ConsentDecider.Give(state, given), cancellation);
    }

    public async Task<ConsentView> Withdraw(string id, CancellationToken cancellation)
    {
        await Seen(id, cancellation);
        return await Do(id, state => ConsentDecider.Withdraw(state, id, time.Now()), cancellation);
    }

    public async Task<ConsentView> Ask(InquiryRequest request, CancellationToken cancellation)
    {
        var person = await Known(request.PersonKey, cancellation);
        var (department, purpose) = (Desk.Need(request.Department ?? "", "department"), Desk.Need(request.Purpose ?? "", "purpose"));
        // No consent named is the same as none given.
        if (string.IsNullOrWhiteSpace(request.ConsentId)) throw PrivacyErrors.ConsentMissing.With($"{department}，{purpose}").AsException();
        var inquiry = Desk.Need(request.InquiryId ?? "", "inquiry_id");
        return await Do(request.ConsentId, state => ConsentDecider.Ask(state, request.ConsentId, person, inquiry, department, purpose, time.Now()), cancellation);
    }

    public async Task<ConsentView> Found(string id, string inquiry, FindingRequest request, CancellationToken cancellation)
    {
        await Seen(id, cancellation);
        var finding = Desk.Need(request.Finding ?? "", "finding");
        return await Do(id, state => ConsentDecider.Found(state, id, inquiry, finding, time.Now()), cancellation);
    }

    private async Task Seen(string id, CancellationToken cancellation)
    {
        if ((await door.Read(Consent.Stream(id), cancellation)).Given is not { } given) throw PrivacyErrors.ConsentMissing.With(id).AsException();
        await Known(given.Person.ToString(), cancellation);
    }

    // The agency must see where the person is insured now, or was last.
    private async Task<PersonKey> Known(string? key, CancellationToken cancellation)
    {
        var person = Desk.Person(key ?? "");
        var state = await persons.Get(person, cancellation);
        if (!state.IsKnown) throw FilingErrors.PersonUnknown.With().AsException();
        current.MustSee((state.Current ?? state.Enrolments[^1]).Area);
        return person;
    }

    private async Task<ConsentView> Do(string id, Func<Consent, Decision> decide, CancellationToken cancellation)
    {
        var stream = Consent.Stream(id);
        var state = (await door.Execute(new Command(current.Actor, current.Correlation, [stream], states => decide(states.Of(stream))), cancellation)).OrThrow().State(stream);
        var given = state.Given!;
        return new ConsentView(id, given.Person.ToString(), given.Department, given.Purpose, given.Document, given.SignedOn, given.Until, state.Withdrawn,
            [.. state.Inquiries.Order(StringComparer.Ordinal)], [.. state.FalseStatements.Order(StringComparer.Ordinal)]);
    }
}

internal static class ConsentDoor
{
    public static void Map(ServiceBuilder service)
    {
        var rule = Access.Change(Role.CityOperator, Role.Reviewer, Role.Supervisor).CheckedInside("按参保地核对");
        service.Endpoints(routes =>
        {
            routes.MapPost("/consents", (ConsentRequest request, ConsentDesk desk, HttpContext http) => desk.Give(request, http.RequestAborted)).Allow(rule)
                .Example(new ConsentRequest("C-2026-0007", "0123456789abcdef0123456789abcdef", "公安", "核验居住信息", "630200-2026-000123", "2026-03-01", ""));
            routes.MapPost("/consents/{id}/withdrawal", (string id, ConsentDesk desk, HttpContext http) => desk.Withdraw(id, http.RequestAborted)).Allow(rule);
            routes.MapPost("/inquiries", (InquiryRequest request, ConsentDesk desk, HttpContext http) => desk.Ask(request, http.RequestAborted)).Allow(rule)
                .Example(new InquiryRequest("I-2026-0031", "C-2026-0007", "0123456789abcdef0123456789abcdef", "公安", "核验居住信息"));
            routes.MapPost("/consents/{id}/inquiries/{inquiry}/false-statement", (string id, string inquiry, FindingRequest request, ConsentDesk desk, HttpContext http) => desk.Found(id, inquiry, request, http.RequestAborted)).Allow(rule);
        });
    }
}
