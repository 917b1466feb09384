using System.Collections.Concurrent;
using Grpc.Core;
using Yibao.Hosting.Hosts;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Doors;

/// <summary>
/// A result is delivered when the reply that carries it was written, not when it was stored: a host that dies in between, or a caller who
/// left, leaves it undelivered, and the institution finds it in its list.
/// </summary>
public sealed partial class Deliveries(TreatmentDesk desk, IDetachedWork detached, ILogger<Deliveries> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Task> _underWay = new(StringComparer.Ordinal);

    /// <summary>The answer as it came; its delivery is stored after the reply.</summary>
    public SettlementAnswer Replying(SettlementAnswer answer, Actor actor, ServerCallContext call)
    {
        if (answer.Delivers is null) return answer;
        var noted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _underWay[answer.SettlementId] = noted.Task;
        var http = call.GetHttpContext();
        http.Response.OnCompleted(async () =>
        {
            try
            {
                if (!http.RequestAborted.IsCancellationRequested) await detached.Run(_ => Note(answer, actor), CancellationToken.None);
            }
            catch (RefusedException refused)
            {
                // It stays in the list until the institution asks or acknowledges.
                LogNotNoted(log, answer.SettlementId, refused.Error.Code);
            }
            finally
            {
                _underWay.TryRemove(KeyValuePair.Create(answer.SettlementId, noted.Task));
                noted.SetResult();
            }
        });
        return answer;
    }

    /// <summary>Returns when no reply of this host with this settlement is under way any more.</summary>
    public async Task Noted(string settlementId, CancellationToken cancellation)
    {
        if (!_underWay.TryGetValue(settlementId, out var noted)) return;
        await noted.WaitAsync(Patience, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<bool> Note(SettlementAnswer answer, Actor actor)
    {
        await desk.HandedOver(answer, actor);
        return true;
    }

    [LoggerMessage(3011, LogLevel.Warning, "The delivery of {Settlement} was not stored ({Code})")]
    private static partial void LogNotNoted(ILogger logger, string settlement, string code);
}
