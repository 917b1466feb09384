using Yibao.Clearing.Differences;
using Yibao.Contracts.Messages;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Places;
using static Yibao.Clearing.Tests.Some;

namespace Yibao.Clearing.Tests.Differences;

public sealed class DifferenceTests
{
    private readonly StreamKey<Difference> _key = Difference.Key(Nation, "A");
    private readonly MemoryDoor _door = new();
    private static readonly DateTimeOffset Now = At(Day.AddDays(1), 0, 40);

    private static DifferenceOpened Found(WorkReason work = WorkReason.None) => new("A", null, Day, DifferenceKind.MissingAtTreatment, CauseCode.TimeOut, Wuhan, Guiyang,
        Money.Yuan(20000), Money.Yuan(12080), Guiyang, Guizhou, new(2023, 4, 3), [], work,
        [new ShownVersion(Hubei, PartyRole.Treatment, PartyState.Nothing, null, null, false)], Now);

    private async Task<Decision> Do(Func<Difference, Decision> decide) =>
        (await _door.Execute(new Command(Actor.System(Nation, "test"), "c", [_key], s => decide(s.Of(_key))))).Decision;

    private static string? Code(Decision decision) => (decision as Decision.Refused)?.Error.Code;

    [Fact]
    public async Task The_same_finding_twice_changes_nothing()
    {
        (await Do(s => Difference.Observe(_key, s, Found()))).ShouldBeOfType<Decision.Accepted>();
        (await Do(s => Difference.Observe(_key, s, Found() with { At = Now.AddHours(1) }))).ShouldBe(Decision.Done);
    }

    [Fact]
    public async Task The_owner_explains_escalates_and_only_agreement_resolves()
    {
        await Do(s => Difference.Observe(_key, s, Found(WorkReason.RebuildAtTreatment)));
        Code(await Do(s => Difference.Explain(_key, s, "A", Wuhan, CauseCode.RestoredFromBackup, "备份恢复", "op", Now))).ShouldBe("RECONCILIATION_NOT_OWNER");
        Code(await Do(s => Difference.Explain(_key, s, "A", Guiyang, CauseCode.RestoredFromBackup, "  ", "op", Now))).ShouldBe("RECONCILIATION_STEP_TEXT_MISSING");
        (await Do(s => Difference.Explain(_key, s, "A", Guiyang, CauseCode.RestoredFromBackup, "就医地节点由旧备份恢复", "op", Now))).ShouldBeOfType<Decision.Accepted>();
        (await Do(s => Difference.Explain(_key, s, "A", Guiyang, CauseCode.RestoredFromBackup, "就医地节点由旧备份恢复", "op", Now))).ShouldBe(Decision.Done);
        (await Do(s => Difference.Escalate(_key, s, "A", Guiyang, "请省级协调", Now))).ShouldBeOfType<Decision.Accepted>();
        (await _door.Read(_key)).Handler.ShouldBe(Guizhou);
        Code(await Do(s => Difference.Confirm(_key, s, "A", Guiyang, ResolutionType.AddMissing, "op", "核对无误", Now))).ShouldBe("RECONCILIATION_NOT_OWNER");
        Code(await Do(s => Difference.Confirm(_key, s, "A", Guizhou, ResolutionType.ReverseExtra, "op", "核对无误", Now))).ShouldBe("RECONCILIATION_RESOLUTION_UNFIT");
        (await Do(s => Difference.Confirm(_key, s, "A", Guizhou, ResolutionType.AddMissing, "op", "核对无误", Now))).ShouldBeOfType<Decision.Accepted>();
        Code(await Do(s => Difference.Resolve(_key, s, "A", stillDiffers: true, Now))).ShouldBe("RECONCILIATION_NOT_REPAIRED");
        var rebuild = new RepairStep(RepairKind.Rebuild, Hubei, PartyRole.Treatment, Guizhou);
        (await Do(s => Difference.Report(_key, s, new RepairReported(RepairKind.Rebuild, Hubei, null, Now)))).ShouldBe(Decision.Done, "nobody ordered it");
        await Do(s => Difference.Observe(_key, s, Found() with { Steps = [rebuild] }));
        await Do(s => Difference.Order(_key, s, "A", rebuild, Now));
        (await Do(s => Difference.Report(_key, s, new RepairReported(RepairKind.Rebuild, Hubei, null, Now)))).ShouldBeOfType<Decision.Accepted>();
        (await Do(s => Difference.Report(_key, s, new RepairReported(RepairKind.Rebuild, Hubei, null, Now)))).ShouldBe(Decision.Done, "the same report once more");
        (await Do(s => Difference.Resolve(_key, s, "A", stillDiffers: false, Now))).ShouldBeOfType<Decision.Accepted>();
        (await Do(s => Difference.Resolve(_key, s, "A", stillDiffers: false, Now))).ShouldBe(Decision.Done);
        var state = await _door.Read(_key);
        (state.Resolution, state.Cause, state.Explanations.Count).ShouldBe((ResolutionType.AddMissing, CauseCode.RestoredFromBackup, 1));
        Code(await Do(s => Difference.Explain(_key, s, "A", Guizhou, CauseCode.Other, "again", "op", Now))).ShouldBe("RECONCILIATION_DIFFERENCE_RESOLVED");
    }

    [Fact]
    public async Task Found_again_after_its_resolution_it_opens_anew()
    {
        await Do(s => Difference.Observe(_key, s, Found()));
        await Do(s => Difference.Resolve(_key, s, "A", stillDiffers: false, Now));
        (await _door.Read(_key)).Resolution.ShouldBe(ResolutionType.AgreedByItself);
        (await Do(s => Difference.Observe(_key, s, Found() with { Day = Day.AddDays(1) }))).ShouldBeOfType<Decision.Accepted>();
        (await _door.Read(_key)).IsOpen.ShouldBeTrue();
    }

    [Fact]
    public async Task What_was_never_found_cannot_be_handled() =>
        Code(await Do(s => Difference.Escalate(_key, s, "A", Guiyang, "?", Now))).ShouldBe("RECONCILIATION_DIFFERENCE_UNKNOWN");
}
