namespace Enlarger.Server.Commands;

/// <summary>The pictures of a folder, for the commands that measure many at once.</summary>
internal static class PictureFolder
{
    /// <summary>The names of all pictures in the folder itself, in order.</summary>
    /// <exception cref="CommandException">There are none, or the folder cannot be read.</exception>
    public static IReadOnlyList<string> Names(string folder)
    {
        try
        {
            var names = Directory.EnumerateFiles(folder)
                .Select(path => Path.GetFileName(path))
                .Where(name => name[0] != '.' && InputFiles.IsPicture(name))
                .Order(StringComparer.Ordinal)
                .ToList();
            return names.Count > 0 ? names : throw new CommandException($"There are no pictures in {folder}.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{folder} cannot be read: {ErrorMessages.Reason(error)}.");
        }
    }
}
