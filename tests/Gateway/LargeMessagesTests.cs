using Grpc.Core;
using Yibao.Contracts.Settlement.V1;
using Yibao.Hosting.Grpc;
using Yibao.Kernel.Errors;

namespace Yibao.Gateway.Tests;

/// <summary>A gRPC message that is too large ends in the catalogue's words, however large it is and whichever door it came to.</summary>
public sealed class LargeMessagesTests(SampleNodes nodes) : IDisposable
{
    private const int Mega = 1024 * 1024;
    private readonly Channels _channels = new(nodes);

    [Theory]
    [InlineData("gateway", 1, "FIELD_INVALID")]
    [InlineData("gateway", 3, "FIELD_INVALID")]
    [InlineData("gateway", 5, "REQUEST_TOO_LARGE")]
    [InlineData("gateway", 15, "REQUEST_TOO_LARGE")]
    [InlineData("gateway", 17, "REQUEST_TOO_LARGE")]
    [InlineData("gateway", 64, "REQUEST_TOO_LARGE")]
    [InlineData("settlement", 5, "FIELD_INVALID")]
    [InlineData("settlement", 15, "FIELD_INVALID")]
    [InlineData("settlement", 17, "REQUEST_TOO_LARGE")]
    [InlineData("settlement", 64, "REQUEST_TOO_LARGE")]
    public async Task It_is_refused_with_a_code_and_a_sentence(string door, int megabytes, string code)
    {
        var his = _channels.Settlements(SampleNodes.Wuhan, nodes.Platform[new("420000"), door]);
        var upload = new UploadFeesRequest { InstitutionCode = SampleNodes.Wuhan, VisitId = "large", Lines = { new FeeLine { Serial = new string('9', megabytes * Mega), Code = "1", Price = "1", Count = "1", Date = "2026-01-01" } } };

        var refused = await Should.ThrowAsync<RpcException>(async () => await his.UploadFeesAsync(upload, cancellationToken: Counter.Cancel).ResponseAsync.WaitAsync(TimeSpan.FromMinutes(2), Counter.Cancel));

        var error = ErrorStatus.FromRpc(refused).ShouldNotBeNull($"{refused.StatusCode}: {refused.Status.Detail}");
        error.Code.ShouldBe(code);
        if (code == SystemErrors.RequestTooLarge.Code) (error.Message, error.NextStep, refused.Status.Detail).ShouldBe(("请求超过允许的大小", "请分批上传", "请求超过允许的大小"));
    }

    [Fact]
    public async Task After_one_that_was_too_large_the_same_connection_serves_the_next()
    {
        var his = _channels.Settlements(SampleNodes.Wuhan);
        foreach (var megabytes in (int[])[5, 20])
        {
            await Should.ThrowAsync<RpcException>(async () => await his.UploadFeesAsync(new UploadFeesRequest { InstitutionCode = SampleNodes.Wuhan, VisitId = new string('v', megabytes * Mega) }, cancellationToken: Counter.Cancel));

            var next = await Should.ThrowAsync<RpcException>(async () => await his.GetVisitAsync(new VisitRequest { InstitutionCode = SampleNodes.Wuhan, VisitId = "nowhere" }, cancellationToken: Counter.Cancel));
            ErrorStatus.FromRpc(next)!.Code.ShouldBe("VISIT_UNKNOWN");
        }
    }

    public void Dispose() => _channels.Dispose();
}
