namespace Enlarger.Server.Commands;

/// <summary>Makes the folders that outputs need, and takes back those in which nothing was left.</summary>
internal sealed class OutputFolders
{
    private readonly Lock _lock = new();
    private readonly List<string> _made = [];
    private readonly HashSet<string> _cleaned = new(InputFiles.FileNames);

    /// <summary>Deletes, once, what killed processes have left in the folder of <paramref name="file"/>.</summary>
    public void RemoveLeftovers(string file)
    {
        lock (_lock)
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            if (_cleaned.Add(folder) && Directory.Exists(folder))
            {
                OutputFile.RemoveLeftovers(folder);
            }
        }
    }

    /// <summary>Makes <paramref name="folder"/> and what is missing above it.</summary>
    public void Create(string folder)
    {
        lock (_lock)
        {
            var missing = new Stack<string>();
            for (var at = folder; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
            {
                if (File.Exists(at))
                {
                    throw new CommandException($"{at} is a file, so that there can be no folder of that name.");
                }

                missing.Push(at);
            }

            foreach (var path in missing)
            {
                Directory.CreateDirectory(path);
                _made.Add(path);
            }
        }
    }

    /// <summary>Removes the folders made here that are empty. Call it when no more files are to come.</summary>
    public void RemoveEmpty()
    {
        // The last made are the innermost.
        foreach (var folder in Enumerable.Reverse(_made))
        {
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }
        }
    }
}
