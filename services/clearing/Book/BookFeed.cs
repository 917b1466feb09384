using Yibao.Contracts.Messages;
using Yibao.Kernel.Places;

namespace Yibao.Clearing.Book;

/// <summary>From the settlement service's messages to entries of the book.</summary>
public static class BookFeed
{
    /// <param name="parent">The neighbour above this node; null at the nation.</param>
    public static BookEntry Entry(SettlementRecorded message, AdminDivision? parent) =>
        new(message.Role, message.Content, 1, message.DecidedAt, CrossingOf(message.TowardsTreatment, message.TowardsHome, parent));

    /// <summary>The neighbours towards both ends say which edges were crossed.</summary>
    public static Crossing CrossingOf(AdminDivision? towardsTreatment, AdminDivision? towardsHome, AdminDivision? parent) => new(
        towardsTreatment == parent ? null : towardsTreatment,
        towardsHome == parent ? null : towardsHome,
        parent is not null && (towardsTreatment == parent || towardsHome == parent));
}
