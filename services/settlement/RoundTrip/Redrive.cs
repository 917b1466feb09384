using Yibao.Kernel.Errors;

namespace Yibao.Settlement.RoundTrip;

/// <summary>Drives every open settlement again until home's answer is definite: after a crash, a lost message, a node that was away.</summary>
public sealed class Redrive(TreatmentDesk desk, IOpenSettlements open, RoundTripSettings settings, TimeProvider time)
{
    /// <summary>One round; answers how many came to an end.</summary>
    public async Task<int> Round()
    {
        var ended = 0;
        foreach (var id in await open.Due(time.GetUtcNow(), settings.RedriveBatch))
        {
            try
            {
                if (!(await desk.Drive(id)).IsOpen) ended++;
            }
            catch (RefusedException)
            {
                // Nothing definite yet, which the row says and the next round tries again.
                await open.Postpone(id, time.GetUtcNow() + settings.RedriveEvery);
            }
        }

        return ended;
    }
}
