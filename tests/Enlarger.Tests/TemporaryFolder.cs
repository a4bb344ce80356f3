namespace Enlarger.Tests;

/// <summary>A folder for the files of one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("enlarger-test-").FullName;

    public string this[string relative] => Path.Combine(Root, relative);

    /// <summary>All files, hidden ones too, relative to the folder and with forward slashes.</summary>
    public IReadOnlyList<string> Files(string prefix = "") =>
        [.. Directory.EnumerateFiles(Root, "*", new EnumerationOptions
            {
                RecurseSubdirectories = true,
                AttributesToSkip = FileAttributes.None,
            })
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => path.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
