using Yibao.Filing.Desks;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Persons;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;

namespace Yibao.Filing.People;

/// <summary>Reading what is recorded of a person leaves an access event even where no name is shown (SEC-005). Services of this node work on whoever's behalf they were called.</summary>
public sealed class RecordReading(IIdentityAudit audit, ICurrentActor current, TimeProvider time)
{
    /// <param name="purpose">What this kind of reading is for.</param>
    public Task Noted(PersonKey person, string purpose, CancellationToken cancellation = default) => current.Actor.Role == Role.System
        ? Task.CompletedTask
        : audit.Seen(new IdentitySeen(person, current.Actor, purpose, time.Now(), Whole: false, current.Correlation), cancellation);
}
