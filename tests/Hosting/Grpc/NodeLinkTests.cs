using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Yibao.Contracts.Nodes;
using Yibao.Hosting.Grpc;
using Yibao.Hosting.Nodes;
using Yibao.Hosting.Telemetry;
using Yibao.Hosting.Tests.Sample;
using Yibao.Kernel.Errors;

namespace Yibao.Hosting.Tests.Grpc;

public sealed class NodeLinkTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_signed_message_travels_through_a_relay_and_comes_back_signed_by_the_far_node(bool sm2)
    {
        await using var tree = await SampleTree.Start(sm2: sm2);
        var answer = await tree.Send(tree.Sign("m-1", "你好")).WaitAsync(Patience);
        Encoding.UTF8.GetString(answer.Payload.Span).ShouldBe("你好");
        answer.From.ShouldBe(SampleTree.C);
        answer.Id.ShouldBe("m-1.answer");
    }

    [Fact]
    public async Task The_far_node_sees_the_whole_path_and_the_signers_own_words()
    {
        Envelope? seen = null;
        await using var tree = await SampleTree.Start(message =>
        {
            seen = message;
            return Task.FromResult("ok");
        });
        var message = tree.Sign("m-2", "x");
        await tree.Send(message).WaitAsync(Patience);
        seen!.Path.ShouldBe([SampleTree.A, SampleTree.B]);
        EnvelopeBytes.Digest(seen).ShouldBe(EnvelopeBytes.Digest(message));
        seen.Signature.ToArray().ShouldBe(message.Signature.ToArray());
    }

    [Fact]
    public async Task A_refusal_of_the_far_node_arrives_as_the_same_error()
    {
        await using var tree = await SampleTree.Start(_ => throw SystemErrors.FieldInvalid.With("setl_id", "格式不对").AsException());
        var refused = await Should.ThrowAsync<RefusedException>(() => tree.Send(tree.Sign("m-3", "x")).WaitAsync(Patience));
        refused.Error.ShouldBe(SystemErrors.FieldInvalid.With("setl_id", "格式不对"));
    }

    [Fact]
    public async Task An_exception_of_the_far_node_says_nothing_but_a_trace_id()
    {
        await using var tree = await SampleTree.Start(_ => throw new InvalidOperationException("the secret"));
        var refused = await Should.ThrowAsync<RefusedException>(() => tree.Send(tree.Sign("m-4", "x")).WaitAsync(Patience));
        refused.Error.Definition.ShouldBe(SystemErrors.Internal);
        refused.Message.ShouldNotContain("secret");
    }

    [Fact]
    public async Task A_caller_that_stops_waiting_does_not_stop_the_work()
    {
        var started = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var finished = new TaskCompletionSource();
        await using var tree = await SampleTree.Start(async _ =>
        {
            started.SetResult();
            await go.Task;
            finished.SetResult();
            return "late";
        });
        using var patience = new CancellationTokenSource();
        var waiting = tree.Send(tree.Sign("m-5", "x"), patience.Token);
        await started.Task.WaitAsync(Patience);
        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
        go.SetResult();
        await finished.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_stopping_host_finishes_what_it_accepted()
    {
        var started = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using var tree = await SampleTree.Start(async _ =>
        {
            started.SetResult();
            await go.Task;
            return "drained";
        });
        var waiting = tree.Send(tree.Sign("m-6", "x"));
        await started.Task.WaitAsync(Patience);
        var stopping = tree.Host(SampleTree.C).StopAsync();
        go.SetResult();
        Encoding.UTF8.GetString((await waiting.WaitAsync(Patience)).Payload.Span).ShouldBe("drained");
        await stopping.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_neighbour_that_is_gone_leaves_the_outcome_unknown()
    {
        await using var tree = await SampleTree.Start();
        await tree.Host(SampleTree.B).StopAsync();
        var refused = await Should.ThrowAsync<RefusedException>(() => tree.Send(tree.Sign("m-7", "x")).WaitAsync(Patience));
        refused.Error.Definition.ShouldBe(SystemErrors.OutcomeUnknown);
    }

    [Fact]
    [Covers("SEC-004")]
    public async Task Other_content_under_a_used_id_is_a_replay_and_an_altered_amount_has_no_valid_signature()
    {
        await using var tree = await SampleTree.Start();
        await tree.Send(tree.Sign("m-8", "{\"medfee_sumamt\":1208000}")).WaitAsync(Patience);

        var replayed = await Should.ThrowAsync<RefusedException>(() => tree.Send(tree.Sign("m-8", "{\"medfee_sumamt\":1}")).WaitAsync(Patience));
        replayed.Error.Code.ShouldBe("REPLAY");

        var altered = tree.Sign("m-9", "{\"medfee_sumamt\":1208000}") with { Payload = "{\"medfee_sumamt\":9908000}"u8.ToArray() };
        (await Should.ThrowAsync<RefusedException>(() => tree.Send(altered).WaitAsync(Patience))).Error.Code.ShouldBe("SIGNATURE_INVALID");
    }

    [Fact]
    public async Task The_same_message_again_is_answered_again()
    {
        await using var tree = await SampleTree.Start();
        var message = tree.Sign("m-10", "twice");
        var first = await tree.Send(message).WaitAsync(Patience);
        var second = await tree.Send(message).WaitAsync(Patience);
        second.Payload.ToArray().ShouldBe(first.Payload.ToArray());
    }

    [Fact]
    public async Task A_kind_that_nobody_answers_is_refused()
    {
        await using var tree = await SampleTree.Start();
        var message = tree.First.Services.GetRequiredService<IEnvelopeSigner>().Sign(SampleTree.C, "m-11", TimeProvider.System.GetUtcNow(), "sample.other.v1", new byte[] { 1 });
        (await Should.ThrowAsync<RefusedException>(() => tree.Send(message).WaitAsync(Patience))).Error.ShouldBe(SecurityErrors.MessageKindUnknown.With("sample.other.v1"));
    }

    [Fact]
    public async Task The_last_hop_must_be_the_caller()
    {
        await using var tree = await SampleTree.Start();
        // A host of A that says it passes on what C handed over: B knows it by its certificate.
        var services = tree.First.Services;
        var link = new NodeLink(tree.Settings(SampleTree.C), services.GetRequiredService<IPeers>(), services.GetRequiredService<IEnvelopeSigner>(), services.GetRequiredService<HopMeter>());
        (await Should.ThrowAsync<RefusedException>(() => link.Send(SampleTree.B, tree.Sign("m-12", "x")).WaitAsync(Patience)))
            .Error.ShouldBe(SecurityErrors.HopMismatch.With(SampleTree.C, SampleTree.A));
    }

    [Fact]
    public async Task Without_tls_the_same_journey_works_on_the_loopback_in_development()
    {
        await using var tree = await SampleTree.Start(plain: true);
        tree.Door(SampleTree.B).Scheme.ShouldBe("http");
        (await tree.Send(tree.Sign("m-13", "plain")).WaitAsync(Patience)).From.ShouldBe(SampleTree.C);
    }

    [Fact]
    public void Without_tls_nothing_starts_outside_development_or_beyond_the_loopback()
    {
        var settings = new SampleTree().Settings(SampleTree.A) with { LoopbackPlain = true };
        Should.Throw<InvalidOperationException>(() => ServiceHost.Build(settings, new SampleNode()));
        Should.Throw<InvalidOperationException>(() => ServiceHost.Build(settings with { Development = true, GrpcListen = "0.0.0.0:0" }, new SampleNode()));
    }
}
