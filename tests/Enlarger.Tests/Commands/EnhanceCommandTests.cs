using System.Text.Json;

namespace Enlarger.Tests.Commands;

public sealed class EnhanceCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Enhances_beside_the_picture_at_its_own_size()
    {
        var input = AddPicture();

        var run = await CommandRun.Of("upscale", input, "-s", "1", "--enhance", "--creativity", "0.8");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal([_folder["a@1x-enhanced.png"]], run.OutLines);
        Assert.Equal(16, CommandRun.Read(_folder["a@1x-enhanced.png"]).Image.Width);
    }

    [Fact]
    public async Task Results_of_an_earlier_run_are_no_pictures_to_enhance()
    {
        AddPicture();
        string[] arguments = ["upscale", _folder.Root, "-s", "1", "--enhance", "--quiet"];

        await CommandRun.Of(arguments);
        await CommandRun.Of(arguments);

        Assert.Equal(["a.png", "a@1x-enhanced.png"], _folder.Files());
    }

    [Fact]
    public async Task Words_that_mean_nothing_are_named()
    {
        string[] arguments =
            ["upscale", AddPicture(), "-m", "bicubic", "-s", "2", "--enhance", "--prompt", "gold Flumphy"];

        var spoken = await CommandRun.Of(arguments);
        var json = await CommandRun.Of([.. arguments, "--json", "--force"]);

        Assert.Contains(spoken.ErrorLines, line => line.EndsWith("words of style: Flumphy.", StringComparison.Ordinal));
        var words = JsonDocument.Parse(Assert.Single(json.OutLines)).RootElement.GetProperty("unknown_words");
        Assert.Equal("Flumphy", Assert.Single(words.EnumerateArray()).GetString());
    }

    [Theory]
    [InlineData("--creativity goes with --enhance", "--creativity", "0.5")]
    [InlineData("--prompt goes with --enhance", "--prompt", "gold")]
    [InlineData("--creativity must be a number from 0 to 1", "--enhance", "--creativity", "1.5")]
    [InlineData("--replication must be a number from 0 to 1", "--enhance", "--replication", "-1")]
    [InlineData("--replication must be a number from 0 to 1", "--enhance", "--replication", "NaN")]
    public async Task Wrong_usage_is_one_line(string reason, params string[] arguments)
    {
        var run = await CommandRun.Of(["upscale", AddPicture(), .. arguments]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(reason, Assert.Single(run.ErrorLines));
    }

    private string AddPicture()
    {
        File.WriteAllBytes(_folder["a.png"], CommandRun.Picture(16, 12));
        return _folder["a.png"];
    }
}
