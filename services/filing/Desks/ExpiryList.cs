using Yibao.Filing.Filings;
using Yibao.Filing.People;
using Yibao.Filing.Policy;
using Yibao.Hosting;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Desks;

/// <summary>The day-change job: writes down which filings have run out, for lists and notices. No decision waits for it (FIL-053).</summary>
public sealed class ExpiryList(FilingLists lists, IWriteDoor door, FilingPolicies policies, NodeRegistry places, ServiceSettings settings) : IJob
{
    private const int Page = 500;

    public async Task Run(JobRun run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(run);
        var actor = run.ActingFor(settings.Node);
        var map = places.At(run.Due);
        var last = "";
        while (await lists.RunOut(run.Due, Page) is { Count: > 0 } page)
        {
            if (page[0].Number == last) throw new InvalidOperationException($"The filing {last} is listed as in force and is not.");
            last = page[0].Number;
            foreach (var (number, person, area) in page)
            {
                var key = PersonKey.Parse(person);
                var (filings, standing) = (PersonFilings.Stream(key), InsuredPerson.Stream(key));
                var policy = policies.For(new AdminDivision(area), run.Due.BusinessDate());
                (await door.Execute(new Command(actor, run.Correlation, [filings, standing], states =>
                    HandleFilingDecider.Decide(new NoteExpiry(actor, key, number, run.Due), states.Of(filings), states.Of(standing), policy, map)), cancellation)).OrThrow();
            }
        }
    }
}
