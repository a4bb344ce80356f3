namespace Enlarger.Tests;

/// <summary>The commands of the README's section "Serve", as they stand there.</summary>
internal static class ReadmeCommands
{
    private const string Indent = "    ";

    private static readonly string Section = File.ReadAllText(Repository.Path("README.md"))
        .Split("\n## Serve\n")[1]
        .Split("\n## ")[0];

    /// <summary>The line that starts the server.</summary>
    public static string Serve { get; } =
        Blocks.Single(block => block.StartsWith("./enlarger serve", StringComparison.Ordinal));

    /// <summary>One command for each vendor, of one line or several.</summary>
    public static IReadOnlyList<string> Curls { get; } =
        [.. Blocks.Where(block => block.Contains("curl ", StringComparison.Ordinal))];

    // Indented lines without a blank one between them.
    private static IEnumerable<string> Blocks =>
        Section.Split("\n\n")
            .Select(block => block.TrimEnd('\n').Split('\n'))
            .Where(lines => lines.All(line => line.StartsWith(Indent, StringComparison.Ordinal)))
            .Select(lines => string.Join('\n', lines.Select(line => line[Indent.Length..])));
}
