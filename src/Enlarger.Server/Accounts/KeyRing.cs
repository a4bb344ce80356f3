using System.Security.Cryptography;
using System.Text;
using Dapper;
using Enlarger.Server.Storage;
using Microsoft.Data.Sqlite;

namespace Enlarger.Server.Accounts;

/// <summary>The keys that there are. Only their hashes are kept: a lost key is replaced, not looked up.</summary>
/// <remarks>
/// A key is looked up in the database for every request, which takes some microseconds, so that one that another
/// process revokes is refused from then on.
/// </remarks>
internal sealed class KeyRing(Database database, TimeProvider time)
{
    /// <summary>What every key begins with, so that people and secret scanners know one when they see it.</summary>
    public const string Prefix = "sk_";

    /// <summary>The name of the key that a new server makes.</summary>
    public const string FirstName = "default";

    /// <summary>Who hosts a server for themselves should not run out by surprise.</summary>
    public const int CreditsDefault = 1_000_000;

    /// <summary>Ten a second is more than any client makes with its hands, and stops one that loops.</summary>
    public const int RatePerMinuteDefault = 600;

    /// <summary>The connections of a busy client. Jobs wait for each other, so more would not be faster.</summary>
    public const int ConcurrentMaxDefault = 32;

    /// <summary>Credits of one grant. More is a slip of the finger.</summary>
    public const int GrantMax = 1_000_000_000;

    // Numbers up to 2^53 survive every JSON parser; this leaves room for all grants that people make.
    private const long BalanceMax = 1_000_000_000_000_000;

    // Names stand in log lines and tables.
    private const int NameLettersMax = 64;

    // As many as SHA-256 has: the hash is no easier to guess than the key.
    private const int KeyBytes = 32;

    /// <summary>Makes a key and returns it. It cannot be had again.</summary>
    /// <exception cref="KeyException">The name is taken, or is none.</exception>
    public string Add(string name, long credits, int ratePerMinute, int concurrentMax) =>
        database.Write(connection => Insert(connection, name, credits, ratePerMinute, concurrentMax));

    /// <summary>The same, but the key is not made where <paramref name="show"/>, which is given it, throws.</summary>
    public void Add(string name, long credits, int ratePerMinute, int concurrentMax, Action<string> show) =>
        database.Write(connection => show(Insert(connection, name, credits, ratePerMinute, concurrentMax)));

    /// <summary>Makes a key with the usual limits where there is none yet.</summary>
    /// <param name="show">Is given the key. Where it throws, the key is not made.</param>
    public void AddFirst(Action<string> show) => database.Write(connection =>
    {
        if (connection.ExecuteScalar<long>("select count(*) from keys") == 0)
        {
            show(Insert(connection, FirstName, CreditsDefault, RatePerMinuteDefault, ConcurrentMaxDefault));
        }
    });

    /// <summary>Adds credits to a key, and returns how many it then has.</summary>
    /// <exception cref="KeyException">There is no such key, or it was revoked, or it would have too many.</exception>
    public long Grant(string name, long credits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(credits);
        return database.Write(connection =>
        {
            var key = Get(connection, name);
            if (key.Revoked is not null)
            {
                throw new KeyException($"The key \"{name}\" is revoked.");
            }

            if (key.Credits + credits > BalanceMax)
            {
                throw new KeyException($"The key \"{name}\" would have more than {BalanceMax} credits.");
            }

            Ledger.Grant(connection, key.Id, credits, time.GetUtcNow());
            return key.Credits + credits;
        });
    }

    /// <summary>Refuses a key from now on. It stays in the table, as its jobs do, and its name stays taken.</summary>
    /// <exception cref="KeyException">There is no such key.</exception>
    public void Revoke(string name) => database.Write(connection =>
    {
        var key = Get(connection, name);
        connection.Execute(
            "update keys set revoked_at = @now where id = @Id and revoked_at is null",
            new { key.Id, now = time.GetUtcNow().ToUnixTimeMilliseconds() });
    });

    /// <summary>All keys that ever were, the oldest first.</summary>
    public IReadOnlyList<KeyEntry> List() =>
        database.Read(connection => connection.Query<KeyRow>(KeyRow.Query + " order by created_at, id"))
            .Select(row => row.ToEntry())
            .ToList();

    /// <summary>Whose key it is; null where it is unknown or revoked.</summary>
    // Comparing a hash tells nobody who times it how much of a key is right.
    public Account? Find(string key) =>
        database.Read(connection => connection.QuerySingleOrDefault<Account>(
            """
            select id, name, balance, rate_per_minute as RatePerMinute, concurrent_max as ConcurrentMax
            from keys where hash = @hash and revoked_at is null
            """,
            new { hash = Hash(key) }));

    public long Balance(Account account) =>
        database.Read(connection =>
            connection.ExecuteScalar<long>("select balance from keys where id = @Id", new { account.Id }));

    private string Insert(
        SqliteConnection connection, string name, long credits, int ratePerMinute, int concurrentMax)
    {
        CheckName(name);
        var key = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));
        var now = time.GetUtcNow();
        var id = TimedId.Make(now).ToString();
        try
        {
            connection.Execute(
                """
                insert into keys (id, name, hash, balance, rate_per_minute, concurrent_max, created_at)
                values (@id, @name, @hash, 0, @ratePerMinute, @concurrentMax, @now)
                """,
                new { id, name, hash = Hash(key), ratePerMinute, concurrentMax, now = now.ToUnixTimeMilliseconds() });
        }
        catch (SqliteException error) when (Database.IsDuplicate(error))
        {
            throw new KeyException(
                $"There is a key \"{name}\" already, or there was one. Choose another name: none is used twice.");
        }

        Ledger.Grant(connection, id, credits, now);
        return key;
    }

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > NameLettersMax || name.Any(char.IsControl) || name.Trim().Length != name.Length)
        {
            throw new KeyException(
                $"A key's name has 1 to {NameLettersMax} characters, no blanks at its ends and no line breaks.");
        }
    }

    private static KeyEntry Get(SqliteConnection connection, string name) =>
        connection.QuerySingleOrDefault<KeyRow>(KeyRow.Query + " where name = @name", new { name })?.ToEntry()
            ?? throw new KeyException($"There is no key \"{name}\".");

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private sealed class KeyRow
    {
        public const string Query = """
            select id, name, balance, rate_per_minute as RatePerMinute, concurrent_max as ConcurrentMax,
                created_at as CreatedAt, revoked_at as RevokedAt
            from keys
            """;

        public required string Id { get; init; }

        public required string Name { get; init; }

        public required long Balance { get; init; }

        public required int RatePerMinute { get; init; }

        public required int ConcurrentMax { get; init; }

        public required long CreatedAt { get; init; }

        public long? RevokedAt { get; init; }

        public KeyEntry ToEntry() => new(
            Id,
            Name,
            Balance,
            RatePerMinute,
            ConcurrentMax,
            DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
            RevokedAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null);
    }
}

/// <summary>A key as its owner sees it, who has the key itself.</summary>
internal sealed record KeyEntry(
    string Id,
    string Name,
    long Credits,
    int RatePerMinute,
    int ConcurrentMax,
    DateTimeOffset Created,
    DateTimeOffset? Revoked);

/// <summary>A key cannot be made or changed as asked; the message is a sentence.</summary>
internal sealed class KeyException(string message) : Exception(message);
