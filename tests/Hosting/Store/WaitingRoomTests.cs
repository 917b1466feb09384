using CsCheck;
using Yibao.Hosting.Store;
using Yibao.Hosting.Tests.Support;
using Yibao.Kernel.Deciding;

namespace Yibao.Hosting.Tests.Store;

/// <summary>What lanes may take at the same time.</summary>
public sealed class WaitingRoomTests
{
    private static Request Of(params string[] tills) => new(new Command(Actor.System(TillHost.Node, "t"), "c", [.. tills.Select(Till.Key)], _ => Decision.Done));

    [Fact]
    public async Task A_stream_is_in_one_lane_at_a_time_and_nothing_overtakes()
    {
        using var room = new WaitingRoom(100, 10);
        Request a1 = Of("a"), a2 = Of("a"), ab = Of("a", "b"), b = Of("b"), c = Of("c");
        await room.Enter(a1, default);
        var first = (await room.Next())!;
        first.ShouldBe([a1]);
        foreach (var request in new[] { a2, ab, b, c }) await room.Enter(request, default);
        // b waits behind a-and-b, though nobody works on it.
        (await room.Next())!.ShouldBe([c]);
        var next = room.Next();
        next.IsCompleted.ShouldBeFalse();
        room.Leave(first);
        (await next)!.ShouldBe([a2, ab, b]);
    }

    [Fact]
    public async Task A_lane_for_crowds_takes_nothing_while_few_wait()
    {
        using var room = new WaitingRoom(100, 10);
        var helper = room.Next(waiting: 3);
        await room.Enter(Of("a"), default);
        await room.Enter(Of("b"), default);
        helper.IsCompleted.ShouldBeFalse();
        (await room.Next())!.Count.ShouldBe(2);
        foreach (var till in new[] { "c", "d", "e" }) await room.Enter(Of(till), default);
        (await helper)!.Count.ShouldBe(3);
        // Nothing is left behind when the room closes.
        await room.Enter(Of("f"), default);
        var rest = room.Next(waiting: 3);
        room.Close();
        (await room.Next())!.Count.ShouldBe(1);
        room.Leave([]);
        (await rest).ShouldBeNull();
    }

    [Fact]
    public async Task A_lane_that_gathers_is_woken_by_enough_by_the_end_of_its_moment_and_by_closing()
    {
        using var room = new WaitingRoom(places: 100, atMost: 64);
        await room.Enter(Of("a"), default);
        // Too few ever come: the moment ends, and nothing was taken.
        await room.Gather(2, TimeSpan.FromMilliseconds(1));
        var gathered = room.Gather(2, Timeout.InfiniteTimeSpan);
        gathered.IsCompleted.ShouldBeFalse();
        await room.Enter(Of("b"), default);
        await gathered;
        room.TakeNow().Count.ShouldBe(2);

        var last = room.Gather(2, Timeout.InfiniteTimeSpan);
        last.IsCompleted.ShouldBeFalse();
        room.Close();
        await last;
    }

    [Fact]
    public async Task Whoever_finds_it_full_waits_outside()
    {
        using var room = new WaitingRoom(2, 10);
        await room.Enter(Of("a"), default);
        await room.Enter(Of("b"), default);
        var third = room.Enter(Of("c"), default);
        third.IsCompleted.ShouldBeFalse();
        (await room.Next())!.Count.ShouldBe(2);
        await third;
        room.Close();
        (await room.Next())!.Count.ShouldBe(1);
        (await room.Next()).ShouldBeNull();
        await Should.ThrowAsync<ObjectDisposedException>(() => room.Enter(Of("d"), default));
    }

    [Fact]
    public void Whatever_lanes_do_shared_streams_are_apart_and_in_order() =>
        Gen.Select(Gen.Int[0, 5].Array[1, 3].Array[1, 40], Gen.Int[0, 3].Array[1, 60]).Sample((wanted, steps) =>
        {
            using var room = new WaitingRoom(1000, 4);
            var requests = wanted.Select(tills => Of([.. tills.Distinct().Select(till => $"t{till}")])).ToList();
            foreach (var request in requests) room.Enter(request, default).IsCompletedSuccessfully.ShouldBeTrue();
            var lanes = new IReadOnlyList<Request>?[4];
            var order = new List<Request>();
            foreach (var lane in steps.Concat(Enumerable.Range(0, 400).Select(i => i % 4)))
            {
                if (lanes[lane] is { } done)
                {
                    room.Leave(done);
                    lanes[lane] = null;
                    continue;
                }

                var batch = room.TakeNow();
                if (batch.Count == 0) continue;
                lanes[lane] = batch;
                order.AddRange(batch);
                var others = lanes.Where((held, i) => i != lane && held is not null).SelectMany(held => held!).SelectMany(request => request.Command.Streams).Select(key => key.Id).ToHashSet(StringComparer.Ordinal);
                batch.SelectMany(request => request.Command.Streams).ShouldAllBe(key => !others.Contains(key.Id));
            }

            foreach (var till in Enumerable.Range(0, 6).Select(i => $"till/t{i}"))
            {
                bool Names(Request request) => request.Command.Streams.Any(key => key.Id == till);
                order.Where(Names).ShouldBe(requests.Where(Names).Take(order.Count(Names)));
            }
        }, iter: 300);
}
