using Dapper;
using Enlarger.Server.Accounts;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Data.Sqlite;

namespace Enlarger.Tests.Accounts;

public sealed class LedgerTests
{
    private const int Jobs = 4;

    private enum Deed
    {
        Grant,
        Reserve,
        Settle,
        Refund,
        Restart,
    }

    [Fact]
    public void Whatever_happens_in_whatever_order_the_balance_is_the_sum_and_not_negative()
    {
        var step =
            from deed in Gen.Frequency(
                (19, Gen.Elements(Deed.Grant, Deed.Reserve, Deed.Settle, Deed.Refund)),
                (1, Gen.Constant(Deed.Restart)))
            from job in Gen.Choose(0, Jobs - 1)
            from credits in Gen.Choose(0, 12)
            from crashes in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
            select new Step(deed, job, credits, crashes);
        var histories = step.ListOf().Resize(40).ToArbitrary();

        using var books = new Books();
        var played = 0;
        Prop.ForAll(histories, history => new Play(books, $"{played++}").Run(history)).QuickCheckThrowOnFailure();

        Assert.Empty(books.Audit());
    }

    [Theory]
    [InlineData("update ledger set credits = credits + 1")]
    [InlineData("delete from ledger")]
    [InlineData("update ledger set created_at = 0")]
    public void Entries_are_never_changed(string change)
    {
        using var books = new Books();
        books.Open("a", 10);

        var refusal = Assert.Throws<SqliteException>(() => books.Database.Write(connection =>
        {
            connection.Execute(change);
        }));

        Assert.Contains("only ever added to", refusal.Message);
        Assert.Empty(books.Audit());
    }

    [Fact]
    public void A_job_is_closed_for_the_key_and_the_credits_that_were_reserved()
    {
        using var books = new Books();
        var (payer, other) = (books.Open("payer", 10), books.Open("other", 10));
        books.InsertJob("job", payer.Id, 3);
        Write(connection => Assert.True(Ledger.TryReserve(connection, payer.Id, "job", 3, books.Time.GetUtcNow())));

        foreach (var (key, credits) in ((Account, long)[])[(other, 3), (payer, 4), (payer, 2)])
        {
            Assert.Throws<SqliteException>(() =>
                Write(connection => Ledger.Refund(connection, key.Id, "job", credits, books.Time.GetUtcNow())));
        }

        Assert.Throws<SqliteException>(() =>
            Write(connection => Ledger.Settle(connection, other.Id, "job", books.Time.GetUtcNow())));
        Assert.Equal((7, 10), (books.Keys.Balance(payer), books.Keys.Balance(other)));

        void Write(Action<SqliteConnection> work) => books.Database.Write(work);
    }

    // Each of these takes away what protects the books, and then does what it protects from.
    [Theory]
    [InlineData("update keys set balance = 3", "balance of 3, and entries of 8")]
    [InlineData("pragma ignore_check_constraints = on; update keys set balance = -1", "balance of -1")]
    [InlineData("delete from ledger where entry = 'reserve'", "done was reserved 0 times")]
    [InlineData("delete from ledger where entry = 'settle'", "is done, and was settled 0 and refunded 0 times")]
    [InlineData("delete from ledger where entry = 'refund'", "is failed, and was settled 0 and refunded 0 times")]
    [InlineData(
        "update ledger set entry = 'settle', credits = 0 where entry = 'refund'",
        "is failed, and was settled 1 and refunded 0 times")]
    [InlineData(
        "insert into ledger select id || 'b', key_id, job_id, entry, credits, 0 from ledger",
        "done was reserved 2 times")]
    [InlineData(
        "insert into ledger select id || 'b', key_id, job_id, 'refund', 2, 0 from ledger where entry = 'settle'",
        "is done, and was settled 1 and refunded 1 times")]
    [InlineData("update jobs set state = 'waiting'", "is waiting, and was settled 1")]
    [InlineData("update jobs set credits = 5", "other credits than it costs")]
    [InlineData("update jobs set key_id = (select id from keys where name = 'other')", "charged to another key")]
    [InlineData("insert into results values ('name', 'failed', 'image/png', 1, 0, null)", "is not done")]
    public void The_audit_finds(string damage, string finding)
    {
        using var books = new Books();
        var account = books.Open("a", 10);
        books.Open("other", 0);
        var now = books.Time.GetUtcNow();
        Close(books, account, "done", (connection, id) => Ledger.Settle(connection, account.Id, id, now));
        Close(books, account, "failed", (connection, id) => Ledger.Refund(connection, account.Id, id, 2, now));
        Assert.Empty(books.Audit());

        books.Database.Write(connection =>
        {
            foreach (var (type, name) in connection.Query<(string, string)>(
                """
                select type, name from sqlite_master
                where sql is not null and tbl_name = 'ledger' and type <> 'table'
                """))
            {
                connection.Execute($"drop {type} {name}");
            }

            connection.Execute(damage);
        });

        Assert.Contains(books.Audit(), sentence => sentence.Contains(finding, StringComparison.Ordinal));
    }

    private static void Close(Books books, Account account, string state, Action<SqliteConnection, string> close)
    {
        books.InsertJob(state, account.Id, 2);
        books.Database.Write(connection =>
        {
            Assert.True(Ledger.TryReserve(connection, account.Id, state, 2, books.Time.GetUtcNow()));
            connection.Execute("update jobs set state = @state where id = @state", new { state });
            close(connection, state);
        });
    }

    private sealed record Step(Deed Deed, int Job, int Credits, bool Crashes);

    private sealed class CrashException : Exception;

    /// <summary>One history, done to the database and to a model of it.</summary>
    private sealed class Play(Books books, string name)
    {
        private readonly Account _account = books.Open(name, 0);
        private readonly (string State, int Credits)[] _jobs = [.. Enumerable.Repeat(("none", 0), Jobs)];
        private long _balance;

        public bool Run(IEnumerable<Step> history) => history.All(Take) && books.Audit().Count == 0;

        private bool Take(Step step)
        {
            if (step.Deed == Deed.Restart)
            {
                books.Reopen();
            }
            else if (Happens(step))
            {
                Remember(step);
            }

            var sum = books.Database.Read(connection => connection.ExecuteScalar<long>(
                "select coalesce(sum(credits), 0) from ledger where key_id = @Id", new { _account.Id }));
            return books.Keys.Balance(_account) == _balance && sum == _balance && _balance >= 0;
        }

        // A crash is a transaction that is never committed.
        private bool Happens(Step step)
        {
            try
            {
                books.Database.Write(connection =>
                {
                    Do(connection, step);
                    if (step.Crashes)
                    {
                        throw new CrashException();
                    }
                });
                return true;
            }
            catch (CrashException)
            {
                return false;
            }
            catch (SqliteException)
            {
                Assert.False(MayBe(step), $"{step} was refused to a job that is {_jobs[step.Job].State}.");
                return false;
            }
        }

        private void Do(SqliteConnection connection, Step step)
        {
            var id = $"{name}-{step.Job}";
            var now = books.Time.GetUtcNow();
            switch (step.Deed)
            {
                case Deed.Grant:
                    Ledger.Grant(connection, _account.Id, step.Credits, now);
                    break;
                case Deed.Reserve:
                    connection.Execute(
                        """
                        insert into jobs (id, key_id, vendor, operation, state, credits, source_width, source_height,
                            result_pixels, created_at)
                        values (@id, @key, 'pixelcut', 'upscale', 'waiting', @Credits, 1, 1, 1, 0)
                        """,
                        new { id, key = _account.Id, step.Credits });
                    var reserved = Ledger.TryReserve(connection, _account.Id, id, step.Credits, now);
                    Assert.Equal(_balance >= step.Credits, reserved);
                    if (!reserved)
                    {
                        throw new CrashException();
                    }

                    break;
                case Deed.Settle:
                    Ledger.Settle(connection, _account.Id, id, now);
                    connection.Execute("update jobs set state = 'done' where id = @id", new { id });
                    break;
                default:
                    Ledger.Refund(connection, _account.Id, id, _jobs[step.Job].Credits, now);
                    connection.Execute("update jobs set state = 'failed' where id = @id", new { id });
                    break;
            }
        }

        private void Remember(Step step)
        {
            ref var job = ref _jobs[step.Job];
            Assert.True(MayBe(step), $"{step} was done to a job that is {job.State}.");
            switch (step.Deed)
            {
                case Deed.Grant:
                    _balance += step.Credits;
                    break;
                case Deed.Reserve:
                    _balance -= step.Credits;
                    job = ("waiting", step.Credits);
                    break;
                case Deed.Settle:
                    job.State = "done";
                    break;
                default:
                    _balance += job.Credits;
                    job.State = "failed";
                    break;
            }
        }

        private bool MayBe(Step step) => step.Deed switch
        {
            Deed.Reserve => _jobs[step.Job].State == "none",
            Deed.Settle or Deed.Refund => _jobs[step.Job].State == "waiting",
            _ => true,
        };
    }
}
