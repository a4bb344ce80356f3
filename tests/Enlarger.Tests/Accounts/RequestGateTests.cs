using Enlarger.Server;
using Enlarger.Server.Accounts;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;

namespace Enlarger.Tests.Accounts;

public sealed class RequestGateTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static readonly Gen<int> Rates =
        Gen.OneOf(Gen.Choose(1, 10), Gen.Elements(59, 60, 600, 997));

    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_minutes_requests_may_come_at_once_and_not_one_more()
    {
        foreach (var rate in (int[])[1, 2, 3, 7, 11, 13, 59, 60, 600, 997, 24_999, 200_000])
        {
            var traffic = new KeyRateLimiter();

            var states = Enumerable.Range(0, rate).Select(_ => traffic.Enter(Rated(rate), Start)).ToList();

            Assert.Equal(Enumerable.Range(0, rate).Reverse(), states.Select(state => state.Remaining));
            Assert.Equal(Fault.RateExceeded, Refusal(() => traffic.Enter(Rated(rate), Start)).Fault);
        }
    }

    [Fact]
    public void No_minute_sees_more_than_twice_the_rate_and_no_hour_more_than_its_share()
    {
        var histories =
            from rate in Gen.Choose(1, 40)
            from pauses in Gen.Frequency((3, Gen.Constant(0)), (2, Gen.Choose(0, 3_000)), (1, Gen.Choose(0, 70_000)))
                .ListOf().Resize(300)
            select (rate, pauses);
        Prop.ForAll(histories.ToArbitrary(), history =>
        {
            var (traffic, now, admitted) = (new KeyRateLimiter(), Start, new List<DateTimeOffset>());
            foreach (var pause in history.pauses)
            {
                now += TimeSpan.FromMilliseconds(pause);
                try
                {
                    traffic.Enter(Rated(history.rate), now);
                    admitted.Add(now);
                }
                catch (FaultException)
                {
                }
            }

            // In any window: what may come at once, and the share of the time since.
            return admitted.Index().All(from => admitted.Index().Skip(from.Index).All(to =>
                to.Index - from.Index + 1 <= history.rate + ((to.Item - from.Item) / Minute * history.rate)));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Whoever_waits_as_long_as_told_is_let_in_and_not_a_moment_before()
    {
        var cases =
            from rate in Rates
            from pauses in Gen.Choose(0, 2_000_000).ListOf().Resize(20)
            select (rate, pauses);
        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var (traffic, now, account) = (new KeyRateLimiter(), Start, Rated(one.rate));
            foreach (var pause in one.pauses)
            {
                now += TimeSpan.FromTicks(pause);
                while (TryEnter(traffic, account, now, out _))
                {
                }

                TryEnter(traffic, account, now, out var wait);
                Assert.True(wait > TimeSpan.Zero);
                Assert.False(TryEnter(traffic, account, now + wait - TimeSpan.FromTicks(1), out _));
                now += wait;
                Assert.True(TryEnter(traffic, account, now, out _));
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_whole_rate_is_there_again_when_the_answer_said()
    {
        Prop.ForAll(Rates.ToArbitrary(), rate =>
        {
            var traffic = new KeyRateLimiter();
            var states = Enumerable.Range(0, Math.Min(rate, 5)).Select(_ => traffic.Enter(Rated(rate), Start)).ToList();

            Assert.Equal(rate - 1, traffic.Enter(Rated(rate), states[^1].Reset).Remaining);
        }).QuickCheckThrowOnFailure();
    }

    [Theory, InlineData(-5), InlineData(5)]
    public void A_clock_that_is_set_neither_locks_out_nor_lets_in(int hours)
    {
        using var books = new Books();
        var gate = new RequestGate(books.Keys, books.Time);
        var key = books.Keys.Add("alice", 1, 1, 10);
        Enter(gate, key);

        books.Time.Set(books.Time.GetUtcNow() + TimeSpan.FromHours(hours));
        var wait = Refusal(() => Enter(gate, key)).RetryAfter;
        books.Time.Advance(Minute);
        var next = Enter(gate, key);

        Assert.Equal(Minute, wait);
        Assert.Equal(books.Time.GetUtcNow() + Minute, next.Rate.Reset);
    }

    [Fact]
    public void As_many_are_inside_as_may_be_and_leaving_makes_room()
    {
        using var books = new Books();
        var gate = new RequestGate(books.Keys, books.Time);
        var key = books.Keys.Add("alice", 1, 1000, 2);
        var other = books.Keys.Add("bob", 1, 1000, 2);

        var first = Enter(gate, key);
        Enter(gate, key);
        Enter(gate, other);
        var refusal = Refusal(() => Enter(gate, key));
        first.Dispose();
        first.Dispose();
        var third = Enter(gate, key);

        Assert.Equal(Fault.ConcurrencyExceeded, refusal.Fault);
        Assert.True(refusal.RetryAfter > TimeSpan.Zero);
        // Neither who was refused nor who left twice was counted.
        Assert.Equal(1000 - 3, third.Rate.Remaining);
        Refusal(() => Enter(gate, key));
    }

    [Fact]
    public void Whoever_is_refused_can_be_told_when_to_come_again()
    {
        using var books = new Books();
        var gate = new RequestGate(books.Keys, books.Time);
        var key = books.Keys.Add("alice", 1, 2, 10);
        Enter(gate, key);
        var last = Enter(gate, key);
        var http = new DefaultHttpContext();

        Refusal(() => gate.Enter(http, key));

        Assert.Equal("alice", http.Features.Get<Account>()?.Name);
        Assert.Equal(new RateState(2, 0, books.Time.GetUtcNow() + Minute), http.Features.Get<RateState>());
        Assert.Equal(last.Rate, http.Features.Get<RateState>());
    }

    [Theory, InlineData(null), InlineData(""), InlineData("sk_0")]
    public void Nobody_comes_in_without_a_key(string? key)
    {
        using var books = new Books();

        Assert.Equal(Fault.KeyUnknown, Refusal(() => Enter(new RequestGate(books.Keys, books.Time), key)).Fault);
    }

    [Fact]
    public void Keys_that_have_gone_are_forgotten_and_those_inside_are_not()
    {
        using var books = new Books();
        var gate = new RequestGate(books.Keys, books.Time);
        var keys = Enumerable.Range(0, 20).Select(i => books.Keys.Add($"{i}", 1, 10, 1)).ToList();
        var inside = Enter(gate, keys[0]);
        keys.Skip(1).ToList().ForEach(key => Enter(gate, key).Dispose());
        Assert.Equal(20, gate.KeysRemembered);

        books.Time.Advance(Minute);
        Enter(gate, keys[^1]).Dispose();

        Assert.Equal(2, gate.KeysRemembered);
        Assert.Equal(Fault.ConcurrencyExceeded, Refusal(() => Enter(gate, keys[0])).Fault);
        inside.Dispose();
        Enter(gate, keys[0]).Dispose();
    }

    [Fact]
    public async Task Those_who_come_together_are_counted_one_by_one()
    {
        using var books = new Books();
        var gate = new RequestGate(books.Keys, books.Time);
        var key = books.Keys.Add("alice", 1, 100, 1000);

        var entered = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            Enumerable.Range(0, 25).Count(_ =>
            {
                try
                {
                    Enter(gate, key).Dispose();
                    return true;
                }
                catch (FaultException)
                {
                    return false;
                }
            }))));

        Assert.Equal(100, entered.Sum());
    }

    private static bool TryEnter(KeyRateLimiter traffic, Account account, DateTimeOffset now, out TimeSpan wait)
    {
        try
        {
            traffic.Enter(account, now);
            wait = TimeSpan.Zero;
            return true;
        }
        catch (FaultException refusal)
        {
            wait = refusal.RetryAfter!.Value;
            return false;
        }
    }

    private static Account Rated(int ratePerMinute) => new()
    {
        Id = "id",
        Name = "name",
        Balance = 1,
        RatePerMinute = ratePerMinute,
        ConcurrentMax = int.MaxValue,
    };

    private static AdmittedRequest Enter(RequestGate gate, string? key) => gate.Enter(new DefaultHttpContext(), key);

    private static FaultException Refusal(Action deed) => Assert.Throws<FaultException>(deed);

    private static FaultException Refusal(Func<object> deed) => Assert.Throws<FaultException>(deed);
}
