using Yibao.Hosting;
using Yibao.Kernel.Places;

namespace Yibao.HouseSample;

/// <summary>
/// The smallest system that uses the whole house: a counter at one node takes a deposit, a relay passes it on, a till at
/// a third node decides, a book beside the till hears of it over the broker.
/// </summary>
public static class HouseModule
{
    public const string Counter = "counter";
    public const string Relay = "relay";
    public const string Till = "till";
    public const string Book = "book";

    public static AdminDivision CounterNode { get; } = new("420000");

    public static AdminDivision RelayNode { get; } = new("100000");

    public static AdminDivision TillNode { get; } = new("630000");

    /// <summary>Every service with its node, in the order in which one can start them.</summary>
    public static IReadOnlyList<(AdminDivision Node, string Service)> All { get; } = [(TillNode, Book), (TillNode, Till), (RelayNode, Relay), (CounterNode, Counter)];

    public static IServiceModule Named(string service) => service switch
    {
        Counter => new CounterModule(),
        Relay => new RelayModule(),
        Till => new TillModule(),
        Book => new BookModule(),
        _ => throw new ArgumentException($"There is no service '{service}' here.", nameof(service)),
    };
}
