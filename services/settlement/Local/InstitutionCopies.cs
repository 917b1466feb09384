using System.Collections.Concurrent;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Institutions;
using Yibao.Hosting;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;
using Yibao.Settlement.Benefits;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Local;

/// <summary>Filing's word on an institution, as treatment keeps it.</summary>
public sealed record InstitutionCopied(InstitutionReplicated Institution) : IFact;

/// <summary>Treatment's copy of one institution: the highest version it heard of. <c>institution/{code}</c>.</summary>
public sealed record InstitutionCopy : IState<InstitutionCopy>
{
    public static InstitutionCopy Empty { get; } = new();

    public InstitutionReplicated? Institution { get; private init; }

    public static StreamKey<InstitutionCopy> Stream(string code) => new($"institution/{code}");

    /// <summary>A lower version than the copy's is dropped.</summary>
    public static Decision Decide(InstitutionReplicated institution, InstitutionCopy copy) =>
        institution.Version <= (copy.Institution?.Version ?? 0) ? Decision.Done : Decision.Accept(Stream(institution.Code), new InstitutionCopied(institution));

    public InstitutionCopy Evolve(IFact fact) => fact switch
    {
        InstitutionCopied copied => new InstitutionCopy { Institution = copied.Institution },
        _ => throw new InvalidOperationException($"A copy of an institution does not know {fact.GetType().Name}."),
    };
}

/// <summary>Asked before every visit, without a call to filing.</summary>
public sealed class InstitutionCopies(IWriteDoor door, ServiceSettings settings, NodeRegistry registry) : IInstitutions, IHandle<InstitutionReplicated>
{
    public async Task Handle(InstitutionReplicated message, MessageContext context, CancellationToken cancellation)
    {
        var stream = InstitutionCopy.Stream(message.Code);
        (await door.Execute(new Command(context.ActingFor(settings.Node), context.Correlation, [stream], states => InstitutionCopy.Decide(message, states.Of(stream))) { Handles = context.Handled }, cancellation)).OrThrow();
    }

    public async Task<IKnownInstitution> Of(string institution) => new Copy(institution, (await door.Read(InstitutionCopy.Stream(institution))).Institution, registry);

    private sealed record Copy(string Code, InstitutionReplicated? Institution, NodeRegistry Registry) : IKnownInstitution
    {
        public InstitutionInForce InForce(string careType, AdminDivision? home, DateTimeOffset began)
        {
            var known = On(began);
            var (care, _) = NationalCodes.Care(careType);
            if (Institution!.Refuses(home is { } from ? ScopeOf(from, known.Area, began) : Scope.Local, care, began) is { } error) throw error.AsException();
            return known;
        }

        public InstitutionInForce On(DateTimeOffset began)
        {
            var day = began.BusinessDate();
            return Institution?.AreaOn(day) is { } area && Institution.LevelOn(day) is { } level
                ? new InstitutionInForce(Code, area, level) : throw InstitutionErrors.Unknown.With(Code).AsException();
        }

        private Scope ScopeOf(AdminDivision home, AdminDivision treatment, DateTimeOffset at)
        {
            var map = Registry.At(at);
            return map.SameCity(home, treatment) ? Scope.Local : map.Classify(home, treatment) switch
            {
                VisitClass.Local => Scope.Local,
                VisitClass.IntraProvince => Scope.IntraProvince,
                VisitClass.CrossProvince => Scope.CrossProvince,
            };
        }
    }
}
