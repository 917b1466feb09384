using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;

namespace Yibao.Doors.Tests;

/// <summary>Walks every operation of every service of a running node in every capacity, over sockets.</summary>
public sealed partial class EveryOperationTests(OneNode node)
{
    private static readonly string[] Services = ["filing", "settlement", "clearing"];

    /// <summary>Capacities that a token can give; a node and the platform itself are known by certificate only.</summary>
    private static readonly Role[] People = [.. Enum.GetValues<Role>().Except([Role.System, Role.Node])];

    [Fact]
    public async Task A_gRPC_method_lets_in_whom_its_rule_names_and_nobody_else()
    {
        var wrong = new List<string>();
        foreach (var service in Services)
            foreach (var operation in node.Operations(service).Where(operation => operation is { Grpc: true, Unary: true } && IsOwn(service, operation)))
            {
                if (await node.CallGateway(operation.Name, token: null) is var stranger and not "UNAUTHENTICATED") wrong.Add($"{operation.Name} answers {stranger} to a stranger");
                foreach (var role in People) Judge(operation, role, await node.CallGateway(operation.Name, node.Token(role)), wrong);
            }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_JSON_endpoint_lets_in_whom_its_rule_names_and_nobody_else()
    {
        var wrong = new List<string>();
        foreach (var service in Services)
            foreach (var operation in node.Operations(service).Where(operation => operation is { Grpc: false, Access.Open: false }))
            {
                if (await Ask(service, operation, null) is var stranger and not "UNAUTHENTICATED") wrong.Add($"{operation.Name} answers {stranger} to a stranger");
                foreach (var role in People) Judge(operation, role, await Ask(service, operation, node.Token(role)), wrong);
            }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_outside_reaches_what_nodes_and_services_say_among_themselves()
    {
        (await node.CallGateway("/yibao.node.v1.NodeRelay/Send", node.Token(Role.NationalOperator))).ShouldBe(nameof(Grpc.Core.StatusCode.Unimplemented));
        foreach (var service in Services)
        {
            foreach (var inside in node.Operations(service).Where(operation => operation.Grpc && operation.Access.Roles.Count == 1 && operation.Access.Roles.Contains(Role.System) && operation.Unary))
                foreach (var token in People.Select(role => node.Token(role)).Append(null))
                    (await node.CallGateway(inside.Name, token)).ShouldBeOneOf("FORBIDDEN", "UNAUTHENTICATED");
        }
    }

    private static bool IsOwn(string service, Operation operation) => operation.Name.StartsWith($"/yibao.{service}.", StringComparison.Ordinal);

    private static void Judge(Operation operation, Role role, string answer, List<string> wrong)
    {
        if (answer is "INTERNAL" or "Internal" or "Unknown" or "UNAUTHENTICATED" || operation.Admits(role) == (answer == "FORBIDDEN")) wrong.Add($"{operation.Name} answers {answer} to {role}");
    }

    private async Task<string> Ask(string service, Operation operation, string? token)
    {
        var (verb, path) = operation.Name.Split(' ') is [var first, var second] ? (first, second) : throw new InvalidOperationException(operation.Name);
        var target = Parameter().Replace(path, match => match.Groups["name"].Value switch
        {
            "area" => "630200",
            "day" => "2023-03-01",
            _ => "x1",
        });
        using var request = new HttpRequestMessage(new HttpMethod(verb), new Uri(node.Host("gateway").Http, $"/api/{service}{target}"));
        if (verb is not "GET") request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await node.Http.SendAsync(request, TestContext.Current.CancellationToken);
        if (answer.IsSuccessStatusCode) return "OK";
        if (answer.StatusCode == HttpStatusCode.NotFound && answer.Content.Headers.ContentLength == 0) return "UNROUTED";
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        try
        {
            using var problem = JsonDocument.Parse(text);
            return problem.RootElement.GetProperty("code").GetString()!;
        }
        catch (JsonException)
        {
            return $"{answer.StatusCode}: {text}";
        }
    }

    [GeneratedRegex(@"\{\*{0,2}(?<name>\w+)[^}]*\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
