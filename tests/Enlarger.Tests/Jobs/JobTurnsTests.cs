using Enlarger.Server;
using Enlarger.Server.Jobs;

namespace Enlarger.Tests.Jobs;

/// <summary>Whose turn it is, played through without a clock and without pictures.</summary>
public sealed class JobTurnsTests
{
    private const long Huge = 36_000_000;
    private const long Small = 100_000;
    private const long Unbounded = long.MaxValue / 2;

    private readonly List<Turn> _ended = [];
    private readonly Dictionary<Turn, string> _owners = [];
    private readonly Dictionary<Turn, int> _rows = [];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Fact]
    public void A_huge_job_of_one_key_lets_the_small_ones_of_another_pass()
    {
        var turns = Turns(slots: 1);
        var huge = Enter(turns, "a", Huge);
        Advance(turns, huge, rows: 3);
        var small = Enumerable.Range(0, 20).Select(_ => Enter(turns, "b", Small)).ToList();

        Finish(turns, [huge, .. small]);

        Assert.Equal([.. small, huge], _ended);
        Assert.Equal(0, turns.Load.Waiting);
    }

    [Fact]
    public void A_huge_job_is_not_put_off_for_ever_by_small_ones()
    {
        var turns = Turns(slots: 1);
        var huge = Enter(turns, "a", Huge);
        var others = new List<Turn>();
        var served = 0L;
        while (huge.State != TurnState.Left)
        {
            // Another small job is always waiting.
            others.RemoveAll(turn => turn.State == TurnState.Left);
            while (others.Count < 2)
            {
                others.Add(Enter(turns, "b", Small));
            }

            var turn = others.Append(huge).Single(turn => turn.State == TurnState.Running);
            served += turn == huge ? 0 : turn.Pixels / 2;
            Advance(turns, turn, rows: turn == huge ? 1 : 50);
        }

        Assert.InRange(served, Huge * 0.99, Huge * 1.01);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Keys_that_always_have_work_are_served_evenly(int seed)
    {
        var random = new Random(seed);
        var slots = random.Next(1, 3);
        var keys = Enumerable.Range(0, random.Next(2, 5)).Select(key => $"key {key}").ToList();
        var turns = Turns(slots);
        var live = new List<Turn>();
        var largest = 0L;
        foreach (var key in keys.SelectMany(key => Enumerable.Repeat(key, slots + 1)))
        {
            live.Add(EnterSome(key));
        }

        for (var i = 0; i < 2000; i++)
        {
            var running = live.Where(turn => turn.State == TurnState.Running).ToList();
            Assert.Equal(slots, running.Count);
            var turn = running[random.Next(running.Count)];
            Advance(turns, turn, random.Next(1, 30));
            if (turn.State == TurnState.Left)
            {
                live.Remove(turn);
                live.Add(EnterSome(_owners[turn]));
            }

            var served = keys.Select(key => live.First(turn => _owners[turn] == key).Share.Served).ToList();
            // Every running job may be a step ahead, the largest of which is 30 hundredths.
            Assert.InRange(served.Max() - served.Min(), 0, (slots + 1) * largest * 0.3);
        }

        Turn EnterSome(string key)
        {
            var pixels = random.NextInt64(1000, 1_000_000);
            largest = Math.Max(largest, pixels);
            return Enter(turns, key, pixels);
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Whatever_comes_and_goes_every_job_gets_its_turn_and_no_slot_is_lost(int seed)
    {
        var random = new Random(seed);
        var slots = random.Next(1, 5);
        var turns = Turns(slots);
        var live = new List<Turn>();
        for (var i = 0; i < 500; i++)
        {
            if (random.Next(5) == 0)
            {
                live.Add(Enter(turns, $"key {random.Next(20)}", random.NextInt64(1, Huge)));
            }
            else if (live.Count > 0 && random.Next(8) == 0)
            {
                // It gave up, whatever it was doing.
                live[random.Next(live.Count)].Dispose();
            }
            else if (live.Find(turn => turn.State == TurnState.Running) is { } turn)
            {
                Advance(turns, turn, random.Next(1, 60));
            }

            live.RemoveAll(turn => turn.State == TurnState.Left);
            var paused = live.Count(turn => turn.State == TurnState.Paused);
            Assert.InRange(paused, 0, JobTurns.PausedMax);
            Assert.Equal(Math.Min(slots, live.Count), live.Count(turn => turn.State == TurnState.Running));
            Assert.Equal(live.Count, turns.Load.Waiting + turns.Load.Running);
        }

        Finish(turns, live);
        Assert.Equal(new JobLoad(0, 0, 0, TimeSpan.Zero), turns.Load);
    }

    [Fact]
    public void Resting_earns_nothing()
    {
        var turns = Turns(slots: 1);
        var busy = Enter(turns, "a", Huge);
        Advance(turns, busy, rows: 50);

        // A key that comes late does not get what the other has had.
        var late = Enter(turns, "b", Huge);
        Advance(turns, busy, rows: 1);
        Advance(turns, late, rows: 1);
        Advance(turns, late, rows: 1);

        Assert.Equal(TurnState.Running, busy.State);
        Assert.Equal(TurnState.Paused, late.State);
    }

    [Fact]
    public void A_job_that_is_alone_gets_all_threads_and_one_among_many_gets_one()
    {
        var turns = Turns(slots: 4);

        var many = Enumerable.Range(0, 8).Select(job => Enter(turns, $"key {job}", Small)).ToList();
        Finish(turns, many);
        var alone = Enter(turns, "key 0", Small);

        Assert.Equal([4, 2, 1, 1, 1, 1, 1, 1], many.Select(turn => turn.Threads));
        Assert.Equal(4, alone.Threads);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void However_many_keys_have_huge_jobs_a_small_one_of_another_passes(int slots)
    {
        var turns = Turns(slots);
        var huge = Enumerable.Range(0, slots + (2 * JobTurns.PausedMax))
            .Select(key => Enter(turns, $"huge {key}", Huge))
            .ToList();
        for (var round = 0; round < 100; round++)
        {
            foreach (var turn in huge.Where(turn => turn.State == TurnState.Running).ToList())
            {
                Advance(turns, turn, rows: _rows[turn] < 90 ? 1 : 0);
            }
        }

        // One after the other: what made room for the first is there for the last.
        var small = Enumerable.Range(0, 5).Select(key => Enter(turns, $"small {key}", Small)).ToList();
        for (var round = 0; small.Exists(turn => turn.State != TurnState.Left); round++)
        {
            Assert.InRange(round, 0, 1000);
            var running = huge.Concat(small).Where(turn => turn.State == TurnState.Running).ToList();
            Assert.Equal(slots, running.Count);
            running.ForEach(turn => Advance(turns, turn, _rows[turn] < 90 || small.Contains(turn) ? 1 : 0));
            Assert.InRange(huge.Concat(small).Count(turn => turn.State == TurnState.Paused), 0, JobTurns.PausedMax);
            // The place is not taken by a huge one.
            Assert.InRange(huge.Count(IsBegun), 0, slots + JobTurns.PausedMax - 1);
        }

        Assert.Equal(small, _ended.Intersect(small));
        Finish(turns, [.. huge, .. small]);

        static bool IsBegun(Turn turn) => turn.State is TurnState.Running or TurnState.Paused;
    }

    [Fact]
    public void Nothing_is_taken_on_after_the_end()
    {
        var turns = Turns(slots: 1);
        turns.Close();

        Assert.Equal(Fault.Overloaded, Assert.Throws<FaultException>(() => turns.Enter("a", Small)).Fault);
    }

    private static JobTurns Turns(int slots) =>
        new(slots, Unbounded, TimeSpan.MaxValue, TimeProvider.System);

    private Turn Enter(JobTurns turns, string key, long pixels)
    {
        var turn = turns.Enter(key, pixels);
        (_owners[turn], _rows[turn]) = (key, 0);
        _ = turn.WaitAsync(TestContext.Current.CancellationToken);
        return turn;
    }

    // A job has a hundred rows, whatever its size.
    private void Advance(JobTurns turns, Turn turn, int rows)
    {
        _rows[turn] = Math.Min(100, _rows[turn] + rows);
        turns.Advance(turn, _rows[turn] / 100.0);
        if (_rows[turn] == 100)
        {
            _ended.Add(turn);
            turn.Dispose();
        }
    }

    private void Finish(JobTurns turns, IReadOnlyCollection<Turn> live)
    {
        while (live.FirstOrDefault(turn => turn.State == TurnState.Running) is { } turn)
        {
            Advance(turns, turn, rows: 1);
        }

        Assert.All(live, turn => Assert.Equal(TurnState.Left, turn.State));
    }
}
