namespace Enlarger.Server.Storage;

/// <summary>Where the server keeps what must survive it.</summary>
internal sealed class DataFolder
{
    private const string DatabaseName = "enlarger.db";

    // What helps where a folder cannot be used.
    private const string Hint = "Name another with --data or ENLARGER_DATA.";

    // Pictures and keys concern nobody else on the machine.
    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Takes a folder, and makes it, for its owner alone, where there is none.</summary>
    /// <exception cref="StorageException">It cannot be made.</exception>
    public DataFolder(string path)
        : this(path, make: true)
    {
    }

    private DataFolder(string path, bool make)
    {
        Root = Path.GetFullPath(path);
        Database = Path.Combine(Root, DatabaseName);
        Results = Path.Combine(Root, "results");
        if (!make)
        {
            return;
        }

        try
        {
            Create(Root);
            Create(Results);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The data folder {Root} cannot be made or written to. {Hint}", error);
        }
    }

    public string Root { get; }

    public string Database { get; }

    /// <summary>One file for each result, by name; those being written end in <c>.part</c>.</summary>
    public string Results { get; }

    /// <summary>$ENLARGER_DATA, or the folder that the system has for a user's data.</summary>
    /// <remarks>The system's folder need not exist, and may be one that this user cannot make.</remarks>
    public static string Default()
    {
        if (Environment.GetEnvironmentVariable("ENLARGER_DATA") is { Length: > 0 } folder)
        {
            return folder;
        }

        // Not made or looked for here: the constructor does that, and can say which folder it is about.
        var ofUser = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        // Empty for a user without a home, as services may be.
        return ofUser.Length > 0
            ? Path.Combine(ofUser, "enlarger")
            : throw new StorageException("This user has no data folder: name one with --data or ENLARGER_DATA.");
    }

    /// <summary>A folder that a server has used; nothing is made or written.</summary>
    /// <exception cref="StorageException">There is no database in it, or this user may not look into it.</exception>
    public static DataFolder OfExisting(string path)
    {
        var folder = new DataFolder(path, make: false);
        try
        {
            // File.Exists would say no where only a permission is missing.
            _ = File.GetAttributes(folder.Database);
            return folder;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StorageException(
                $"There are no keys in {path}. Make one with enlarger keys add, or name the server's folder with "
                + "--data or ENLARGER_DATA.",
                error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The data folder {folder.Root} may not be read by this user. {Hint}", error);
        }
    }

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
            throw new StorageException($"The data folder {Root} may not be written to. {Hint}", error);
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
