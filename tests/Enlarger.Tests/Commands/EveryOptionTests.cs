using System.Text.RegularExpressions;

namespace Enlarger.Tests.Commands;

/// <summary>Every option of <c>upscale</c> works with the default model on a photograph.</summary>
public sealed partial class EveryOptionTests : IDisposable
{
    // An option that the help names and that is not here fails the test.
    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        ["--output"] = "out/b.webp",
        ["--scale"] = "2x",
        ["--size"] = "100x",
        ["--fit"] = "cover --size 80x80",
        ["--megapixels"] = "0.01",
        ["--print"] = "8x6mm",
        ["--dpi"] = "200 --print 20x15mm",
        ["--model"] = "auto",
        ["--restore"] = "0.5",
        ["--format"] = "avif",
        ["--quality"] = "70",
        ["--max-bytes"] = "20K",
        ["--enhance"] = "",
        ["--creativity"] = "0.3 --enhance",
        ["--replication"] = "0.3 --enhance",
        ["--prompt"] = "gold --enhance",
        ["--threads"] = "1",
        ["--strip"] = "",
        ["--json"] = "",
        ["--quiet"] = "",
        ["--force"] = "",
        ["--recursive"] = "",
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Options() => [.. Values.Keys];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_option_of_the_help_is_tried()
    {
        var help = await CommandRun.Of("upscale", "--help");

        var names = OptionName().Matches(help.Out.Split("Examples:")[0]).Select(match => match.Groups["name"].Value);
        Assert.Equal(Values.Keys.Order(StringComparer.Ordinal), names.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Options))]
    public async Task Works_with_the_default_model(string option)
    {
        var input = RealPicture.Write(_folder["a.jpg"]);
        var rest = Values[option].Replace("out/", _folder["out/"], StringComparison.Ordinal);

        var run = await CommandRun.Of(
            ["upscale", input, option, .. rest.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal("", string.Concat(run.ErrorLines.Where(line => line.Contains("enlarger:"))));
        Assert.Equal(0, run.ExitCode);
        var result = Assert.Single(_folder.Files(), name => name != "a.jpg");
        Assert.True(CommandRun.Read(_folder[result]).Image.Width > 64);
    }

    [Fact]
    public async Task A_scale_of_one_keeps_the_size_and_the_default_model()
    {
        var input = RealPicture.Write(_folder["a.jpg"]);

        var run = await CommandRun.Of("upscale", input, "-s", "1", "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(64, CommandRun.Read(_folder["a@1x.jpg"]).Image.Width);
    }

    [GeneratedRegex(
        @"^  (-\w, )?(?<name>--(?!help)[\w-]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OptionName();
}
