using Yibao.Filing.Areas;
using Yibao.Filing.Chronic;
using Yibao.Filing.Filings;
using Yibao.Filing.Institutions;
using Yibao.Filing.People;
using Yibao.Filing.Policy;
using Yibao.Filing.Replication;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Eligibility;

/// <summary>Reads what the answer is made from in one round trip, however many filings the person has had, and asks the rules.</summary>
public sealed class EligibilityDesk(IWriteDoor door, FilingPolicies policies, NodeRegistry registry)
{
    /// <exception cref="RefusedException"><c>AREA_UNKNOWN</c>, <c>AREA_NOT_POOLING</c>: the question itself is wrong.</exception>
    public async Task<Answer> Ask(Question question, Actor actor, string correlation, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        var places = registry.At(question.AskedAt);
        _ = places.Area(question.HomeArea);
        _ = places.Area(question.TreatmentArea);
        var person = InsuredPerson.Stream(question.Person);
        var filings = PersonFilings.Stream(question.Person);
        var chronic = ChronicQualifications.Stream(question.Person);
        var area = PoolingArea.Stream(question.HomeArea);

        var (own, others) = (Institution.Stream(question.Institution), InstitutionCopy.Stream(question.Institution));

        // The door reads all streams of a command together; this one decides nothing and stores nothing.
        var read = await door.Execute(new Command(actor, correlation, [person, filings, chronic, area, own, others], static _ => Decision.Done), cancellation);
        var policy = policies.For(question.HomeArea, question.AskedAt.BusinessDate());
        return EligibilityRules.Answer(question, new Evidence(read.State(person), read.State(filings), read.State(chronic), read.State(area), policy, places)
        {
            Institution = read.State(own) is { Application: not null } known ? known.Replica(publicationRequired: false) : read.State(others).Institution,
        });
    }
}
