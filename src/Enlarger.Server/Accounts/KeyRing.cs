using System.Security.Cryptography;
using System.Text;
using Dapper;
using Enlarger.Server.Storage;

namespace Enlarger.Server.Accounts;

/// <summary>The keys that there are. Only their hashes are kept: a lost key is replaced, not looked up.</summary>
internal sealed class KeyRing(Database database, TimeProvider time)
{
    /// <summary>What every key begins with, so that people and secret scanners know one when they see it.</summary>
    public const string Prefix = "sk_";

    /// <summary>Makes a key and returns it. It cannot be had again.</summary>
    public string Add(string name, long credits, int ratePerMinute, int concurrentMax)
    {
        var key = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now).ToString();
        database.Write(connection =>
        {
            connection.Execute(
                """
                insert into keys (id, name, hash, balance, rate_per_minute, concurrent_max, created_at)
                values (@id, @name, @hash, 0, @ratePerMinute, @concurrentMax, @now)
                """,
                new { id, name, hash = Hash(key), ratePerMinute, concurrentMax, now = now.ToUnixTimeMilliseconds() });
            Ledger.Grant(connection, id, credits, now);
        });
        return key;
    }

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

    public bool IsEmpty() =>
        database.Read(connection => connection.ExecuteScalar<long>("select count(*) from keys") == 0);

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
