using System.Globalization;
using System.Text.RegularExpressions;
using Enlarger.Imaging;
using Enlarger.Tests.Commands;

namespace Enlarger.Tests;

public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Repository.Path("README.md"));

    [Fact]
    public void The_sample_is_the_code_that_compiles()
    {
        var lines = File.ReadAllLines(Repository.Path("tests/Enlarger.Tests/ReadmeSample.cs"));
        var body = lines.Where(line => line.StartsWith("        ", StringComparison.Ordinal)).Select(line => line[8..]);

        Assert.Contains($"```csharp\n{string.Join('\n', body)}\n```", Readme);
    }

    [Fact]
    public async Task The_sample_runs()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.png"], CommandRun.Picture(16, 12));

        await ReadmeSample.RunAsync(folder["a.png"], folder["b.png"]);

        Assert.Equal(32, CommandRun.Read(folder["b.png"]).Image.Width);
    }

    [Fact]
    public async Task The_commands_and_options_exist()
    {
        var commands = Command().Matches(Readme).Select(match => match.Groups["rest"].Value).ToList();

        Assert.NotEmpty(commands);
        foreach (var words in commands.Select(command => command.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            var help = await CommandRun.Of(words[0], "--help");
            Assert.Equal(0, help.ExitCode);
            Assert.All(
                words.Where(word => word.Length > 1 && word[0] == '-'),
                option => Assert.Contains(option, help.Out));
        }
    }

    [Fact]
    public void The_files_that_commands_name_exist()
    {
        var samples = Sample().Matches(Readme).Select(match => match.Value).Distinct(StringComparer.Ordinal);

        Assert.All(samples, path => Assert.True(File.Exists(Repository.Path(path)), path));
    }

    [Fact]
    public void The_table_of_formats_is_true()
    {
        foreach (var format in ImageFormats.All)
        {
            var row = Readme.Split('\n').Single(line =>
                line.StartsWith($"| {format.DisplayName()}", StringComparison.Ordinal));
            var cells = row.Split('|').Select(cell => cell.Trim()).ToArray();
            Assert.Equal(format.HoldsAlpha(), cells[2] != "flattened onto white");
            Assert.Equal(format.Holds16Bit(), cells[3].Length > 0);
            Assert.Equal(format.HasQuality(), cells[4].Length > 0);
            if (cells[5].Contains(','))
            {
                Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{format.SideMax():N0}"), cells[5]);
            }
        }
    }

    // What follows two blanks explains the command; what follows a redirection belongs to the shell.
    [GeneratedRegex(@"^    \./enlarger (?<rest>.+?)(?=  | <|$)", RegexOptions.Multiline, 1000)]
    private static partial Regex Command();

    [GeneratedRegex(@"samples/[a-z-]+\.[a-z]+", RegexOptions.None, 1000)]
    private static partial Regex Sample();
}
