using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Google.Protobuf;
using Yibao.Contracts.Filing.V1;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Persons;

namespace Yibao.Doors.Tests;

/// <summary>What an agency's people do through the gateway.</summary>
internal sealed class Outside(OneNode node)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public async Task<string> Registered(int number, string insurance, string type)
    {
        var invented = InventedPerson.Number(number);
        var request = new RegisterPersonRequest
        {
            HomeArea = "630200", DocumentType = "01", DocumentNumber = invented.Id.Reveal(), Name = invented.Name, Phone = invented.Phone, ECredential = $"token-{number}",
            InsuranceType = insurance, PersonType = type, EnrolledFrom = "2010-01-01",
        };
        return PersonReply.Parser.ParseFrom(await node.MustCall("/yibao.filing.v1.Persons/Register", node.Token(Role.CityOperator, "630200"), request)).PersonKey;
    }

    public async Task<(string Person, string Filing)> Applied(int number, string insurance, string type)
    {
        var person = await Registered(number, insurance, type);
        var application = new ApplyFilingRequest
        {
            ApplicationId = $"sec-{number}", PersonKey = person, HomeArea = "630200", InsuranceType = insurance, Category = 2, Place = "420100", Channel = "NATIONAL_APP",
            Materials = { "E_CREDENTIAL", "FILING_FORM", "RESIDENCE_PROOF" },
            Form = new FilingForm { Name = "赵晓明", SocialSecurityNumber = "999000194001010011", HomeAddress = "某市某路一号", ContactAddress = "武汉某路二号", Phone1 = "12000000001", SignedBy = "赵晓明" },
            Facts = new CategoryFactsMessage { AwayFrom = "2024-01-01", AwayUntil = "2030-12-31" },
        };
        var filed = FilingReply.Parser.ParseFrom(await node.MustCall("/yibao.filing.v1.Filings/Apply", node.Token(Role.CityOperator, "630200"), application));
        return (person, filed.Number);
    }

    public Task<string> Approve(string filing, string token) =>
        node.CallGateway("/yibao.filing.v1.Filings/Handle", token, new HandleFilingRequest { Number = filing, Approve = new ApproveStep() }.ToByteArray());

    public async Task<(HttpStatusCode Status, string Text)> Get(string path, string token) => await Send(new HttpRequestMessage(HttpMethod.Get, new Uri(node.Host("gateway").Http, path)), token);

    public async Task<(HttpStatusCode Status, string Text)> Post(string path, object body, string token) =>
        await Send(new HttpRequestMessage(HttpMethod.Post, new Uri(node.Host("gateway").Http, path)) { Content = JsonContent.Create(body, options: Json) }, token);

    private async Task<(HttpStatusCode Status, string Text)> Send(HttpRequestMessage request, string token)
    {
        using (request)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var answer = await node.Http.SendAsync(request, TestContext.Current.CancellationToken);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }
}
