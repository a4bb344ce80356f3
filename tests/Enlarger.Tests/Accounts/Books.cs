using Dapper;
using Enlarger.Server.Accounts;
using Enlarger.Server.Storage;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Accounts;

/// <summary>The keys and credits of one test, in a database of its own, without a server.</summary>
internal sealed class Books : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public Books()
    {
        Folder = new DataFolder(_folder["data"]);
        Database = new Database(Folder);
    }

    public DataFolder Folder { get; }

    public ManualTime Time { get; } = new();

    public Database Database { get; private set; }

    public KeyRing Keys => new(Database, Time);

    /// <summary>Adds a key and returns its account.</summary>
    public Account Open(string name, long credits, int ratePerMinute = 60, int concurrentMax = 4) =>
        Keys.Find(Keys.Add(name, credits, ratePerMinute, concurrentMax))!;

    /// <summary>Enters a job, without credits for it.</summary>
    public void InsertJob(string id, string keyId, long credits) => Database.Write(connection => connection.Execute(
        """
        insert into jobs (id, key_id, vendor, operation, state, credits, source_width, source_height, result_pixels,
            created_at)
        values (@id, @keyId, 'pixelcut', 'upscale', 'waiting', @credits, 10, 10, 400, 0)
        """,
        new { id, keyId, credits }));

    /// <summary>What a new process would see.</summary>
    public void Reopen()
    {
        Database.Dispose();
        Database = new Database(Folder);
    }

    public IReadOnlyList<string> Audit() => Database.Read(Ledger.Audit);

    public void Dispose()
    {
        Database.Dispose();
        _folder.Dispose();
    }
}
