using System.Text;
using System.Text.Json;

namespace Enlarger.Tests.Commands;

public sealed class BenchCommandTests
{
    [Fact]
    public async Task Measures_the_network_that_was_asked_for()
    {
        var run = await CommandRun.Of(
            "bench", "-m", "photo", "-s", "2", "--size", "24x16", "--threads", "1", "--repeat", "2", "--json");

        Assert.Equal(0, run.ExitCode);
        var figures = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(
            ["model", "scale", "width", "height", "threads", "milliseconds", "gflops", "megapixels_per_second"],
            figures.EnumerateObject().Select(property => property.Name));
        Assert.Equal(2, figures.GetProperty("scale").GetInt32());
        // 24x16 pixels become four times as many, in the time that was measured.
        var seconds = figures.GetProperty("milliseconds").GetDouble() / 1000;
        Assert.True(seconds > 0);
        Assert.Equal(24 * 16 * 4 / seconds / 1e6, figures.GetProperty("megapixels_per_second").GetDouble(), 0.01);
    }

    [Fact]
    public async Task Answers_each_line_and_survives_a_wrong_one()
    {
        var input = """
            {"model":"photo","width":16,"height":16,"threads":2}
            {"model":"no-such-model","width":16,"height":16,"threads":2}
            {"model":"bicubic","width":16,"height":16,"threads":2}
            {"model":"photo","width":0,"height":16,"threads":2}
            {"model":"photo"}
            null
            nonsense
            {"model":"photo","width":16,"height":8,"threads":1,"scale":2}
            """;

        var run = await CommandRun.Of(
            ["bench", "--interactive"], Encoding.UTF8.GetBytes(input), TestContext.Current.CancellationToken);

        Assert.Equal(0, run.ExitCode);
        var answers = run.OutLines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(8, answers.Count);
        Assert.Equal(4, answers[0].GetProperty("scale").GetInt32());
        Assert.All(answers[1..7], answer => Assert.NotEmpty(answer.GetProperty("error").GetString()!));
        Assert.Equal(2, answers[7].GetProperty("scale").GetInt32());
    }

    [Theory]
    [InlineData("bench", "-m", "bicubic")]
    [InlineData("bench", "-s", "6")]
    [InlineData("bench", "--repeat", "0")]
    public async Task Wrong_usage_is_exit_code_2(params string[] arguments)
    {
        var run = await CommandRun.Of(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.EndsWith("See enlarger bench --help.", Assert.Single(run.ErrorLines));
    }
}
