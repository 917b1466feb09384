using Yibao.Contracts.Settlements;
using Yibao.Hosting.Identity;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Settlement.Details;
using Yibao.Settlement.RoundTrip;
using Yibao.Settlement.Visits;

namespace Yibao.Settlement.Manual;

/// <summary>At the treatment place: a visit that could not be settled directly is reported, and its details leave at once.</summary>
public sealed partial class UndirectDesk(IWriteDoor door, DetailsDesk details, ICurrentActor current, TimeProvider time, ILogger<UndirectDesk> log)
{
    public async Task<(Visit Visit, DetailDuty Duty)> Report(string visitId, UndirectFault fault, DateTimeOffset careUntil, IReadOnlyList<Diagnosis> diagnoses, CancellationToken cancellation)
    {
        var (visit, duty) = (Visit.Stream(visitId), DetailDuty.Stream(FeeDetails.ReferenceOf(visitId)));
        var command = new UndirectVisit.Report(visitId, fault, careUntil, diagnoses, Sealing.Truncate(time.GetUtcNow()));
        var executed = (await door.Execute(new Command(current.Actor, visitId, [visit, duty], states => UndirectVisit.Decide(command, states.Of(visit), states.Of(duty))), cancellation)).OrThrow();
        var state = executed.State(duty);
        try
        {
            if (state.Status == DetailsStatus.DetailsPending) state = await details.Upload(FeeDetails.ReferenceOf(visitId), current.Actor, current.Correlation, cancellation);
        }
        catch (RefusedException refused) when (refused.Error.Definition.Transient)
        {
            // Reported is reported: the nightly run sends what an edge that is away kept back.
            LogLater(log, visitId, refused.Error.Code);
        }

        return (executed.State(visit), state);
    }

    [LoggerMessage(3103, LogLevel.Warning, "The fee details of visit {Visit} are sent later ({Code})")]
    private static partial void LogLater(ILogger logger, string visit, string code);
}
