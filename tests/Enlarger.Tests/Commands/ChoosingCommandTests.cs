using System.Text.Json;
using Enlarger.Imaging;
using Enlarger.Tests.Choosing;
using Enlarger.Tests.Enlarging;

namespace Enlarger.Tests.Commands;

public sealed class ChoosingCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_chosen_and_why_is_said_in_a_phrase_and_in_json()
    {
        string[] arguments = ["upscale", AddDamaged(), "-s", "1", "-o", _folder["b.png"], "--force"];

        var plain = await CommandRun.Of(arguments);
        var quiet = await CommandRun.Of([.. arguments, "--quiet"]);
        var json = await CommandRun.Of([.. arguments, "--json"]);

        Assert.EndsWith(", as a compressed photograph, restored", plain.ErrorLines[^1], StringComparison.Ordinal);
        Assert.Empty(quiet.Error);
        var report = JsonDocument.Parse(Assert.Single(json.OutLines)).RootElement;
        var choice = report.GetProperty("choice");
        Assert.Equal("photo", report.GetProperty("model").GetString());
        Assert.Equal(1, report.GetProperty("restored").GetDouble());
        Assert.Equal("photograph", choice.GetProperty("kind").GetString());
        Assert.Equal("compressed", choice.GetProperty("condition").GetString());
        Assert.Equal(
            ["kind", "condition", "flatness", "two_tone", "blocking", "noise", "restoring_gain"],
            choice.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public async Task Restoring_can_be_asked_for_by_part_and_forbidden()
    {
        var input = AddDamaged();

        var (whole, half, none) = (await Restored("--restore"), await Restored("--restore", "0.5"), await Restored(
            "--restore", "0"));

        Assert.Equal((1, 0.5, 0), (whole, half, none));

        async Task<double> Restored(params string[] options)
        {
            var run = await CommandRun.Of(
                ["upscale", input, .. options, "-s", "1", "-o", _folder["b.png"], "--force", "--json"]);
            return JsonDocument.Parse(Assert.Single(run.OutLines)).RootElement.GetProperty("restored").GetDouble();
        }
    }

    [Fact]
    public async Task A_named_model_leaves_no_choice()
    {
        var run = await CommandRun.Of("upscale", AddDamaged(), "-s", "2", "-m", "lanczos", "--json");

        var report = JsonDocument.Parse(Assert.Single(run.OutLines)).RootElement;
        Assert.Equal(JsonValueKind.Null, report.GetProperty("choice").ValueKind);
        Assert.Equal(0, report.GetProperty("restored").GetDouble());
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("-1")]
    [InlineData("much")]
    public async Task A_wrong_part_is_one_line(string part)
    {
        var run = await CommandRun.Of("upscale", AddDamaged(), "--restore", part);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--restore must be a number from 0 to 1", Assert.Single(run.ErrorLines));
    }

    private string AddDamaged()
    {
        var damaged = Damage.Jpeg(Damage.Clean("kitten-on-lawn"), 10);
        File.WriteAllBytes(_folder["a.png"], Enlargement.Encode(damaged, ImageFormat.Png));
        return _folder["a.png"];
    }
}
