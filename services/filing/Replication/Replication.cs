using System.Text.Json;
using System.Text.Json.Serialization;
using Yibao.Contracts.Filings;
using Yibao.Contracts.Institutions;
using Yibao.Contracts.Nodes;
using Yibao.Filing.Filings;
using Yibao.Filing.People;
using Yibao.Filing.Policy;
using Yibao.Hosting;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Places;
using Yibao.Kernel.Time;

namespace Yibao.Filing.Replication;

/// <summary>
/// City → province → nation (FIL-038, FIL-039): the home place signs each version of a filing once; every node above stores it, hands it
/// on unchanged, sends a receipt back down, and passes it to the node of the filed place. Home's list of what is not yet reported is what has no receipt.
/// </summary>
public sealed class Replication(IWriteDoor door, IEdgeBus edges, IEnvelopeSigner signer, FilingPolicies policies, NodeRegistry registry, ServiceSettings settings, Registry.RegistryDesk registryDesk, TimeProvider time) : IHandleEnvelope
{
    public const string Replica = "filing.replica.v1";

    public const string Receipt = "filing.receipt.v1";

    public const string Chronic = "chronic.replica.v1";

    public const string House = "institution.replica.v1";

    internal static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>What home sends when a filing changes; null at a node without a parent.</summary>
    public static EdgeMessage? Tell(FilingReplicated filing, NodeRegistry registry, AdminDivision node, IEnvelopeSigner signer)
    {
        ArgumentNullException.ThrowIfNull(filing);
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(signer);
        var map = registry.At(filing.ChangedAt);
        return map.ParentNode(node) is { } parent
            ? new EdgeMessage(parent, signer.Sign(map.Root.Code, $"filing/{filing.Number}/{filing.Version}", filing.ChangedAt, Replica, JsonSerializer.SerializeToUtf8Bytes(filing, Form)))
            : null;
    }

    /// <summary>A chronic-disease qualification, likewise.</summary>
    public static EdgeMessage? Tell(ChronicQualificationReplicated qualification, NodeRegistry registry, AdminDivision node, IEnvelopeSigner signer)
    {
        ArgumentNullException.ThrowIfNull(qualification);
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(signer);
        var map = registry.At(qualification.ChangedAt);
        return map.ParentNode(node) is { } parent
            ? new EdgeMessage(parent, signer.Sign(map.Root.Code, $"chronic/{qualification.Person}/{qualification.HomeArea}/{qualification.DiseaseCode}/{qualification.Version}", qualification.ChangedAt, Chronic, JsonSerializer.SerializeToUtf8Bytes(qualification, Form)))
            : null;
    }

    /// <summary>
    /// An institution that is or was out of force, to a neighbour: from there on to every other node, for any of them may be somebody's
    /// home place. One that never was is the treatment place's business alone.
    /// </summary>
    public static EdgeMessage? Tell(InstitutionReplicated institution, AdminDivision neighbour, IEnvelopeSigner signer)
    {
        ArgumentNullException.ThrowIfNull(institution);
        ArgumentNullException.ThrowIfNull(signer);
        if (institution is { Interruptions.Count: 0, CancelledFrom: null }) return null;
        return new EdgeMessage(neighbour, signer.Sign(neighbour, $"institution/{institution.Code}/{institution.Version}/{neighbour}", institution.ChangedAt, House, JsonSerializer.SerializeToUtf8Bytes(institution, Form)));
    }

    public Task Handle(Envelope envelope, MessageContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        ArgumentNullException.ThrowIfNull(context);
        return envelope.Kind switch
        {
            Replica => Store(envelope, context, cancellation),
            Receipt => Note(envelope, context, cancellation),
            Chronic => StoreChronic(envelope, context, cancellation),
            House => StoreInstitution(envelope, context, cancellation),
            Registry.RegistryDesk.Kind => Extend(envelope, context, cancellation),
            _ => throw SecurityErrors.MessageKindUnknown.With(envelope.Kind).AsException(),
        };
    }

    private async Task Store(Envelope envelope, MessageContext context, CancellationToken cancellation)
    {
        var filing = Read<FilingReplicated>(envelope);
        var map = registry.At(envelope.Instant);
        // Only the node that answers for the home place speaks for its filings.
        if (map.HostOf(filing.HomeArea) != envelope.From) throw FilingErrors.NotHomeAgency.With(filing.HomeArea).AsException();
        var now = time.GetUtcNow();
        var stream = FilingCopy.Stream(filing.Number);
        (await door.Execute(new Command(context.ActingFor(settings.Node), context.Correlation, [stream], states => FilingCopy.Decide(filing, envelope.From, now, states.Of(stream))), cancellation)).OrThrow();

        // Stored first, then onward and back; should any of it fail the broker brings the message again.
        var passing = envelope with { Path = [.. envelope.Path, settings.Node] };
        var (from, parent) = (envelope.Path[^1], map.ParentNode(settings.Node));
        if (from != parent)
        {
            if (parent is { } above) await edges.Send(above, passing, cancellation);
            var receipt = new FilingReplicaStored(filing.Number, filing.Version, filing.Person, settings.Node, now);
            await Towards(signer.Sign(filing.HomeArea, $"filing/{filing.Number}/{filing.Version}/{settings.Node}", envelope.Instant, Receipt, JsonSerializer.SerializeToUtf8Bytes(receipt, Form)), map, cancellation);
        }

        // And down to the node of the filed place, so that its agency and institutions can look it up (FIL-038). A node that is not
        // connected has no edge, and nothing to look up with.
        if (map.Route(settings.Node, filing.Place, envelope.Path) is Routing.Down { Child: var child } && child != from && settings.Edges.Any(edge => edge.Neighbour == child)) await edges.Send(child, passing, cancellation);
    }

    private async Task StoreChronic(Envelope envelope, MessageContext context, CancellationToken cancellation)
    {
        var qualification = Read<ChronicQualificationReplicated>(envelope);
        var map = registry.At(envelope.Instant);
        if (map.HostOf(qualification.HomeArea) != envelope.From) throw FilingErrors.NotHomeAgency.With(qualification.HomeArea).AsException();
        var now = time.GetUtcNow();
        var stream = ChronicCopy.Stream(qualification.Person, qualification.HomeArea, qualification.DiseaseCode);
        (await door.Execute(new Command(context.ActingFor(settings.Node), context.Correlation, [stream], states => ChronicCopy.Decide(qualification, envelope.From, now, states.Of(stream))), cancellation)).OrThrow();
        if (map.ParentNode(settings.Node) is { } above) await edges.Send(above, envelope with { Path = [.. envelope.Path, settings.Node] }, cancellation);
    }

    // Every node hands it to all its neighbours but the one it came from: in a tree each node gets it once.
    private async Task StoreInstitution(Envelope envelope, MessageContext context, CancellationToken cancellation)
    {
        var institution = Read<InstitutionReplicated>(envelope);
        var map = registry.At(envelope.Instant);
        // Only the node that answers for it now, or is handing it over, speaks for it.
        if (!institution.Management.Any(managed => map.Knows(managed.Area) && map.HostOf(managed.Area) == envelope.From)) throw InstitutionErrors.WrongAgency.With(envelope.From).AsException();
        var now = time.GetUtcNow();
        var stream = InstitutionCopy.Stream(institution.Code);
        (await door.Execute(new Command(context.ActingFor(settings.Node), context.Correlation, [stream], states => InstitutionCopy.Decide(institution, envelope.From, now, states.Of(stream))), cancellation)).OrThrow();
        var passing = envelope with { Path = [.. envelope.Path, settings.Node] };
        foreach (var neighbour in settings.Edges.Select(edge => edge.Neighbour).Where(neighbour => neighbour != envelope.Path[^1])) await edges.Send(neighbour, passing, cancellation);
    }

    // The registry comes from above only.
    private Task Extend(Envelope envelope, MessageContext context, CancellationToken cancellation) => envelope.From == registry.Latest.ParentNode(settings.Node)
        ? registryDesk.Learn(Read<NodeRegistryExtended>(envelope), context, cancellation)
        : throw PlaceErrors.RegistryNotHere.With(registry.Latest.Root.Code).AsException();

    private async Task Note(Envelope envelope, MessageContext context, CancellationToken cancellation)
    {
        var map = registry.At(envelope.Instant);
        if (map.HostOf(envelope.To) != settings.Node)
        {
            await Towards(envelope with { Path = [.. envelope.Path, settings.Node] }, map, cancellation);
            return;
        }

        var receipt = Read<FilingReplicaStored>(envelope);
        if (receipt.Tier != envelope.From) throw SystemErrors.FieldInvalid.With("tier", receipt.Tier).AsException();
        var actor = context.ActingFor(settings.Node);
        var (filings, person) = (PersonFilings.Stream(receipt.Person), InsuredPerson.Stream(receipt.Person));
        var policy = policies.For(envelope.To, envelope.Instant.BusinessDate());
        (await door.Execute(new Command(actor, context.Correlation, [filings, person], states =>
            HandleFilingDecider.Decide(new NoteForwarded(actor, receipt.Person, receipt.Number, receipt.Version, receipt.Tier, receipt.StoredAt), states.Of(filings), states.Of(person), policy, map))
        {
            Handles = context.Handled,
        }, cancellation)).OrThrow();
    }

    private Task Towards(Envelope envelope, NodeMap map, CancellationToken cancellation) => map.Route(settings.Node, envelope.To, envelope.Path) switch
    {
        Routing.Refused refused => throw refused.Error.AsException(),
        { NextHop: { } next } => edges.Send(next, envelope, cancellation),
        _ => Task.CompletedTask,
    };

    private static T Read<T>(Envelope envelope) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(envelope.Payload.Span, Form) ?? throw SystemErrors.FieldInvalid.With("payload", envelope.Kind).AsException();
        }
        catch (JsonException)
        {
            throw SystemErrors.FieldInvalid.With("payload", envelope.Kind).AsException();
        }
    }
}
