using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Tests.Identity;

public sealed class TokenTests
{
    private static readonly TokenOf Operator = new("operator-haixi-1", Doors.Haixi, Role.CityOperator);

    [Fact]
    public async Task A_good_token_becomes_the_actor()
    {
        await using var doors = await Doors.Open();
        var (status, body) = await doors.Get("/areas/632800", Doors.Issuer.Issue(Operator));
        status.ShouldBe(HttpStatusCode.OK);
        body.GetProperty("user").GetString().ShouldBe("operator-haixi-1");
        body.GetProperty("role").GetString().ShouldBe("CityOperator");
        body.GetProperty("node").GetString().ShouldBe("632800");
        body.GetProperty("correlation").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Without_a_token_only_open_doors_open()
    {
        await using var doors = await Doors.Open();
        (await doors.Get("/open", null)).Status.ShouldBe(HttpStatusCode.OK);
        await Refused(doors, null, "缺少凭证");
    }

    [Fact]
    public async Task A_tampered_token_is_refused()
    {
        await using var doors = await Doors.Open();
        var parts = Doors.Issuer.Issue(Operator).Split('.');
        var other = Doors.Issuer.Issue(Operator with { User = "someone-else" }).Split('.');
        await Refused(doors, $"{parts[0]}.{other[1]}.{parts[2]}", "凭证签名无效");
    }

    [Fact]
    public async Task A_token_signed_with_another_key_is_refused()
    {
        await using var doors = await Doors.Open();
        using var stranger = new DevelopmentIssuer();
        await Refused(doors, stranger.Issue(Operator), "凭证签名无效");
    }

    [Fact]
    public async Task An_unsigned_token_is_refused()
    {
        await using var doors = await Doors.Open();
        var payload = Doors.Issuer.Issue(Operator).Split('.')[1];
        var none = Convert.ToBase64String("{\"alg\":\"none\",\"typ\":\"JWT\"}"u8).TrimEnd('=');
        await Refused(doors, $"{none}.{payload}.", "凭证签名无效");
    }

    [Fact]
    public async Task An_expired_token_is_refused()
    {
        await using var doors = await Doors.Open();
        var yesterday = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(-1));
        await Refused(doors, Doors.Issuer.Issue(Operator, yesterday), "凭证已过期");
    }

    [Fact]
    public async Task A_token_for_someone_else_is_refused()
    {
        await using var doors = await Doors.Open();
        await Refused(doors, Doors.Issuer.Issue(Operator with { Audience = "another-system" }), "凭证不是签发给本平台的");
    }

    [Fact]
    public async Task A_token_of_an_unknown_issuer_is_refused()
    {
        await using var doors = await Doors.Open(Doors.Settings(Doors.Qinghai) with { Identity = new IdentitySettings() });
        await Refused(doors, Doors.Issuer.Issue(Operator), "签发方不受信任");
    }

    [Theory]
    [InlineData(Role.System)]
    [InlineData(Role.Node)]
    public async Task No_token_makes_one_the_platform_or_a_node(Role role)
    {
        await using var doors = await Doors.Open();
        await Refused(doors, Doors.Issuer.Issue(Operator with { Roles = [role] }), "没有可用角色");
    }

    [Fact]
    public async Task Gibberish_is_refused()
    {
        await using var doors = await Doors.Open();
        await Refused(doors, "gibberish", "凭证格式不正确");
    }

    [Fact]
    public void The_development_issuer_cannot_be_switched_on_outside_development() =>
        Should.Throw<InvalidOperationException>(() => ServiceHost.Build(Doors.Settings(Doors.Qinghai) with { Development = false }, new NoDoors()))
            .Message.ShouldContain("development issuer");

    [Fact]
    public void An_identity_provider_without_tls_is_refused_outside_development() =>
        Should.Throw<InvalidOperationException>(() => ServiceHost.Build(
            Doors.Settings(Doors.Qinghai) with { Development = false, Identity = new IdentitySettings { Authority = new Uri("http://id.example.org") } }, new NoDoors()));

    [Fact]
    public async Task An_exception_tells_the_caller_nothing_but_a_trace_id()
    {
        await using var doors = await Doors.Open();
        var (status, body) = await doors.Get("/broken", null);
        status.ShouldBe(HttpStatusCode.InternalServerError);
        body.GetProperty("code").GetString().ShouldBe("INTERNAL");
        body.GetRawText().ShouldNotContain("secret");
    }

    private static async Task Refused(Doors doors, string? token, string why)
    {
        var (status, body) = await doors.Get("/areas/632800", token);
        status.ShouldBe(HttpStatusCode.Unauthorized);
        body.GetProperty("code").GetString().ShouldBe("UNAUTHENTICATED");
        body.GetProperty("title").GetString()!.ShouldContain(why);
    }

    private sealed class NoDoors : IServiceModule
    {
        public string Name => "filing";

        public void Configure(ServiceBuilder service)
        {
        }
    }
}
