using Enlarger.Imaging;
using Enlarger.Models;

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
    [InlineData("enlarger upscale a.png --fit ", "cover")]
    [InlineData("enlarger upscale a.png --max", "--max-bytes")]
    [InlineData("enlarger upscale a.png --pri", "--print")]
    [InlineData("enlarger upscale a.png --meg", "--megapixels")]
    public async Task Shells_can_complete(string line, string expected)
    {
        var run = await CommandRun.Of($"[suggest:{line.Length}]", line);

        Assert.Contains(expected, run.OutLines);
    }

    [Fact]
    public async Task The_list_of_models_has_a_whole_sentence_for_each()
    {
        var run = await CommandRun.Of("models");

        Assert.Equal(new ModelStore().List().Count, run.OutLines.Count);
        Assert.All(run.OutLines, line => Assert.EndsWith(".", line));
    }

    [Theory]
    [InlineData("# x\n\nA sentence that\ngoes on. Another one.\n", "A sentence that goes on.")]
    [InlineData("# x\n\nNo other sentence\nthan this.\n\n| a | b. |\n", "No other sentence than this.")]
    [InlineData("# x\r\n\r\nLines of\r\nWindows. More.\r\n", "Lines of Windows.")]
    public void A_sentence_is_not_cut_at_the_end_of_a_line(string card, string summary) =>
        Assert.Equal(summary, new Model("x", card, ResampleKernel.Cubic).Summary);
}
