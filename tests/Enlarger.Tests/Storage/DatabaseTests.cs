using Dapper;
using Enlarger.Server.Accounts;
using Enlarger.Server.Storage;
using Enlarger.Tests.Serving;
using Microsoft.Data.Sqlite;

namespace Enlarger.Tests.Storage;

public sealed class DatabaseTests : IDisposable
{
    // SQLITE_FULL and SQLITE_CONSTRAINT
    private const int Full = 13;
    private const int Constraint = 19;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_fails_half_way_did_not_happen()
    {
        using var database = Open();
        AddKey(database, "kept");

        Assert.Throws<InvalidOperationException>(() => database.Write(connection =>
        {
            connection.Execute("update keys set name = 'changed'");
            throw new InvalidOperationException();
        }));

        Assert.Equal(["kept"], Names(database));
        AddKey(database, "next");
    }

    [Fact]
    public void Writing_goes_on_when_there_is_room_again_on_a_full_disk()
    {
        using var database = Open();
        AddKey(database, "kept");
        // As large as it is: the next page is one too many, and SQLite rolls back by itself.
        database.Write(connection => connection.Execute("pragma max_page_count = 1"));

        var refusal = Assert.Throws<SqliteException>(() => database.Write(connection =>
        {
            connection.Execute("update keys set name = 'half'");
            connection.Execute("update keys set name = printf('%.*c', 1000000, 'x')");
        }));
        Assert.Throws<SqliteException>(() => database.Write(connection =>
            connection.Execute("update keys set name = printf('%.*c', 1000000, 'x')")));
        database.Write(connection => connection.Execute("pragma max_page_count = 1000000"));

        Assert.Equal(Full, refusal.SqliteErrorCode);
        Assert.Equal(["kept"], Names(database));
        AddKey(database, "next");
        Assert.Equal(["kept", "next"], Names(database).Order());
    }

    [Fact]
    public void Writing_goes_on_after_a_transaction_that_could_not_be_committed()
    {
        using var database = Open();
        AddKey(database, "kept");

        var refusal = Assert.Throws<SqliteException>(() => database.Write(connection =>
        {
            connection.Execute("pragma defer_foreign_keys = on");
            connection.Execute(
                "insert into ledger (id, key_id, entry, credits, created_at) values ('id', 'nobody', 'grant', 1, 0)");
        }));

        Assert.Equal(Constraint, refusal.SqliteErrorCode);
        Assert.Equal(1, database.Read(connection => connection.ExecuteScalar<long>("select count(*) from ledger")));
        AddKey(database, "next");
    }

    [Fact]
    public void Readers_see_what_was_committed_and_do_not_wait()
    {
        using var database = Open();
        AddKey(database, "before");

        database.Write(connection =>
        {
            connection.Execute("update keys set name = 'after'");
            Assert.Equal(["before"], Names(database));
        });

        Assert.Equal(["after"], Names(database));
    }

    [Fact]
    public async Task Readers_have_a_connection_each_and_may_not_write()
    {
        using var database = Open();
        AddKey(database, "a");

        var refused = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() =>
        {
            Assert.Equal(["a"], Names(database));
            return Assert.ThrowsAny<Exception>(() =>
                database.Read(connection => connection.Execute("delete from keys")));
        })));

        Assert.All(refused, error => Assert.Contains("readonly", error.Message));
        Assert.Equal(["a"], Names(database));
    }

    [Fact]
    public void Every_connection_keeps_the_rules_between_tables()
    {
        using var database = Open();

        Assert.ThrowsAny<Exception>(() => database.Write(connection =>
        {
            connection.Execute("insert into ledger values ('id', 'nobody', null, 'grant', 1, 0)");
        }));
        Assert.Equal(1, database.Read(connection => connection.ExecuteScalar<long>("pragma foreign_keys")));
    }

    [Fact]
    public async Task Two_processes_take_turns()
    {
        using var first = Open();
        using var second = Open();
        var databases = new[] { first, second };
        AddKey(first, "a");

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() =>
            new KeyRing(databases[i % 2], new ManualTime()).Grant("a", 1))));

        Assert.Equal(140, new KeyRing(second, new ManualTime()).List().Single().Credits);
        Assert.Empty(second.Read(Ledger.Audit));
    }

    [Fact]
    public async Task Whoever_comes_first_makes_the_tables()
    {
        var databases = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(Open)));

        AddKey(databases[0], "a");
        Assert.All(databases, database => Assert.Equal(["a"], Names(database)));
        Assert.All(databases, database => database.Dispose());
    }

    [Fact]
    public void A_database_of_a_newer_version_is_refused_and_left_alone()
    {
        using (var database = Open())
        {
            AddKey(database, "a");
            database.Write(connection => connection.Execute("pragma user_version = 999"));
        }

        Assert.Contains("newer version", Assert.Throws<StorageException>(Open).Message);
        Assert.Throws<StorageException>(Open);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(4000)]
    public void A_damaged_database_is_a_sentence(int from)
    {
        using (var database = Open())
        {
            AddKey(database, "a");
        }

        var path = new DataFolder(_folder.Root).Database;
        var bytes = File.ReadAllBytes(path);
        bytes.AsSpan(from, 96).Fill(0x5A);
        File.WriteAllBytes(path, from == 4000 ? bytes[..4000] : bytes);

        var refusal = Assert.Throws<StorageException>(() =>
        {
            using var database = Open();
        });
        Assert.Contains("damaged", refusal.Message);
        Assert.Contains(path, refusal.Message);
    }

    private Database Open() => new(new DataFolder(_folder.Root));

    private static void AddKey(Database database, string name) =>
        new KeyRing(database, new ManualTime()).Add(name, 100, 1, 1);

    private static List<string> Names(Database database) =>
        database.Read(connection => connection.Query<string>("select name from keys").AsList());
}
