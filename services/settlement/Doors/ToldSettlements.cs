using Yibao.Contracts.Settlements;
using Yibao.Hosting;
using Yibao.Kernel.Deciding;
using Yibao.Settlement.RoundTrip;

namespace Yibao.Settlement.Doors;

/// <summary>Which stored facts the node's other services are told of, and as what. Refused and tombstoned settlements are nobody's money: no book takes them.</summary>
internal static class ToldSettlements
{
    public static (PartyRole Role, SettlementContent Content, int Number, DateTimeOffset DecidedAt)? Of(IFact fact) => fact switch
    {
        SettlementGranted granted => Latest(PartyRole.Home, granted.Outcome),
        SettlementReversed reversed => Latest(PartyRole.Home, reversed.Outcome),
        SettlementAdopted adopted => Latest(PartyRole.Home, adopted.Outcome),
        OriginalAdopted original => (PartyRole.Home, original.Content, 1, original.DecidedAt),
        OutcomeRelayed relayed => Latest(PartyRole.Relay, relayed.Outcome),
        OriginalRelayed original => (PartyRole.Relay, original.Content, 1, original.DecidedAt),
        OutcomeReceived received => Latest(PartyRole.Treatment, received.Outcome),
        OriginalReceived original => (PartyRole.Treatment, original.Content, 1, original.DecidedAt),
        _ => null,
    };

    /// <summary>A row that goes with every settlement and negative that this node stores, in whatever role.</summary>
    public static void Row(ServiceBuilder service, Func<PartyRole, SettlementContent, RowCommand?> row)
    {
        With<SettlementGranted>();
        With<SettlementReversed>();
        With<SettlementAdopted>();
        With<OriginalAdopted>();
        With<OutcomeRelayed>();
        With<OriginalRelayed>();
        With<OutcomeReceived>();
        With<OriginalReceived>();

        void With<TFact>() where TFact : IFact => service.Row<TFact>((fact, _) => Of(fact) is var (role, content, _, _) ? row(role, content) : null);
    }

    private static (PartyRole, SettlementContent, int, DateTimeOffset)? Latest(PartyRole role, SettlementOutcome outcome) =>
        (outcome.Negative ?? outcome.Content) is { } content ? (role, content, outcome.Number, outcome.DecidedAt) : null;
}
