using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Tests.Identity;

public sealed class AccessTests
{
    private static readonly TokenOf Hospital = new("his-1", Doors.Haixi, Role.Institution) { Institution = "H63280000001" };

    [Theory]
    [InlineData("632800", "632800", HttpStatusCode.OK)]
    [InlineData("632800", "630100", HttpStatusCode.Forbidden)]
    [InlineData("632800", "630000", HttpStatusCode.Forbidden)]
    [InlineData("630000", "630100", HttpStatusCode.OK)]
    [InlineData("630000", "420100", HttpStatusCode.Forbidden)]
    [InlineData("100000", "632800", HttpStatusCode.OK)]
    public async Task An_operator_sees_his_agencys_subtree(string agency, string area, HttpStatusCode expected)
    {
        await using var doors = await Doors.Open();
        (await doors.Get($"/areas/{area}", Doors.Issuer.Issue(new TokenOf("operator", new AdminDivision(agency), Role.CityOperator)))).Status.ShouldBe(expected);
    }

    [Fact]
    public async Task A_token_of_another_province_is_good_for_nothing_here()
    {
        await using var doors = await Doors.Open();
        var (status, body) = await doors.Get("/areas/420000", Doors.Issuer.Issue(new TokenOf("operator", new AdminDivision("420000"), Role.ProvinceOperator)));
        status.ShouldBe(HttpStatusCode.Forbidden);
        body.GetProperty("code").GetString().ShouldBe("OUT_OF_REGION");
    }

    [Fact]
    public async Task An_institution_acts_for_itself_only()
    {
        await using var doors = await Doors.Open();
        var (status, body) = await doors.Get("/institutions/H63280000001", Doors.Issuer.Issue(Hospital));
        status.ShouldBe(HttpStatusCode.OK);
        body.GetProperty("on_behalf_of").GetString().ShouldBe("H63280000001");
        (await doors.Get("/institutions/H63280000002", Doors.Issuer.Issue(Hospital))).Body.GetProperty("code").GetString().ShouldBe("OUT_OF_REGION");
    }

    [Fact]
    public async Task A_role_that_the_rule_does_not_name_is_forbidden()
    {
        await using var doors = await Doors.Open();
        (await doors.Get("/areas/632800", Doors.Issuer.Issue(Hospital))).Body.GetProperty("code").GetString().ShouldBe("FORBIDDEN");
    }

    [Fact]
    public async Task An_auditor_reads_everything_and_changes_nothing()
    {
        await using var doors = await Doors.Open();
        var auditor = Doors.Issuer.Issue(new TokenOf("auditor", Doors.Qinghai, Role.Auditor));
        (await doors.Get("/areas/632800", auditor)).Status.ShouldBe(HttpStatusCode.OK);
        (await doors.Get("/institutions/H63280000001", auditor)).Status.ShouldBe(HttpStatusCode.OK);
        (await doors.Call(HttpMethod.Post, "/areas/632800", auditor)).Body.GetProperty("code").GetString().ShouldBe("FORBIDDEN");
        Should.Throw<ArgumentException>(() => Access.Change(Role.CityOperator, Role.Auditor));
    }

    [Fact]
    public async Task A_commissioned_insurer_acts_on_behalf_of_the_agency_and_within_its_area()
    {
        await using var doors = await Doors.Open();
        var insurer = Doors.Issuer.Issue(new TokenOf("insurer-1", Doors.Qinghai, Role.DelegatedInsurer)
        {
            Delegation = new Delegation(Doors.Haixi, new HashSet<string> { "390" }, new HashSet<string> { "filing" }, new DateOnly(2099, 12, 31)),
        });
        var (status, body) = await doors.Call(HttpMethod.Post, "/areas/632800", insurer);
        status.ShouldBe(HttpStatusCode.OK);
        body.GetProperty("on_behalf_of").GetString().ShouldBe("632800");
        (await doors.Call(HttpMethod.Post, "/areas/630100", insurer)).Body.GetProperty("code").GetString().ShouldBe("OUT_OF_REGION");
    }

    [Fact]
    public void A_door_without_a_rule_keeps_the_host_from_starting() => Fault(routes => routes.MapGet("/forgotten", () => "x")).ShouldContain("/forgotten");

    [Fact]
    public void A_rule_that_says_nothing_of_the_region_keeps_the_host_from_starting()
    {
        Fault(routes => routes.MapGet("/half", () => "x").Allow(Access.Read(Role.CityOperator))).ShouldContain("without a region");
        Fault(routes => routes.MapGet("/half", () => "x").Allow(Access.Read(Role.CityOperator, Role.Institution).OwnInstitution<HttpContext>(_ => "x"))).ShouldContain("CityOperator");
    }

    private static string Fault(Action<Microsoft.AspNetCore.Routing.IEndpointRouteBuilder> map) =>
        Should.Throw<InvalidOperationException>(() => ServiceHost.Build(Doors.Settings(Doors.Qinghai), new Mapped(map))).Message;

    private sealed class Mapped(Action<Microsoft.AspNetCore.Routing.IEndpointRouteBuilder> map) : IServiceModule
    {
        public string Name => "filing";

        public void Configure(ServiceBuilder service) => service.Endpoints(map);
    }
}
