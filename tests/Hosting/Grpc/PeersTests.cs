using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Nodes;
using Yibao.Hosting.Tests.Sample;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Tests.Grpc;

public sealed class PeersTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task The_actor_and_the_correlation_reach_a_service_of_the_same_node()
    {
        await using var two = await TwoServices.Start();
        two.Asked = (_, _, current) => Task.FromResult(new Answer { Text = $"{current.Actor} {current.Correlation}" });
        var actor = new Actor("his-1", Role.Institution, TwoServices.Node, "H63280000001");
        using var _ = two.Asking.GetRequiredService<ICurrentActor>().Act(actor, "setl-1");
        (await two.Client().AskAsync(new Question()).ResponseAsync.WaitAsync(Patience)).Text.ShouldBe($"{actor} setl-1");
    }

    [Fact]
    public async Task Each_caller_is_himself_however_alike_the_one_before_was()
    {
        await using var two = await TwoServices.Start();
        two.Asked = (_, _, current) => Task.FromResult(new Answer { Text = $"{current.Actor} {current.Correlation}" });
        var first = new Actor("his-1", Role.Institution, TwoServices.Node, "H63280000001");
        Actor[] actors = [first, first with { User = "his-2" }, first with { OnBehalfOf = "H63280000002" }, first with { Role = Role.CityOperator }, first with { Node = new AdminDivision("632800") }, first with { Reason = new string('因', 600) }];
        for (var round = 0; round < 2; round++)
        {
            foreach (var actor in actors)
            {
                using var _ = two.Asking.GetRequiredService<ICurrentActor>().Act(actor, $"setl-{round}");
                (await two.Client().AskAsync(new Question()).ResponseAsync.WaitAsync(Patience)).Text.ShouldBe($"{actor} setl-{round}");
            }
        }
    }

    [Fact]
    public async Task An_actor_that_was_passed_on_keeps_his_own_reach()
    {
        await using var two = await TwoServices.Start();
        two.Asked = (question, _, current) =>
        {
            if (question.Institution.Length > 0) current.MustBeInstitution(question.Institution);
            return Task.FromResult(new Answer { Text = $"{current.Sees(new AdminDivision("632800"))} {current.Sees(new AdminDivision("630100"))}" });
        };
        var current = two.Asking.GetRequiredService<ICurrentActor>();
        using (current.Act(new Actor("his-1", Role.Institution, TwoServices.Node, "H63280000001"), "c"))
        {
            await two.Client().AskAsync(new Question { Institution = "H63280000001" }).ResponseAsync.WaitAsync(Patience);
            (await Refusal(two.Client(), new Question { Institution = "H63280000002" })).Error.Definition.ShouldBe(SecurityErrors.OutOfRegion);
        }

        using (current.Act(new Actor("operator", Role.CityOperator, new AdminDivision("632800")), "c")) (await two.Client().AskAsync(new Question()).ResponseAsync.WaitAsync(Patience)).Text.ShouldBe("True False");
        using (current.Act(new Actor("insurer", Role.DelegatedInsurer, TwoServices.Node, "630100"), "c")) (await two.Client().AskAsync(new Question()).ResponseAsync.WaitAsync(Patience)).Text.ShouldBe("False True");
    }

    [Fact]
    public async Task A_service_that_acts_by_itself_is_the_system()
    {
        await using var two = await TwoServices.Start();
        two.Asked = (_, _, current) => Task.FromResult(new Answer { Text = $"{current.Actor.User} {current.Actor.Role}" });
        (await two.Client().AskAsync(new Question()).ResponseAsync.WaitAsync(Patience)).Text.ShouldBe("630000/settlement System");
    }

    [Fact]
    public async Task A_refusal_arrives_with_everything_the_catalogue_says()
    {
        await using var two = await TwoServices.Start();
        two.Asked = (_, _, _) => throw SystemErrors.FieldInvalid.With("certno", "长度不符").AsException();
        var error = (await Refusal(two.Client())).Error;
        error.ShouldBe(SystemErrors.FieldInvalid.With("certno", "长度不符"));
        error.Message.ShouldBe("数据项 certno 不正确：长度不符");
    }

    [Fact]
    public void An_error_that_this_version_does_not_know_is_told_on_as_it_came()
    {
        var newer = new ErrorDefinition("OF_TOMORROW", ErrorCategory.Policy, "明天的{0}", "请升级{0}", Party.HomeAgency) { Transient = true }.With("规则");
        var told = ErrorStatus.FromRpc(ErrorStatus.ToRpc(newer))!;
        told.Code.ShouldBe("OF_TOMORROW");
        told.Message.ShouldBe("明天的规则");
        told.NextStep.ShouldBe("请升级规则");
        told.Definition.Category.ShouldBe(ErrorCategory.Policy);
        told.Definition.Acts.ShouldBe(Party.HomeAgency);
        told.Definition.Transient.ShouldBeTrue();
    }

    [Fact]
    public void Every_error_of_the_catalogue_survives_the_wire() => Catalogue.All.ShouldAllBe(definition =>
        ErrorStatus.FromRpc(ErrorStatus.ToRpc(definition.With("a", "b", "c", "d", "e", "f"), null))!.Equals(definition.With("a", "b", "c", "d", "e", "f")));

    [Fact]
    public async Task Without_an_answer_in_time_the_outcome_is_unknown()
    {
        await using var two = await TwoServices.Start();
        var never = new TaskCompletionSource<Answer>();
        two.Asked = (_, context, _) => never.Task.WaitAsync(context.CancellationToken);
        (await Refusal(two.Client(new CallRules { Deadline = TimeSpan.FromMilliseconds(300) }))).Error.Definition.ShouldBe(SystemErrors.OutcomeUnknown);
    }

    [Fact]
    public async Task Every_call_has_a_deadline()
    {
        await using var two = await TwoServices.Start();
        DateTime? deadline = null;
        two.Asked = (_, context, _) =>
        {
            deadline = context.Deadline;
            return Task.FromResult(new Answer());
        };
        await two.Client().AskAsync(new Question()).ResponseAsync.WaitAsync(Patience);
        deadline.ShouldNotBeNull();
        deadline.Value.ShouldBeLessThan(TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1));
    }

    [Fact]
    public async Task Only_a_call_marked_repeatable_is_repeated()
    {
        await using var two = await TwoServices.Start();
        two.Asked = (question, _, _) => two.Calls < 3 ? throw SystemErrors.Unavailable.With("filing").AsException() : Task.FromResult(new Answer { Text = question.Text });
        (await Refusal(two.Client())).Error.Definition.ShouldBe(SystemErrors.Unavailable);
        two.Calls.ShouldBe(1);
        (await two.Client(CallRules.Repeatable).AskAsync(new Question { Text = "again" }).ResponseAsync.WaitAsync(Patience)).Text.ShouldBe("again");
        two.Calls.ShouldBe(3);
    }

    [Fact]
    public async Task A_refusal_for_good_is_never_repeated()
    {
        await using var two = await TwoServices.Start();
        two.Asked = (_, _, _) => throw SystemErrors.FieldMissing.With("x").AsException();
        await Refusal(two.Client(CallRules.Repeatable));
        two.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task A_peer_that_keeps_failing_is_spared_for_a_while()
    {
        await using var two = await TwoServices.Start();
        two.Asked = (_, _, _) => throw SystemErrors.Unavailable.With("filing").AsException();
        for (var i = 0; i < 60; i++) (await Refusal(two.Client())).Error.Definition.ShouldBe(SystemErrors.Unavailable);
        two.Calls.ShouldBeLessThan(60);
    }

    [Fact]
    public async Task A_peer_nobody_knows_is_unavailable()
    {
        await using var two = await TwoServices.Start();
        var client = new Teller.TellerClient(two.To.Invoker("nobody"));
        (await Refusal(client)).Error.ShouldBe(SystemErrors.Unavailable.With("nobody"));
    }

    [Fact]
    public async Task A_stream_ends_with_the_servers_error()
    {
        await using var two = await TwoServices.Start();
        two.Asked = (_, _, _) => throw SystemErrors.FieldMissing.With("x").AsException();
        using var call = two.Client().Stream(new Question());
        (await call.ResponseStream.MoveNext(CancellationToken.None)).ShouldBeTrue();
        call.ResponseStream.Current.Text.ShouldBe("first");
        (await Should.ThrowAsync<RefusedException>(() => call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Patience))).Error.ShouldBe(SystemErrors.FieldMissing.With("x"));
    }

    [Fact]
    public async Task The_certificate_of_another_node_or_service_is_not_the_peer_that_was_asked_for()
    {
        await using var two = await TwoServices.Start();
        // The door of filing under other names: the certificate says who is really there.
        two.Peers["clearing"] = two.Peers["filing"];
        two.Peers["420000"] = two.Peers["filing"];
        foreach (var name in new[] { "clearing", "420000" }) (await Refusal(new Teller.TellerClient(two.To.Invoker(name)))).Error.ShouldBe(SystemErrors.Unavailable.With(name));
    }

    [Fact]
    public async Task Another_node_is_let_into_nothing_that_is_for_this_nodes_services()
    {
        await using var two = await TwoServices.Start();
        two.Peers["630000"] = two.Peers["filing"];
        var other = await two.Stranger(two.Settings("settlement", node: new AdminDivision("420000")));
        (await Refusal(new Teller.TellerClient(other.Invoker("630000")))).Error.Definition.ShouldBe(SecurityErrors.Forbidden);
        two.Calls.ShouldBe(0);
    }

    [Fact]
    public async Task Certificates_of_another_authority_open_no_connection()
    {
        await using var two = await TwoServices.Start();
        var other = await two.Stranger(two.Settings("settlement", new DevelopmentCertificates()));
        (await Refusal(new Teller.TellerClient(other.Invoker("filing")))).Error.Definition.ShouldBe(SystemErrors.Unavailable);
        two.Calls.ShouldBe(0);
    }

    /// <summary>What is known of a connection is found out by the first of many calls that arrive on it together. That they spoil it for each other is a race: seen in some hundred thousand calls, not in every run of this.</summary>
    [Fact]
    public async Task Many_calls_at_once_on_a_new_connection_all_know_who_calls()
    {
        await using var two = await TwoServices.Start();
        two.Asked = (_, _, current) => Task.FromResult(new Answer { Text = current.Actor.User });
        for (var connection = 0; connection < 10; connection++)
        {
            var client = new Teller.TellerClient((await two.Stranger(two.Settings("settlement"))).Invoker("filing"));
            var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => client.AskAsync(new Question()).ResponseAsync))).WaitAsync(Patience);
            answers.Select(answer => answer.Text).Distinct().ShouldBe(["630000/settlement"]);
        }
    }

    [Fact]
    public async Task A_token_behind_this_nodes_own_service_speaks_for_its_holder_and_for_his_institution_only()
    {
        await using var two = await TwoServices.Start(Access.Change(Role.Institution).OwnInstitution<Question>(question => question.Institution));
        two.Asked = (_, _, current) => Task.FromResult(new Answer { Text = $"{current.Actor.User} {current.Actor.Role} {current.Actor.OnBehalfOf}" });
        var token = two.Issuer.Issue(new TokenOf("his-1", TwoServices.Node, Role.Institution) { Institution = "H63010000001" });
        var headers = new Metadata { { "authorization", $"Bearer {token}" } };
        (await two.Client().AskAsync(new Question { Institution = "H63010000001" }, headers).ResponseAsync.WaitAsync(Patience)).Text.ShouldBe("his-1 Institution H63010000001");
        (await Refusal(two.Client(), new Question { Institution = "H63010000002" }, headers)).Error.Definition.ShouldBe(SecurityErrors.OutOfRegion);
        // Without it the service is itself, and that is not who the rule lets in.
        (await Refusal(two.Client(), new Question { Institution = "H63010000001" })).Error.Definition.ShouldBe(SecurityErrors.Forbidden);
    }

    [Fact]
    public void A_method_without_a_rule_keeps_the_host_from_starting()
    {
        var fault = Should.Throw<InvalidOperationException>(() => ServiceHost.Build(new TwoServices().Settings("filing"), new Forgetful(Access.Inside)));
        fault.Message.ShouldContain("Unruled");
        fault.Message.ShouldNotContain("Ask");
    }

    [Fact]
    public void A_rule_that_looks_into_another_request_keeps_the_host_from_starting() => Should.Throw<InvalidOperationException>(() => ServiceHost.Build(
        new TwoServices().Settings("filing"), new Forgetful(Access.Change(Role.Institution).OwnInstitution<Answer>(answer => answer.Text)))).Message.ShouldContain("looks into Answer");

    private static async Task<RefusedException> Refusal(Teller.TellerClient client, Question? question = null, Metadata? headers = null) =>
        await Should.ThrowAsync<RefusedException>(() => client.AskAsync(question ?? new Question(), headers).ResponseAsync.WaitAsync(Patience));

    private sealed class Forgetful(Access ask) : IServiceModule
    {
        public string Name => "filing";

        public void Configure(ServiceBuilder service) => service.Grpc<TwoServices.TellerService>((nameof(Teller.TellerBase.Ask), ask), (nameof(Teller.TellerBase.Stream), Access.Inside));
    }
}
