namespace Enlarger.Server.Storage;

/// <summary>Where the server keeps what must survive it.</summary>
internal sealed class DataFolder
{
    private const string DatabaseName = "enlarger.db";

    // Pictures and keys concern nobody else on the machine.
    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Takes a folder, and makes it, for its owner alone, where there is none.</summary>
    /// <exception cref="StorageException">It cannot be made.</exception>
    public DataFolder(string path)
    {
        Root = Path.GetFullPath(path);
        Database = Path.Combine(Root, DatabaseName);
        Results = Path.Combine(Root, "results");
        try
        {
            Create(Root);
            Create(Results);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The data folder {Root} cannot be made or written to.", error);
        }
    }

    public string Root { get; }

    public string Database { get; }

    /// <summary>One file for each result, by name; those being written end in <c>.part</c>.</summary>
    public string Results { get; }

    /// <summary>$ENLARGER_DATA, or the folder that the system has for a user's data.</summary>
    /// <exception cref="StorageException">There is neither.</exception>
    public static string Default()
    {
        if (Environment.GetEnvironmentVariable("ENLARGER_DATA") is { Length: > 0 } folder)
        {
            return folder;
        }

        // Empty for a user without a home, as services may be.
        var ofUser = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
        return ofUser.Length > 0
            ? Path.Combine(ofUser, "enlarger")
            : throw new StorageException("This user has no data folder: name one with --data or ENLARGER_DATA.");
    }

    /// <summary>There are keys, jobs and results in this folder; asking makes nothing.</summary>
    public static bool IsInUse(string path) => File.Exists(Path.Combine(path, DatabaseName));

    /// <summary>Keeps other servers out until it is disposed of, or the process ends, however it does.</summary>
    /// <exception cref="StorageException">Another server is in, or the disk or a permission is in the way.</exception>
    public FolderLock Lock()
    {
        try
        {
            return new FolderLock(new FileStream(
                Path.Combine(Root, "server.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException error)
        {
            throw new StorageException($"The data folder {Root} may not be written to.", error);
        }
        catch (IOException error) when (IsHeldByAnother(error))
        {
            throw new StorageException($"Another server is using the data folder {Root}.", error);
        }
        catch (IOException error)
        {
            throw new StorageException($"The lock of the data folder {Root} cannot be taken.", error);
        }
    }

    // The system's own numbers: EWOULDBLOCK of Linux and of macOS; ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION.
    private static bool IsHeldByAnother(IOException error) =>
        OperatingSystem.IsWindows() ? (error.HResult & 0xFFFF) is 32 or 33
        : OperatingSystem.IsMacOS() ? error.HResult == 35
        : error.HResult == 11;

    private static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            // The folder of a user's data is for that user alone already.
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }
    }
}

/// <summary>The right to be the one server of a data folder. The system takes it from a process that dies.</summary>
internal sealed class FolderLock(FileStream file) : IDisposable
{
    public void Dispose() => file.Dispose();
}
