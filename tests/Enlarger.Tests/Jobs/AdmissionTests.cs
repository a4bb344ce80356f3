using Enlarger.Server;
using Enlarger.Server.Jobs;

namespace Enlarger.Tests.Jobs;

/// <summary>Which jobs are taken on, and what the speed of the machine has to do with it.</summary>
public sealed class AdmissionTests
{
    private const long Megapixel = 1_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(300);

    private readonly ManualTimestamps _time = new();

    [Fact]
    public void A_key_that_fills_the_queue_shuts_out_itself_and_nobody_else()
    {
        var scheduler = Scheduler(slots: 1, megapixels: 100);
        for (var i = 0; i < 100; i++)
        {
            Enter(scheduler, "a", Megapixel);
        }

        Refused(scheduler, "a", 1);
        // Another key gets its even part, also where its first job is larger than that.
        for (var i = 0; i < 50; i++)
        {
            Enter(scheduler, "b", Megapixel);
        }

        Refused(scheduler, "b", 1);
        Enter(scheduler, "c", 200 * Megapixel);
        Refused(scheduler, "c", 1);
        Assert.Equal(350, scheduler.Load.Megapixels, 1e-6);
    }

    [Fact]
    public void Where_there_is_room_for_all_a_key_may_have_more_than_its_part()
    {
        var scheduler = Scheduler(slots: 1, megapixels: 100);
        Enter(scheduler, "a", Megapixel);
        Enter(scheduler, "b", Megapixel);

        Enter(scheduler, "b", 98 * Megapixel);

        Refused(scheduler, "b", 1);
    }

    [Fact]
    public void However_many_keys_there_are_they_gather_a_bounded_amount_of_work()
    {
        const int Keys = 30;
        var scheduler = Scheduler(slots: 1, megapixels: 100);
        for (var key = 1; key <= Keys; key++)
        {
            // Far more than it gets.
            for (var job = 0; job < 200; job++)
            {
                TryEnter(scheduler, $"key {key}", Megapixel);
            }
        }

        var bound = 100 * Enumerable.Range(1, Keys).Sum(key => 1.0 / key);
        Assert.InRange(scheduler.Load.Megapixels, 100, bound + Keys);
    }

    [Fact]
    public void Jobs_that_arrive_together_are_taken_on_while_there_are_slots_for_them()
    {
        var scheduler = Scheduler(slots: 2, megapixels: 1);

        // None of them has lined up yet.
        scheduler.Enter("a", 50 * Megapixel);
        scheduler.Enter("a", 50 * Megapixel);
        // This one will wait, the first that does.
        scheduler.Enter("a", 50 * Megapixel);

        Refused(scheduler, "a", 1);
    }

    [Fact]
    public void A_job_that_has_ended_makes_room_whether_or_not_it_was_done()
    {
        var scheduler = Scheduler(slots: 1, megapixels: 10);
        var running = Enter(scheduler, "a", 6 * Megapixel);
        var waiting = Enter(scheduler, "a", 4 * Megapixel);
        Refused(scheduler, "a", Megapixel);

        scheduler.Advance(running, 0.5);
        Enter(scheduler, "a", 3 * Megapixel);
        Refused(scheduler, "a", Megapixel);
        waiting.Dispose();

        Enter(scheduler, "a", 4 * Megapixel);
    }

    [Fact]
    public void What_cannot_be_done_in_time_is_refused_with_the_time_after_which_it_can()
    {
        var scheduler = Scheduler(slots: 1, megapixels: 1_000_000);
        MeasureOneMegapixelASecond(scheduler);
        Enter(scheduler, "a", 200 * Megapixel);
        Enter(scheduler, "a", 80 * Megapixel);

        Enter(scheduler, "a", 19 * Megapixel);
        Assert.Equal(30, Refused(scheduler, "a", 31 * Megapixel).TotalSeconds, 1e-3);

        // Somebody else has its even part of the time: half of it.
        Enter(scheduler, "b", Megapixel);
        Enter(scheduler, "b", 148 * Megapixel);
        Refused(scheduler, "b", 2 * Megapixel);
    }

    [Fact]
    public void Nothing_is_refused_for_its_time_before_any_was_measured()
    {
        var scheduler = Scheduler(slots: 1, megapixels: 1_000_000);
        var running = Enter(scheduler, "a", 1000 * Megapixel);
        // It decodes for long, which says nothing about what comes then.
        _time.Advance(100);
        scheduler.Advance(running, 0.001);

        Enter(scheduler, "a", 1000 * Megapixel);
        Enter(scheduler, "a", 1000 * Megapixel);

        Assert.Equal(TimeSpan.Zero, scheduler.Load.Backlog);
    }

    [Fact]
    public void A_backlog_is_what_is_left_by_the_speed_of_computing()
    {
        var scheduler = Scheduler(slots: 1, megapixels: 1000);
        var job = Enter(scheduler, "a", 100 * Megapixel);
        _time.Advance(100);
        scheduler.Advance(job, 0.01);
        _time.Advance(2);
        scheduler.Advance(job, 0.05);

        // 4 megapixels took 2 seconds; 95 are left.
        Assert.Equal(47.5, scheduler.Load.Backlog.TotalSeconds, 1e-3);
    }

    [Fact]
    public void Jobs_that_run_together_are_measured_together_and_those_that_decode_are_left_out()
    {
        var scheduler = Scheduler(slots: 4, megapixels: 1000);
        var jobs = Enumerable.Range(0, 3).Select(key => Enter(scheduler, $"key {key}", 100 * Megapixel)).ToList();
        Enter(scheduler, "decoding", Megapixel);
        jobs.ForEach(job => scheduler.Advance(job, 0.01));
        for (var step = 2; step <= 11; step++)
        {
            _time.Advance(1);
            jobs.ForEach(job => scheduler.Advance(job, step / 100.0));
        }

        // A megapixel a second by each of four, and 3 times 89 are left, and that of the fourth.
        Assert.Equal((267 + 1) / 4.0, scheduler.Load.Backlog.TotalSeconds, 1e-3);
    }

    [Fact]
    public void The_time_in_which_a_job_stood_still_is_not_its_own()
    {
        var scheduler = Scheduler(slots: 1, megapixels: 1000);
        var first = Enter(scheduler, "a", 100 * Megapixel);
        scheduler.Advance(first, 0.01);
        var second = Enter(scheduler, "b", 100 * Megapixel);
        for (var step = 2; step <= 20; step++)
        {
            // Whoever has the turn makes a megapixel a second, and passes it on.
            _time.Advance(1);
            var slot = first.State == JobSlotState.Running ? first : second;
            scheduler.Advance(slot, (slot.Served / slot.Pixels) + 0.01);
        }

        Assert.Equal(scheduler.Load.Megapixels, scheduler.Load.Backlog.TotalSeconds, 1e-3);
    }

    private static TimeSpan Refused(FairScheduler scheduler, string key, long pixels)
    {
        var refusal = Assert.Throws<FaultException>(() => scheduler.Enter(key, pixels));
        Assert.Equal(Fault.Overloaded, refusal.Fault);
        return refusal.RetryAfter!.Value;
    }

    private static void TryEnter(FairScheduler scheduler, string key, long pixels)
    {
        try
        {
            Enter(scheduler, key, pixels);
        }
        catch (FaultException refusal)
        {
            Assert.Equal(Fault.Overloaded, refusal.Fault);
        }
    }

    private static JobSlot Enter(FairScheduler scheduler, string key, long pixels)
    {
        var slot = scheduler.Enter(key, pixels);
        _ = slot.WaitAsync(TestContext.Current.CancellationToken);
        return slot;
    }

    private FairScheduler Scheduler(int slots, long megapixels) => new(slots, megapixels * Megapixel, Patience, _time);

    private void MeasureOneMegapixelASecond(FairScheduler scheduler)
    {
        using var job = Enter(scheduler, "earlier", 10 * Megapixel);
        for (var step = 1; step <= 10; step++)
        {
            scheduler.Advance(job, step / 10.0);
            _time.Advance(step < 10 ? 1 : 0);
        }
    }
}
