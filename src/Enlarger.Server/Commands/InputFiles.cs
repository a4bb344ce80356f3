using System.IO.Enumeration;
using Enlarger.Imaging;

namespace Enlarger.Server.Commands;

/// <summary>A picture to enlarge.</summary>
/// <param name="Path">As the user would write it.</param>
/// <param name="Relative">Its place under the folder that was given, or its name.</param>
internal sealed record InputFile(string Path, string Relative);

/// <summary>An input that holds nothing to enlarge, and why, as a sentence.</summary>
internal sealed record InputFault(string Input, string Reason);

/// <summary>Finds the pictures that the inputs on the command line mean: files, folders and patterns.</summary>
internal sealed class InputFiles
{
    // What .NET puts in place of bytes in a name that are not UTF-8.
    private const char Undecodable = '\uFFFD';

    private static readonly char[] Wildcards = ['*', '?'];

    private readonly List<InputFile> _files = [];
    private readonly List<InputFault> _faults = [];
    private readonly List<UnreadPictures> _unread = [];
    private readonly HashSet<string> _leftOut = new(FileNames);
    private readonly HashSet<string> _seen = new(FileNames);

    /// <summary>How the file systems of this machine tell names apart, by custom.</summary>
    public static StringComparer FileNames { get; } = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
        ? StringComparer.OrdinalIgnoreCase
        : StringComparer.Ordinal;

    public IReadOnlyList<InputFile> Files => _files;

    public IReadOnlyList<InputFault> Faults => _faults;

    /// <summary>The pictures of folders that were left out because they are of kinds that are not read.</summary>
    public IReadOnlyList<UnreadPictures> Unread => _unread;

    /// <summary>How many pictures were left out because they are named like results.</summary>
    public int LeftOut => _leftOut.Count(path => !_seen.Contains(path));

    /// <summary>It has a wildcard, and is no name of anything that is there.</summary>
    public static bool IsPattern(string input) =>
        input.IndexOfAny(Wildcards) >= 0 && !Directory.Exists(input) && !File.Exists(input);

    /// <param name="inputs">What was written on the command line.</param>
    /// <param name="recursive">Folders are searched to the bottom.</param>
    /// <param name="outputFolder">
    /// Results are not taken for inputs: this folder is not searched. Where it is null, they are put beside the inputs,
    /// and of folders and patterns what is named like a result is left out.
    /// </param>
    public static InputFiles Find(IEnumerable<string> inputs, bool recursive, string? outputFolder)
    {
        var found = new InputFiles();
        foreach (var input in inputs)
        {
            if (Directory.Exists(input))
            {
                found.AddFolder(input, recursive, outputFolder);
            }
            else if (File.Exists(input))
            {
                found.Add(new InputFile(input, Path.GetFileName(input)));
            }
            else if (IsPattern(input))
            {
                found.AddPattern(input, leaveOutResults: outputFolder is null);
            }
            else
            {
                found._faults.Add(
                    new InputFault(input, NameFault(input) ?? $"There is no file or folder {input}."));
            }
        }

        return found;
    }

    /// <summary>Why a name cannot be opened although it may be there, as a sentence; otherwise null.</summary>
    public static string? NameFault(string path) => path.Contains(Undecodable) && !Path.Exists(path)
        ? $"The name {path} is not valid UTF-8, so that it cannot be opened; rename it, or use a pipe (- and -o)."
        : null;

    // The same file may be meant twice, by itself and by its folder.
    private void Add(InputFile file)
    {
        if (NameFault(file.Path) is { } reason)
        {
            _faults.Add(new InputFault(file.Path, reason));
        }
        else if (_seen.Add(Path.GetFullPath(file.Path)))
        {
            _files.Add(file);
        }
    }

    private void AddFolder(string folder, bool recursive, string? outputFolder)
    {
        var unread = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var searched = new FileSystemEnumerable<string>(
            folder,
            (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(),
            new EnumerationOptions { RecurseSubdirectories = recursive })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                !entry.IsDirectory && entry.FileName[0] != '.' && IsReadOrCount(entry.FileName.ToString()),
            // Hidden folders hold thumbnails and repositories. A link may lead back up.
            ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                entry.FileName[0] != '.'
                && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint)
                && !FileNames.Equals(Path.TrimEndingDirectorySeparator(entry.ToFullPath()), outputFolder)
                && CanBeSearched(entry.ToSpecifiedFullPath()),
        };
        var pictures = Choose(searched, leaveOutResults: outputFolder is null);
        if (unread.Count > 0)
        {
            _unread.Add(new UnreadPictures(folder, unread));
        }

        if (pictures.Count == 0)
        {
            _faults.Add(new InputFault(folder, $"There are no pictures to enlarge in the folder {folder}."));
        }

        foreach (var path in pictures)
        {
            Add(new InputFile(path, Path.GetRelativePath(folder, path)));
        }

        bool IsReadOrCount(string name)
        {
            if (PictureKinds.FindUnread(name) is { } kind)
            {
                unread[kind] = unread.GetValueOrDefault(kind) + 1;
            }

            return IsPicture(name);
        }

        bool CanBeSearched(string path)
        {
            if (NameFault(path) is not { } reason)
            {
                return true;
            }

            _faults.Add(new InputFault(path, reason));
            return false;
        }
    }

    // Windows shells leave patterns to the programs.
    private void AddPattern(string pattern, bool leaveOutResults)
    {
        var root = Path.GetPathRoot(pattern) ?? "";
        var segments = pattern[root.Length..].Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        IEnumerable<string> paths = [root];
        foreach (var segment in segments.Where(segment => segment.Length > 0))
        {
            paths = paths.SelectMany(path => Matches(path, segment));
        }

        var matches = paths.Where(path => File.Exists(path) || NameFault(path) is not null).ToList();
        var files = Choose(matches, leaveOutResults);
        if (files.Count == 0)
        {
            var reason = matches.Count == 0 ? "No file matches" : "Only what is named like a result matches";
            _faults.Add(new InputFault(pattern, $"{reason} {pattern}."));
        }

        foreach (var path in files)
        {
            Add(new InputFile(path, Path.GetFileName(path)));
        }
    }

    // Beside the inputs lie the results of earlier runs, which would be enlarged once more by each run.
    private List<string> Choose(IEnumerable<string> paths, bool leaveOutResults)
    {
        var chosen = paths.Order(StringComparer.Ordinal).ToLookup(path => !leaveOutResults || !IsResult(path));
        _leftOut.UnionWith(chosen[false].Select(Path.GetFullPath));
        return [.. chosen[true]];
    }

    private static IEnumerable<string> Matches(string folder, string segment)
    {
        if (segment.IndexOfAny(Wildcards) < 0)
        {
            return [Path.Combine(folder, segment)];
        }

        var place = folder.Length == 0 ? "." : folder;
        return Directory.Exists(place)
            ? from path in Directory.EnumerateFileSystemEntries(place)
              let name = Path.GetFileName(path)
              where FileSystemName.MatchesSimpleExpression(segment, name, FileNames != StringComparer.Ordinal)
              // As in shells, a hidden name has to be asked for.
              where name[0] != '.' || segment[0] == '.'
              select Path.Combine(folder, name)
            : [];
    }

    public static bool IsPicture(string name) => ImageFormats.Find(Path.GetExtension(name)) is not null;

    private static bool IsResult(string path) => SizeOptions.IsResultName(Path.GetFileNameWithoutExtension(path));
}
