namespace Yibao.Settlement.RoundTrip;

/// <summary>A step of the protocol was reached. Does nothing, unless a test host puts something here that kills the process.</summary>
public interface IFaultPoint
{
    void Reached(string step);
}

/// <summary>The protocol's steps: at each of them every node may die, and after the restart the settlement ends the same at all nodes.</summary>
public static class FaultPoints
{
    public const string TreatmentBeforeIntent = "treatment.before-intent";
    public const string TreatmentAfterIntent = "treatment.after-intent";
    public const string RelayBeforeForward = "relay.before-forward";
    public const string RelayBeforeStore = "relay.before-store";
    public const string RelayAfterStore = "relay.after-store";
    public const string HomeBeforeCommit = "home.before-commit";
    public const string HomeAfterCommit = "home.after-commit";
    public const string TreatmentBeforeStore = "treatment.before-store";
    public const string TreatmentAfterStore = "treatment.after-store";

    public static IReadOnlyList<string> All { get; } =
    [
        TreatmentBeforeIntent, TreatmentAfterIntent, RelayBeforeForward, RelayBeforeStore, RelayAfterStore,
        HomeBeforeCommit, HomeAfterCommit, TreatmentBeforeStore, TreatmentAfterStore,
    ];
}

/// <summary>Production's fault point.</summary>
public sealed class NoFaults : IFaultPoint
{
    public static NoFaults Instance { get; } = new();

    public void Reached(string step) { }
}
