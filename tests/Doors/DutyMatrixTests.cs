using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;

namespace Yibao.Doors.Tests;

/// <summary>统一管理、分级负责 (OPS-012, 004 Art.4): which tier may do what, over every operation there is, whatever roles a token claims.</summary>
public sealed class DutyMatrixTests(OneNode node)
{
    private static readonly string[] Services = ["filing", "settlement", "clearing"];

    [Fact]
    public async Task A_citys_person_does_nothing_of_the_provinces_or_the_nations_even_with_their_role_in_his_token()
    {
        var (wrong, walked) = (new List<string>(), 0);
        foreach (var service in Services)
            foreach (var operation in node.Operations(service).Where(operation => operation is { Grpc: true, Unary: true, Access.Open: false } && (operation.Admits(Role.ProvinceOperator) || operation.Admits(Role.NationalOperator))))
            {
                walked++;
                foreach (var (role, agency) in ((Role, string)[])[(Role.NationalOperator, "630200"), (Role.NationalOperator, "630000"), (Role.ProvinceOperator, "630200")])
                    if (await node.CallGateway(operation.Name, node.Token(role, agency)) is var answer and not "FORBIDDEN") wrong.Add($"{operation.Name} answers {answer} to {role} of {agency}");
            }

        walked.ShouldBeGreaterThan(10);
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_the_provinces_alone_the_city_is_forbidden_and_the_province_may()
    {
        var outside = new Outside(node);
        // Sharing data with other departments and publishing is data management (002 七(二)): the province's, never the city's.
        var agreement = new { id = "duty-1", agency = "630200", recipient = "民政局", purpose = "救助核对", fields = new[] { "person_key" }, from = "2023-01-01", until = "2099-12-31" };
        (await outside.Post("/api/filing/sharing/agreements", agreement, node.Token(Role.CityOperator, "630200"))).Text.ShouldContain("FORBIDDEN");
        (await outside.Post("/api/filing/sharing/agreements", agreement, node.Token(Role.ProvinceOperator, "630200"))).Text.ShouldContain("FORBIDDEN");
        (await outside.Post("/api/filing/sharing/agreements", agreement, node.Token(Role.ProvinceOperator))).Text.ShouldContain("duty-1");
    }

    [Fact]
    public async Task Filing_is_the_citys_and_neither_the_province_nor_the_nation_decides_one()
    {
        foreach (var operation in (string[])["/yibao.filing.v1.Filings/Apply", "/yibao.filing.v1.Filings/Handle", "/yibao.filing.v1.Persons/Register", "/yibao.filing.v1.Persons/Change"])
        {
            (await node.CallGateway(operation, node.Token(Role.ProvinceOperator))).ShouldBe("FORBIDDEN", operation);
            (await node.CallGateway(operation, node.Token(Role.NationalOperator))).ShouldBe("FORBIDDEN", operation);
            (await node.CallGateway(operation, node.Token(Role.CityOperator, "630200"))).ShouldNotBe("FORBIDDEN", operation);
        }
    }

    [Fact]
    public async Task The_nations_registry_is_changed_by_the_national_agency_only()
    {
        // The stream's first frame is empty: what answers is the rule of the operation, then of the registry.
        var uploads = node.Operations("filing").Single(operation => operation.Name == "/yibao.filing.v1.Uploads/Upload");
        uploads.Admits(Role.NationalOperator).ShouldBeTrue();
        uploads.Admits(Role.Institution).ShouldBeFalse();
        (await node.CallGateway(uploads.Name, node.Token(Role.NationalOperator, "630200"))).ShouldBe("FORBIDDEN");
    }
}
