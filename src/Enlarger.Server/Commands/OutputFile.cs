using System.Text.RegularExpressions;

namespace Enlarger.Server.Commands;

/// <summary>
/// A file that appears whole under its name, or not at all: it is written under a hidden name in the same folder,
/// <c>.NAME.RANDOM.enlarger-part</c>, and renamed at the end. Disposing of it before that deletes what was written.
/// </summary>
/// <remarks>
/// A process that is killed leaves such a file behind. While one writes to it, it holds a lock on it, so that others
/// can tell: see <see cref="RemoveLeftovers"/>.
/// </remarks>
internal sealed partial class OutputFile : IDisposable
{
    private const string PartExtension = ".enlarger-part";

    // File systems allow 255 bytes. The dots, the random part and the extension need 28, and a letter takes up to 4.
    private const int NameLettersMax = 55;

    // Another process may take a new file for a leftover before it is locked.
    private const int AttemptsMax = 5;

    // On Windows, an open file can be renamed only if it is shared for that. Elsewhere, only what is not shared at all
    // is locked.
    private static readonly FileShare Share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

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
        for (var attempt = 1; ; attempt++)
        {
            var partPath = Path.Combine(folder, $".{shortName}.{Path.GetRandomFileName()}{PartExtension}");
            try
            {
                var stream = new FileStream(partPath, FileMode.CreateNew, FileAccess.ReadWrite, Share, BufferBytes);
                return new OutputFile(path, partPath, stream);
            }
            catch (IOException) when (attempt < AttemptsMax && Directory.Exists(folder))
            {
            }
        }
    }

    /// <summary>Deletes what processes that were killed have left of such files in a folder.</summary>
    public static void RemoveLeftovers(string folder)
    {
        try
        {
            var leftovers = Directory.EnumerateFiles(
                folder, $".*{PartExtension}", new EnumerationOptions { AttributesToSkip = FileAttributes.None });
            foreach (var path in leftovers.Where(IsPart))
            {
                Remove(path);
            }
        }
        catch (Exception error) when (ErrorMessages.IsOfFileSystem(error))
        {
            // Whether the folder can be used is told when a file is put there.
        }
    }

    private static bool IsPart(string path) => PartName().IsMatch(Path.GetFileName(path));

    private static void Remove(string path)
    {
        try
        {
            // Fails where a living process has the file open.
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, Share);
            File.Delete(path);
        }
        catch (Exception error) when (ErrorMessages.IsOfFileSystem(error))
        {
            // It is in use, or not ours to delete.
        }
    }

    /// <summary>Gives the finished file its name.</summary>
    /// <param name="overwrite">Replaces a file of that name; otherwise one is an error.</param>
    public void Keep(bool overwrite)
    {
        // To the disk first: after a power cut, the name must not stand for an empty file.
        Stream.Flush(flushToDisk: true);
        if (!overwrite && File.Exists(_path))
        {
            throw new CommandException($"{_path} is there already; --force overwrites it.");
        }

        // While it is open and locked: closed, it would be a leftover for another process.
        File.Move(_partPath, _path, overwrite);
        _kept = true;
        Stream.Dispose();
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

    // The random part is what Path.GetRandomFileName makes.
    [GeneratedRegex(@"^\..+\.[a-z0-5]{8}\.[a-z0-5]{3}\.enlarger-part$", RegexOptions.None, 1000)]
    private static partial Regex PartName();
}
