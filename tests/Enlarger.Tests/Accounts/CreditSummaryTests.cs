using Dapper;
using Enlarger.Server.Accounts;

namespace Enlarger.Tests.Accounts;

public sealed class CreditSummaryTests
{
    [Fact]
    public void What_was_granted_and_what_became_of_it_is_kept_with_the_balance()
    {
        using var books = new Books();
        var account = books.Open("alice", 10);
        var first = books.Time.GetUtcNow();
        books.InsertJob("job", account.Id, 3);
        books.Time.Advance(TimeSpan.FromHours(1));
        books.Database.Write(connection =>
            Ledger.TryReserve(connection, account.Id, "job", 3, books.Time.GetUtcNow()));
        books.Keys.Grant("alice", 5);
        books.Time.Advance(TimeSpan.FromHours(1));
        var last = books.Time.GetUtcNow();
        books.Database.Write(connection => Ledger.Refund(connection, account.Id, "job", 3, last));
        books.Time.Advance(TimeSpan.FromHours(1));
        books.Keys.Grant("alice", 0);

        Assert.Equal(new CreditSummary(15, 12, first, last), CreditSummary.Read(books.Database, account));
    }

    [Fact]
    public void Of_a_key_without_credits_there_is_nothing_to_say()
    {
        using var books = new Books();

        Assert.Equal(new CreditSummary(0, 0, null, null), CreditSummary.Read(books.Database, books.Open("bob", 0)));
    }

    [Fact]
    public void A_database_of_the_first_version_is_brought_up_to_date_by_its_ledger()
    {
        using var books = new Books();
        var account = books.Open("alice", 10);
        var idle = books.Open("bob", 0);
        books.InsertJob("job", account.Id, 3);
        var times = new[] { 1, 2, 3 }.Select(hours => books.Time.GetUtcNow() + TimeSpan.FromHours(hours)).ToList();
        books.Database.Write(connection =>
        {
            Ledger.TryReserve(connection, account.Id, "job", 3, times[0]);
            Ledger.Grant(connection, account.Id, 5, times[1]);
            Ledger.Refund(connection, account.Id, "job", 3, times[2]);
        });
        var summaries = Summaries();

        books.Database.Write(connection => connection.Execute(
            """
            alter table keys drop column granted;
            alter table keys drop column after_last_grant;
            alter table keys drop column first_grant_at;
            alter table keys drop column changed_at;
            pragma user_version = 1;
            """));
        books.Reopen();

        Assert.Equal(summaries, Summaries());
        Assert.DoesNotContain(books.Audit(), fault => fault.StartsWith("Key", StringComparison.Ordinal));

        List<CreditSummary> Summaries() =>
            [CreditSummary.Read(books.Database, account), CreditSummary.Read(books.Database, idle)];
    }
}
