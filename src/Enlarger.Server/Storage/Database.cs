using System.Collections.Concurrent;
using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Enlarger.Server.Storage;

/// <summary>The truth about keys, credits, jobs and results: one SQLite file in the data folder.</summary>
/// <remarks>
/// Writing is done by one connection after the other, in transactions that take their lock at the start, so that none
/// fails half-way for want of it. Readers see the last committed state and wait for nobody.
/// </remarks>
internal sealed class Database : IDisposable
{
    // Another process, such as "enlarger keys", writes for milliseconds at most.
    private const int BusySeconds = 5;

    // SQLITE_CONSTRAINT_UNIQUE
    private const int UniqueViolated = 2067;

    private static readonly List<string> Migrations =
    [
        .. typeof(Database).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("migrations/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private readonly string _connection;
    private readonly Lock _writing = new();
    private readonly SqliteConnection _writer;

    // As many as there ever were threads that read at once. The library's own pool knows nothing of pragmas.
    private readonly ConcurrentBag<SqliteConnection> _readers = [];
    private volatile bool _disposed;

    /// <summary>Opens the database, and makes it or brings it up to date where needed.</summary>
    /// <exception cref="StorageException">It is damaged, locked, or of a newer version.</exception>
    public Database(DataFolder folder)
        : this(folder, Connection(folder.Database, SqliteOpenMode.ReadWriteCreate))
    {
        Explain(folder, () =>
        {
            // Readers and the writer then do not wait for each other. The file remembers it.
            _writer.Execute("pragma journal_mode = wal");
            Write(connection => Migrate(connection, folder));
        });
    }

    private Database(DataFolder folder, string connection)
    {
        _connection = connection;
        _writer = new SqliteConnection(connection);
        Explain(folder, () => Prepare(_writer));
    }

    /// <summary>Opens a database that is there, for <see cref="Read"/> alone; the disk may be read-only.</summary>
    /// <exception cref="StorageException">It is damaged, locked, or of a newer version.</exception>
    public static Database OpenForReading(DataFolder folder)
    {
        try
        {
            return OpenForReading(folder, folder.Database);
        }
        catch (StorageException error) when (NeedsRoom(error) && !HasLog(folder))
        {
            // Readers share memory through a file beside the database. Where that cannot be made, SQLite reads the
            // database on the promise that nobody writes it, and would leave out a log that is still there.
            return OpenForReading(folder, $"{new Uri(folder.Database).AbsoluteUri}?immutable=1");
        }
    }

    /// <summary>Runs <paramref name="work"/> in a transaction: all of it happens, or none.</summary>
    public T Write<T>(Func<SqliteConnection, T> work)
    {
        lock (_writing)
        {
            // In our own words: the library's transaction would not notice that SQLite ended it, and refuse all others.
            _writer.Execute("begin immediate");
            try
            {
                var result = work(_writer);
                _writer.Execute("commit");
                return result;
            }
            catch
            {
                RollBack();
                throw;
            }
        }
    }

    public void Write(Action<SqliteConnection> work) => Write(connection =>
    {
        work(connection);
        return 0;
    });

    /// <summary>Runs <paramref name="work"/>, which may not write, on what was committed before each of its queries.
    /// </summary>
    public T Read<T>(Func<SqliteConnection, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_readers.TryTake(out var connection))
        {
            connection = OpenReader();
        }

        T result;
        try
        {
            result = work(connection);
        }
        catch
        {
            // Whatever state it is in, nobody gets it again.
            connection.Dispose();
            throw;
        }

        _readers.Add(connection);
        if (_disposed)
        {
            CloseReaders();
        }

        return result;
    }

    /// <summary>A row was refused because there is one like it.</summary>
    public static bool IsDuplicate(SqliteException error) => error.SqliteExtendedErrorCode == UniqueViolated;

    public void Dispose()
    {
        _disposed = true;
        CloseReaders();
        lock (_writing)
        {
            _writer.Dispose();
        }
    }

    // Where the disk is full or fails, SQLite may have rolled back by itself: https://sqlite.org/lang_transaction.html.
    private void RollBack()
    {
        var ended = raw.sqlite3_get_autocommit(_writer.Handle) != 0;
        if (!ended)
        {
            _writer.Execute("rollback");
        }
    }

    private void CloseReaders()
    {
        while (_readers.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }

    private SqliteConnection OpenReader()
    {
        var connection = new SqliteConnection(_connection);
        try
        {
            Prepare(connection);
            connection.Execute("pragma query_only = on");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // With a write-ahead log, NORMAL loses nothing when the process dies; when the power does, the last transactions at
    // most, and always whole ones.
    private static void Prepare(SqliteConnection connection)
    {
        connection.Open();
        connection.Execute(string.Create(
            CultureInfo.InvariantCulture,
            $"pragma busy_timeout = {BusySeconds * 1000}; pragma synchronous = normal; pragma foreign_keys = on"));
    }

    private static Database OpenForReading(DataFolder folder, string source)
    {
        var database = new Database(folder, Connection(source, SqliteOpenMode.ReadOnly));
        database.Explain(folder, () => database.Read(connection => CheckVersion(connection, folder)));
        return database;
    }

    // SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL and SQLITE_CANTOPEN.
    private static bool NeedsRoom(StorageException error) =>
        error.InnerException is SqliteException { SqliteErrorCode: 8 or 10 or 13 or 14 };

    private static bool HasLog(DataFolder folder) =>
        new FileInfo(folder.Database + "-wal") is { Exists: true, Length: > 0 };

    // Closes what is open where the database cannot be used, and says why in a sentence.
    private void Explain(DataFolder folder, Action open)
    {
        try
        {
            open();
        }
        catch (Exception error)
        {
            Dispose();
            if (error is SqliteException refusal)
            {
                throw new StorageException(
                    $"The database {folder.Database} cannot be used: {StorageException.Reason(refusal)}.", refusal);
            }

            throw;
        }
    }

    // Migrations are numbered files, only ever added. A process that finds another one at work waits for it, and then
    // finds nothing left to do.
    private static void Migrate(SqliteConnection connection, DataFolder folder)
    {
        var done = CheckVersion(connection, folder);
        foreach (var script in Migrations.Skip(done))
        {
            connection.Execute(Text(script));
        }

        if (done < Migrations.Count)
        {
            // A pragma takes no parameters.
            connection.Execute(
                string.Create(CultureInfo.InvariantCulture, $"pragma user_version = {Migrations.Count}"));
        }
    }

    // How many migrations the database has had.
    private static int CheckVersion(SqliteConnection connection, DataFolder folder)
    {
        var done = connection.ExecuteScalar<int>("pragma user_version");
        return done <= Migrations.Count
            ? done
            : throw new StorageException(
                $"The database {folder.Database} was written by a newer version of Enlarger; this one does not know "
                + "what it holds.");
    }

    private static string Connection(string source, SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = source,
        Mode = mode,
        Pooling = false,
        DefaultTimeout = BusySeconds,
    }.ToString();

    private static string Text(string resource)
    {
        using var reader = new StreamReader(typeof(Database).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
