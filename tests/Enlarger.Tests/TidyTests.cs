using System.Text.RegularExpressions;

namespace Enlarger.Tests;

/// <summary>House rules that no analyzer knows. Each failure says what to do instead.</summary>
public sealed partial class TidyTests
{
    private const int FileLinesMax = 400;
    private const int LineColumnsMax = 120;

    [Fact]
    public void Source_files_fit_the_limits()
    {
        var untidy =
            from path in SourceFiles("src", "tests")
            from complaint in Complaints(File.ReadAllLines(path))
            select $"{Path.GetRelativePath(Repository.Path("."), path)}{complaint}";

        Fail(untidy);
    }

    private static void Fail(IEnumerable<string> complaints)
    {
        var list = string.Join('\n', complaints);
        Assert.True(list.Length == 0, list);
    }

    private static IEnumerable<string> Complaints(string[] lines)
    {
        if (lines.Length > FileLinesMax)
        {
            yield return $": {lines.Length} lines. Split it at a seam, not at line {FileLinesMax}.";
        }

        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length > LineColumnsMax)
            {
                yield return $":{i + 1}: {lines[i].Length} columns. Break the line.";
            }

            if (LooseEnd().IsMatch(lines[i]))
            {
                yield return $":{i + 1}: a loose end without an issue number. Do it, drop it, or file it.";
            }
        }
    }

    private static IEnumerable<string> SourceFiles(params string[] folders) =>
        folders.SelectMany(folder =>
            Directory.EnumerateFiles(Repository.Path(folder), "*.cs", SearchOption.AllDirectories));

    [GeneratedRegex(@"\b(TO" + @"DO|HA" + @"CK)\b(?! #\d)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LooseEnd();
}
