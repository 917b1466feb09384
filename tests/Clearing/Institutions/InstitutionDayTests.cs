using Yibao.Clearing.Institutions;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Time;
using static Yibao.Clearing.Tests.Some;

namespace Yibao.Clearing.Tests.Institutions;

public sealed class InstitutionDayTests
{
    private static readonly DateOnly Found = new(2023, 6, 20);
    private readonly StreamKey<InstitutionDay> _key = InstitutionDay.Key("H42010000001", new(2023, 6, 19));
    private readonly MemoryDoor _door = new();

    private async Task<Decision> Compare(IReadOnlyList<SettlementContent> platform, IReadOnlyList<InstitutionLine> institution, DateOnly on) =>
        (await _door.Execute(new Command(Actor.System(Hubei, "test"), "c", [_key], s => InstitutionDay.Compare(_key, s.Of(_key), platform, institution, At(on, 9), WorkingCalendar.Reference)))).Decision;

    private static InstitutionLine Line(SettlementContent content) => new(content.SettlementId, content.Total, content.FundTotal, content.Figures.Of(Fund.PersonalAccount), content.IsNegative);

    [Fact]
    [Covers("REC-006")]
    public async Task A_mismatch_found_on_Tuesday_2023_06_20_is_due_on_Wednesday_2023_06_28()
    {
        var content = Settlement("A");
        (await Compare([content], [], Found)).ShouldBeOfType<Decision.Accepted>();
        var state = await _door.Read(_key);
        (state.Status, state.FoundOn, state.DueOn).ShouldBe((InstitutionDayStatus.Mismatched, Found, new DateOnly(2023, 6, 28)));
        (state.IsOverdue(new(2023, 6, 28)), state.IsOverdue(new(2023, 6, 29))).ShouldBe((false, true));
        // Another look on a later day does not move the due day.
        (await Compare([content, Settlement("B")], [Line(Settlement("B"))], Found.AddDays(1))).ShouldBe(Decision.Done);
        (await Compare([content], [Line(content)], new(2023, 6, 28))).ShouldBeOfType<Decision.Accepted>();
        (await _door.Read(_key)).Status.ShouldBe(InstitutionDayStatus.Fixed);
        (await Compare([content], [Line(content)], new(2023, 6, 29))).ShouldBe(Decision.Done);
    }

    [Fact]
    public async Task Equal_books_match() 
    {
        (await Compare([Settlement("A")], [Line(Settlement("A"))], Found)).ShouldBeOfType<Decision.Accepted>();
        (await _door.Read(_key)).Status.ShouldBe(InstitutionDayStatus.Matched);
    }

    [Fact]
    public void Each_kind_of_difference_is_named()
    {
        var refund = Settlement("R").Negate("R-1", Day, At(Day, 11), Money.Zero);
        var found = InstitutionDay.Differ([Settlement("A"), Settlement("B"), Settlement("C"), refund],
            [Line(Settlement("B")) with { FundTotal = Money.Zero }, Line(Settlement("C")) with { Total = Money.Yuan(20000.01m) }, Line(Settlement("D")), Line(refund) with { Refund = false }]);
        found.Select(d => (d.SettlementId, d.Kind)).ShouldBe([
            ("A", InstitutionDifferenceKind.UnknownAtInstitution), ("B", InstitutionDifferenceKind.PaidInCash), ("C", InstitutionDifferenceKind.AmountDiff),
            ("D", InstitutionDifferenceKind.UnknownHere), ("R-1", InstitutionDifferenceKind.AmountDiff)]);
    }

    [Fact]
    public async Task A_file_that_names_a_settlement_twice_is_refused() =>
        (await Compare([Settlement("A")], [Line(Settlement("A")), Line(Settlement("A"))], Found)).ShouldBeOfType<Decision.Refused>().Error.Code.ShouldBe("FIELD_INVALID");
}
