using System.Text.Json;
using CsCheck;
using Yibao.Kernel;
using Yibao.Kernel.Time;

namespace Yibao.Kernel.Tests;

public sealed class ValidityTests
{
    private static readonly DateOnly Day = new(2023, 1, 1);

    [Fact]
    public void The_end_does_not_belong_to_it()
    {
        var start = Day.Start();
        var filing = new Validity<DateTimeOffset>(start, start.PlusMonths(6));
        filing.Contains(start).ShouldBeTrue();
        filing.Contains(start.AddTicks(-1)).ShouldBeFalse();
        filing.Contains(start.PlusMonths(6).AddTicks(-1)).ShouldBeTrue();
        filing.Contains(start.PlusMonths(6)).ShouldBeFalse();
    }

    [Fact]
    public void It_ends_after_it_starts() => Should.Throw<ArgumentException>(() => new Validity<DateOnly>(Day, Day));

    [Fact]
    public void Overlap_and_intersection_agree_with_every_single_day() =>
        Gen.Select(Gen.Int[0, 20], Gen.Int[1, 20], Gen.Int[0, 20], Gen.Int[1, 20], Gen.Bool, Gen.Bool).Sample((a, aLength, b, bLength, aOpen, bOpen) =>
        {
            var one = Span(a, aLength, aOpen);
            var two = Span(b, bLength, bOpen);
            var common = Enumerable.Range(0, 60).Select(Day.AddDays).Where(day => one.Contains(day) && two.Contains(day)).ToList();
            one.Overlaps(two).ShouldBe(common.Count > 0);
            var both = one.Intersect(two);
            Enumerable.Range(0, 60).Select(Day.AddDays).Where(day => both?.Contains(day) ?? false).ShouldBe(common);
            one.EndedBy(Day.AddDays(b)).ShouldBe(one.Intersect(new Validity<DateOnly>(Day.AddDays(-1), Day.AddDays(b))));
        });

    [Fact]
    public void It_survives_storage()
    {
        var open = new Validity<DateOnly>(Day);
        JsonSerializer.Deserialize<Validity<DateOnly>>(JsonSerializer.Serialize(open)).ShouldBe(open);
        var closed = new Validity<DateOnly>(Day, Day.AddDays(3));
        JsonSerializer.Deserialize<Validity<DateOnly>>(JsonSerializer.Serialize(closed)).ShouldBe(closed);
    }

    private static Validity<DateOnly> Span(int start, int length, bool open) => new(Day.AddDays(start), open ? null : Day.AddDays(start + length));
}
