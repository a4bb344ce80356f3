namespace Enlarger.Server.Commands;

/// <summary>
/// A file that appears whole under its name, or not at all: it is written under a hidden name in the same folder,
/// and renamed at the end. Disposing of it before that deletes what was written.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    // File systems allow 255 bytes. The mark and the random part need 20, and a letter takes up to 4.
    private const int NameLettersMax = 55;
    private const int BufferBytes = 1 << 16;

    private readonly string _path;
    private readonly string _partPath;
    private bool _kept;

    private OutputFile(string path, string partPath, FileStream stream)
    {
        _path = path;
        _partPath = partPath;
        Stream = stream;
    }

    public FileStream Stream { get; }

    /// <summary>Starts a file that is to become <paramref name="path"/>; missing folders are made.</summary>
    public static OutputFile Create(string path, OutputFolders folders)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        folders.Create(folder);
        var name = Path.GetFileName(path);
        var shortName = name.Length <= NameLettersMax ? name : name[..NameLettersMax];
        var partPath = Path.Combine(folder, $".{shortName}.{Path.GetRandomFileName()}.part");
        var stream = new FileStream(partPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferBytes);
        return new OutputFile(path, partPath, stream);
    }

    /// <summary>Gives the finished file its name.</summary>
    /// <param name="overwrite">Replaces a file of that name; otherwise one is an error.</param>
    public void Keep(bool overwrite)
    {
        // To the disk first: after a power cut, the name must not stand for an empty file.
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        if (!overwrite && File.Exists(_path))
        {
            throw new CommandException($"{_path} is there already; --force overwrites it.");
        }

        File.Move(_partPath, _path, overwrite);
        _kept = true;
    }

    public void Dispose()
    {
        if (_kept)
        {
            return;
        }

        try
        {
            // Closing writes what is buffered, which fails again on a full disk.
            Stream.Dispose();
        }
        catch (IOException)
        {
        }
        finally
        {
            File.Delete(_partPath);
        }
    }
}
