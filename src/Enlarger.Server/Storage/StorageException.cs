using Microsoft.Data.Sqlite;

namespace Enlarger.Server.Storage;

/// <summary>The data folder cannot be used; the message is a sentence for whoever runs the server.</summary>
internal sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why the database refused, to be put after a colon.</summary>
    // The numbers are SQLite's primary result codes, https://www.sqlite.org/rescode.html.
    public static string Reason(SqliteException error) => error.SqliteErrorCode switch
    {
        5 or 6 => "another program is using it",
        8 or 3 or 23 => "it may not be written to",
        10 => "the disk reports an error",
        11 or 26 => "it is damaged, or no database of Enlarger; a copy would have to replace it",
        13 => "the disk is full",
        14 => "it cannot be opened",
        _ => "the database reports an error",
    };
}
