namespace Enlarger.Server.Storage;

/// <summary>Where the server keeps what must survive it.</summary>
internal sealed class DataFolder
{
    public DataFolder(string path)
    {
        Root = Path.GetFullPath(path);
        Database = Path.Combine(Root, "enlarger.db");
        Results = Path.Combine(Root, "results");
        Directory.CreateDirectory(Results);
    }

    public string Root { get; }

    public string Database { get; }

    /// <summary>One file for each result, by name; those being written end in <c>.part</c>.</summary>
    public string Results { get; }

    /// <summary>$ENLARGER_DATA, or the folder that the system has for a user's data.</summary>
    public static string Default() =>
        Environment.GetEnvironmentVariable("ENLARGER_DATA") is { Length: > 0 } folder
            ? folder
            : Path.Combine(
                Environment.GetFolderPath(
                    Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create),
                "enlarger");
}
