using Yibao.Hosting;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Identify;

/// <summary>
/// A question to the home place that stores nothing: it is answered in time or ends in words an institution understands. "Outcome unknown,
/// repeat or reverse" would send it looking for something that never was.
/// </summary>
public sealed class AskedInTime(RoundTripSettings settings, ServiceSettings host)
{
    /// <exception cref="RefusedException"><c>HOME_NO_ANSWER</c>; what home refuses with.</exception>
    public async Task<T> Ask<T>(AdminDivision home, Func<CancellationToken, Task<T>> ask, CancellationToken caller)
    {
        ArgumentNullException.ThrowIfNull(ask);
        // Like a deadline: about the real network, whatever clock the business runs on.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(caller);
        limit.CancelAfter(settings.AskWithin ?? host.CallDeadline * 0.8);
        try
        {
            return await ask(limit.Token);
        }
        catch (OperationCanceledException) when (!caller.IsCancellationRequested)
        {
            throw SettlementErrors.HomeNoAnswer.With(home).AsException();
        }
        catch (RefusedException refused) when (refused.Error.Definition == SystemErrors.OutcomeUnknown || refused.Error.Definition == SystemErrors.Unavailable)
        {
            throw SettlementErrors.HomeNoAnswer.With(home).AsException();
        }
    }
}
