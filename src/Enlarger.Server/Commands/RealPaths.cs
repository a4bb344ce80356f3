namespace Enlarger.Server.Commands;

/// <summary>Where paths lead when links are followed, so that two names of one file can be told.</summary>
internal sealed class RealPaths
{
    private readonly Dictionary<string, string> _folders = new(InputFiles.FileNames);

    /// <summary>The path with the links among its folders followed, but not a link that it names itself.</summary>
    public string Place(string path)
    {
        var full = Path.GetFullPath(path);
        return Path.GetDirectoryName(full) is { } folder
            ? Path.Combine(Folder(folder), Path.GetFileName(full))
            : full;
    }

    /// <summary>The file that is read when <paramref name="path"/> is opened.</summary>
    public string Target(string path)
    {
        var place = Place(path);
        return File.Exists(place) && File.ResolveLinkTarget(place, returnFinalTarget: true) is { } target
            ? Place(target.FullName)
            : place;
    }

    private string Folder(string folder)
    {
        if (_folders.TryGetValue(folder, out var known))
        {
            return known;
        }

        var real = Place(folder);
        if (Directory.Exists(real) && Directory.ResolveLinkTarget(real, returnFinalTarget: true) is { } target)
        {
            real = Place(target.FullName);
        }

        return _folders[folder] = real;
    }
}
