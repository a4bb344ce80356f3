namespace Enlarger.Tests.Commands;

public sealed class HelpTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("upscale", "--help")]
    [InlineData("serve", "--help")]
    [InlineData("models", "--help")]
    [InlineData("compare", "--help")]
    [InlineData("reduce", "--help")]
    [InlineData("bench", "--help")]
    [InlineData("keys", "--help")]
    public async Task Help_calls_the_program_by_its_name_and_has_examples(params string[] arguments)
    {
        var run = await CommandRun.Of(arguments);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"Usage:\n  enlarger {string.Join(' ', arguments[..^1])}".TrimEnd(), run.Out);
        Assert.Contains("Examples:\n  enlarger ", run.Out);
        Assert.DoesNotContain("Enlarger.", run.Out);
    }

    [Theory]
    [InlineData("enlarger up", "upscale")]
    [InlineData("./enlarger upscale --rec", "--recursive")]
    [InlineData("enlarger upscale a.png -f ", "webp")]
    [InlineData("enlarger upscale a.png -m ", "photo")]
    public async Task Shells_can_complete(string line, string expected)
    {
        var run = await CommandRun.Of($"[suggest:{line.Length}]", line);

        Assert.Contains(expected, run.OutLines);
    }
}
