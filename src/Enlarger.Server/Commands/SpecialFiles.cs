using System.Formats.Tar;

namespace Enlarger.Server.Commands;

/// <summary>Names that stand for streams, pipes and devices, which are written to and never replaced.</summary>
internal static class SpecialFiles
{
    private static readonly string[] InputNames = ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
    private static readonly string[] OutputNames = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

    // There, files are ordinary ones in memory.
    private const string SharedMemory = "/dev/shm/";

    public static bool IsStandardInput(string path) => InputNames.Contains(path, StringComparer.Ordinal);

    public static bool IsStandardOutput(string path) => OutputNames.Contains(path, StringComparer.Ordinal);

    /// <summary>Files that the system makes up: devices, and the open files of processes.</summary>
    public static bool IsOfSystem(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path))
        {
            return false;
        }

        // Not the last link: what /dev/stderr leads to may be an ordinary file.
        var place = new RealPaths().Place(path);
        return IsBelow(place) || (new FileInfo(place).LinkTarget is { } target
            && IsBelow(Path.GetFullPath(target, Path.GetDirectoryName(place)!)));

        static bool IsBelow(string full) =>
            (full.StartsWith("/dev/", StringComparison.Ordinal)
                && !full.StartsWith(SharedMemory, StringComparison.Ordinal))
            || full.StartsWith("/proc/", StringComparison.Ordinal);
    }

    /// <summary>One of these, or a pipe or device anywhere else.</summary>
    public static bool IsSpecial(string path) => IsOfSystem(path) || IsPipeOrDevice(path);

    /// <summary>Writes to one. Where nobody reads a pipe yet, that waits, as it does in a shell.</summary>
    /// <exception cref="CommandException">It cannot be written; the message names it.</exception>
    public static async Task WriteAsync(string path, Stream content, CancellationToken cancel)
    {
        try
        {
            await using var file = await Task.Run(
                // Other processes may have it open. Of an ordinary file behind such a name, nothing may be left.
                () => new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0),
                cancel).WaitAsync(cancel);
            await content.CopyToAsync(file, cancel);
        }
        catch (Exception error) when (ErrorMessages.IsOfFileSystem(error))
        {
            throw new CommandException($"{path} cannot be written: {ErrorMessages.Reason(error)}.");
        }
    }

    // What writes archives is the part of .NET that tells kinds of files, and it opens ordinary ones only. To open a
    // pipe would not do: whoever waits at its other end would take it for the picture.
    private static bool IsPipeOrDevice(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path))
        {
            return false;
        }

        try
        {
            // The length of a link is that of its text. Ordinary files that are not empty are told by their length.
            var target = new RealPaths().Target(path);
            if (new FileInfo(target).Length > 0)
            {
                return false;
            }

            using var archive = new MemoryStream();
            using (var writer = new TarWriter(archive, leaveOpen: true))
            {
                writer.WriteEntry(target, "file");
            }

            archive.Position = 0;
            using var reader = new TarReader(archive);
            return reader.GetNextEntry()?.EntryType
                is TarEntryType.Fifo or TarEntryType.CharacterDevice or TarEntryType.BlockDevice;
        }
        catch (Exception error) when (ErrorMessages.IsOfFileSystem(error))
        {
            // A socket, or an empty file that must not be read.
            return false;
        }
    }
}
