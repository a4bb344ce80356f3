using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Enlarger.Server.Storage;

/// <summary>The truth about keys, credits, jobs and results: one SQLite file in the data folder.</summary>
/// <remarks>
/// Writing is done by one connection after the other, in transactions that take their lock at the start, so that none
/// fails half-way for want of it. Readers see the last committed state and wait for nobody.
/// </remarks>
internal sealed class Database : IDisposable
{
    // Another process, such as "enlarger keys", writes for milliseconds at most.
    private const int BusyMilliseconds = 5000;

    private readonly string _connection;
    private readonly Lock _writing = new();
    private readonly SqliteConnection _writer;

    public Database(DataFolder folder)
    {
        SqliteLibrary.Load();
        _connection = new SqliteConnectionStringBuilder { DataSource = folder.Database }.ToString();
        _writer = Open();
        _writer.Execute("pragma journal_mode = wal");
        Migrate();
    }

    /// <summary>Runs <paramref name="work"/> in a transaction: all of it happens, or none.</summary>
    public T Write<T>(Func<SqliteConnection, T> work)
    {
        lock (_writing)
        {
            using var transaction = _writer.BeginTransaction(deferred: false);
            var result = work(_writer);
            transaction.Commit();
            return result;
        }
    }

    public void Write(Action<SqliteConnection> work) => Write(connection =>
    {
        work(connection);
        return 0;
    });

    public T Read<T>(Func<SqliteConnection, T> work)
    {
        // Connections are pooled.
        using var connection = Open();
        return work(connection);
    }

    public void Dispose()
    {
        _writer.Dispose();
        SqliteConnection.ClearAllPools();
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connection);
        connection.Open();
        // With a write-ahead log, NORMAL loses nothing when the process dies; when the power does, the last
        // transactions at most, and always whole ones.
        connection.Execute(
            $"pragma busy_timeout = {BusyMilliseconds}; pragma synchronous = normal; pragma foreign_keys = on");
        return connection;
    }

    // Migrations are numbered files, only ever added.
    private void Migrate() => Write(connection =>
    {
        var done = connection.ExecuteScalar<int>("pragma user_version");
        var assembly = typeof(Database).Assembly;
        var scripts = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("migrations/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Skip(done);
        foreach (var script in scripts)
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(script)!);
            connection.Execute(reader.ReadToEnd());
            done++;
        }

        connection.Execute(string.Create(CultureInfo.InvariantCulture, $"pragma user_version = {done}"));
    });
}
