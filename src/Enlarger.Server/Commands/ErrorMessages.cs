using Enlarger.Imaging;
using Enlarger.Inference;
using Enlarger.Server.Accounts;
using Enlarger.Server.Storage;
using Microsoft.Data.Sqlite;

namespace Enlarger.Server.Commands;

/// <summary>Puts what went wrong into a sentence for the person at the terminal.</summary>
internal static class ErrorMessages
{
    // ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL as HRESULTs, and ENOSPC and EDQUOT as .NET reports them on Unix.
    private static readonly int[] DiskFull = [unchecked((int)0x80070070), unchecked((int)0x80070027), 28, 122, 69];

    public static string Of(Exception error)
    {
        var sentence = error switch
        {
            ImageException { Fault: ImageFault.ResultWrong } =>
                $"{error.Message} Where a network fails, as some do on dithered pictures, -m lanczos may not.",
            ImageException or ModelException or CommandException or StorageException or KeyException => error.Message,
            SqliteException refusal => $"The database cannot be used: {StorageException.Reason(refusal)}.",
            _ when IsOfFileSystem(error) => $"{Reason(error)}.",
            // libvips is missing, and the message says how to get it.
            DllNotFoundException => error.Message,
            OutOfMemoryException => "There is not enough memory.",
            _ => $"This is a bug, please report it ({error.GetType().Name}; ENLARGER_DEBUG=1 shows where).",
        };
        return Environment.GetEnvironmentVariable("ENLARGER_DEBUG") == "1" ? $"{sentence}\n{error}" : sentence;
    }

    public static bool IsOfFileSystem(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>Why the file system refused, to be put after a colon. The messages of .NET hold whole paths.</summary>
    public static string Reason(Exception error) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file or folder",
        UnauthorizedAccessException => "permission denied",
        ClosedStreamException => "it is closed",
        PathTooLongException => "the name is too long",
        IOException when DiskFull.Contains(error.HResult) => "the disk is full",
        _ => "the file system reports an error",
    };
}
