using Enlarger.Server;
using Enlarger.Server.Jobs;

namespace Enlarger.Tests.Jobs;

/// <summary>Whose turn it is, played through without a clock and without pictures.</summary>
public sealed class FairSchedulerTests
{
    private const long Huge = 36_000_000;
    private const long Small = 100_000;
    private const long Unbounded = long.MaxValue / 2;

    private readonly List<JobSlot> _ended = [];
    private readonly Dictionary<JobSlot, string> _owners = [];
    private readonly Dictionary<JobSlot, int> _rows = [];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Fact]
    public void A_huge_job_of_one_key_lets_the_small_ones_of_another_pass()
    {
        var scheduler = Scheduler(slots: 1);
        var huge = Enter(scheduler, "a", Huge);
        Advance(scheduler, huge, rows: 3);
        var small = Enumerable.Range(0, 20).Select(_ => Enter(scheduler, "b", Small)).ToList();

        Finish(scheduler, [huge, .. small]);

        Assert.Equal([.. small, huge], _ended);
        Assert.Equal(0, scheduler.Load.Waiting);
    }

    [Fact]
    public void A_huge_job_is_not_put_off_for_ever_by_small_ones()
    {
        var scheduler = Scheduler(slots: 1);
        var huge = Enter(scheduler, "a", Huge);
        var others = new List<JobSlot>();
        var served = 0L;
        while (huge.State != JobSlotState.Left)
        {
            // Another small job is always waiting.
            others.RemoveAll(slot => slot.State == JobSlotState.Left);
            while (others.Count < 2)
            {
                others.Add(Enter(scheduler, "b", Small));
            }

            var slot = others.Append(huge).Single(slot => slot.State == JobSlotState.Running);
            served += slot == huge ? 0 : slot.Pixels / 2;
            Advance(scheduler, slot, rows: slot == huge ? 1 : 50);
        }

        Assert.InRange(served, Huge * 0.99, Huge * 1.01);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Keys_that_always_have_work_are_served_evenly(int seed)
    {
        var random = new Random(seed);
        var slots = random.Next(1, 3);
        var keys = Enumerable.Range(0, random.Next(2, 5)).Select(key => $"key {key}").ToList();
        var scheduler = Scheduler(slots);
        var live = new List<JobSlot>();
        var largest = 0L;
        foreach (var key in keys.SelectMany(key => Enumerable.Repeat(key, slots + 1)))
        {
            live.Add(EnterSome(key));
        }

        for (var i = 0; i < 2000; i++)
        {
            var running = live.Where(slot => slot.State == JobSlotState.Running).ToList();
            Assert.Equal(slots, running.Count);
            var slot = running[random.Next(running.Count)];
            Advance(scheduler, slot, random.Next(1, 30));
            if (slot.State == JobSlotState.Left)
            {
                live.Remove(slot);
                live.Add(EnterSome(_owners[slot]));
            }

            var served = keys.Select(key => live.First(slot => _owners[slot] == key).Share.Served).ToList();
            // Every running job may be a step ahead, the largest of which is 30 hundredths.
            Assert.InRange(served.Max() - served.Min(), 0, (slots + 1) * largest * 0.3);
        }

        JobSlot EnterSome(string key)
        {
            var pixels = random.NextInt64(1000, 1_000_000);
            largest = Math.Max(largest, pixels);
            return Enter(scheduler, key, pixels);
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Whatever_comes_and_goes_every_job_gets_its_turn_and_no_slot_is_lost(int seed)
    {
        var random = new Random(seed);
        var slots = random.Next(1, 5);
        var scheduler = Scheduler(slots);
        var live = new List<JobSlot>();
        for (var i = 0; i < 500; i++)
        {
            if (random.Next(5) == 0)
            {
                live.Add(Enter(scheduler, $"key {random.Next(20)}", random.NextInt64(1, Huge)));
            }
            else if (live.Count > 0 && random.Next(8) == 0)
            {
                // It gave up, whatever it was doing.
                live[random.Next(live.Count)].Dispose();
            }
            else if (live.Find(slot => slot.State == JobSlotState.Running) is { } slot)
            {
                Advance(scheduler, slot, random.Next(1, 60));
            }

            live.RemoveAll(slot => slot.State == JobSlotState.Left);
            var paused = live.Count(slot => slot.State == JobSlotState.Paused);
            Assert.InRange(paused, 0, FairScheduler.PausedMax);
            Assert.Equal(Math.Min(slots, live.Count), live.Count(slot => slot.State == JobSlotState.Running));
            Assert.Equal(live.Count, scheduler.Load.Waiting + scheduler.Load.Running);
        }

        Finish(scheduler, live);
        Assert.Equal(new JobLoad(0, 0, 0, TimeSpan.Zero), scheduler.Load);
    }

    [Fact]
    public void Resting_earns_nothing()
    {
        var scheduler = Scheduler(slots: 1);
        var busy = Enter(scheduler, "a", Huge);
        Advance(scheduler, busy, rows: 50);

        // A key that comes late does not get what the other has had.
        var late = Enter(scheduler, "b", Huge);
        Advance(scheduler, busy, rows: 1);
        Advance(scheduler, late, rows: 1);
        Advance(scheduler, late, rows: 1);

        Assert.Equal(JobSlotState.Running, busy.State);
        Assert.Equal(JobSlotState.Paused, late.State);
    }

    [Fact]
    public void A_job_that_is_alone_gets_all_threads_and_one_among_many_gets_one()
    {
        var scheduler = Scheduler(slots: 4);

        var many = Enumerable.Range(0, 8).Select(job => Enter(scheduler, $"key {job}", Small)).ToList();
        Finish(scheduler, many);
        var alone = Enter(scheduler, "key 0", Small);

        Assert.Equal([4, 2, 1, 1, 1, 1, 1, 1], many.Select(slot => slot.Threads));
        Assert.Equal(4, alone.Threads);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void However_many_keys_have_huge_jobs_a_small_one_of_another_passes(int slots)
    {
        var scheduler = Scheduler(slots);
        var huge = Enumerable.Range(0, slots + (2 * FairScheduler.PausedMax))
            .Select(key => Enter(scheduler, $"huge {key}", Huge))
            .ToList();
        for (var round = 0; round < 100; round++)
        {
            foreach (var slot in huge.Where(slot => slot.State == JobSlotState.Running).ToList())
            {
                Advance(scheduler, slot, rows: _rows[slot] < 90 ? 1 : 0);
            }
        }

        // One after the other: what made room for the first is there for the last.
        var small = Enumerable.Range(0, 5).Select(key => Enter(scheduler, $"small {key}", Small)).ToList();
        for (var round = 0; small.Exists(slot => slot.State != JobSlotState.Left); round++)
        {
            Assert.InRange(round, 0, 1000);
            var running = huge.Concat(small).Where(slot => slot.State == JobSlotState.Running).ToList();
            Assert.Equal(slots, running.Count);
            running.ForEach(slot => Advance(scheduler, slot, _rows[slot] < 90 || small.Contains(slot) ? 1 : 0));
            Assert.InRange(
                huge.Concat(small).Count(slot => slot.State == JobSlotState.Paused), 0, FairScheduler.PausedMax);
            // The place is not taken by a huge one.
            Assert.InRange(huge.Count(IsBegun), 0, slots + FairScheduler.PausedMax - 1);
        }

        Assert.Equal(small, _ended.Intersect(small));
        Finish(scheduler, [.. huge, .. small]);

        static bool IsBegun(JobSlot slot) => slot.State is JobSlotState.Running or JobSlotState.Paused;
    }

    [Fact]
    public void Nothing_is_taken_on_after_the_end()
    {
        var scheduler = Scheduler(slots: 1);
        scheduler.Close();

        Assert.Equal(Fault.Overloaded, Assert.Throws<FaultException>(() => scheduler.Enter("a", Small)).Fault);
    }

    private static FairScheduler Scheduler(int slots) =>
        new(slots, Unbounded, TimeSpan.MaxValue, TimeProvider.System);

    private JobSlot Enter(FairScheduler scheduler, string key, long pixels)
    {
        var slot = scheduler.Enter(key, pixels);
        (_owners[slot], _rows[slot]) = (key, 0);
        _ = slot.WaitAsync(TestContext.Current.CancellationToken);
        return slot;
    }

    // A job has a hundred rows, whatever its size.
    private void Advance(FairScheduler scheduler, JobSlot slot, int rows)
    {
        _rows[slot] = Math.Min(100, _rows[slot] + rows);
        scheduler.Advance(slot, _rows[slot] / 100.0);
        if (_rows[slot] == 100)
        {
            _ended.Add(slot);
            slot.Dispose();
        }
    }

    private void Finish(FairScheduler scheduler, IReadOnlyCollection<JobSlot> live)
    {
        while (live.FirstOrDefault(slot => slot.State == JobSlotState.Running) is { } slot)
        {
            Advance(scheduler, slot, rows: 1);
        }

        Assert.All(live, slot => Assert.Equal(JobSlotState.Left, slot.State));
    }
}
