using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;

namespace Yibao.Settlement.Verification;

/// <summary>The treatment agency's queues of settlements to verify.</summary>
public static class VerificationQueues
{
    /// <summary>外伤无第三方责任 (SET-016).</summary>
    public const string Trauma = "trauma";

    /// <summary>At the home place: later settlements of a year after an out-of-sequence refund (AMB-20).</summary>
    public const string Correction = "correction";
}

/// <summary>纳入核查范围: the settlement stands in a queue of the treatment agency.</summary>
/// <param name="Area">就医地统筹区: whose agency verifies.</param>
/// <param name="Benefit">What the funds paid; the person's own account is no benefit.</param>
public sealed record VerificationOpened(string Queue, AdminDivision Area, Money Benefit) : IFact;

/// <summary>The settlement was taken back: there is nothing to verify any more.</summary>
public sealed record VerificationWithdrawn(string NegativeId) : IFact;

/// <summary>Who is liable after all.</summary>
public enum Liability
{
    /// <summary>第三方责任.</summary>
    ThirdParty,
    /// <summary>工伤责任.</summary>
    WorkInjury,
}

/// <summary>The commitment was untrue: the whole benefit is to be paid back (SET-017).</summary>
/// <param name="Recovery">追回: all that the funds paid.</param>
public sealed record LiabilityFound(Liability Liability, Money Recovery, DateTimeOffset At) : IFact;

/// <summary>Where the verification of one settlement stands.</summary>
/// <param name="Found">Set when a liability was found.</param>
/// <param name="Withdrawn">The settlement was taken back.</param>
public sealed record VerificationState(string Queue, Money Benefit, LiabilityFound? Found, bool Withdrawn);
