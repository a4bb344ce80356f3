using System.Text.Json;
using Enlarger.Imaging;
using Enlarger.Tests.Imaging;

namespace Enlarger.Tests.Commands;

/// <summary>What could not be kept is said on standard error and in JSON; otherwise nothing is said.</summary>
public sealed class NotesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_damaged_profile_is_named()
    {
        var profile = IccFile.DisplayP3();
        profile[36] = 0;

        var (spoken, json, quiet) = await UpscaleAsync(profile);

        var line = Assert.Single(spoken.ErrorLines, line => line.Contains("colour profile is damaged"));
        Assert.StartsWith(_folder["a.jpg"], line);
        var notes = JsonDocument.Parse(Assert.Single(json.OutLines)).RootElement.GetProperty("notes");
        Assert.EndsWith(Assert.Single(notes.EnumerateArray()).GetString()!, line);
        Assert.Empty(quiet.ErrorLines);
    }

    [Fact]
    public async Task Nothing_is_said_of_a_sound_profile()
    {
        var (spoken, json, _) = await UpscaleAsync(IccFile.DisplayP3());

        Assert.DoesNotContain(spoken.ErrorLines, line => line.Contains("profile"));
        var notes = JsonDocument.Parse(Assert.Single(json.OutLines)).RootElement.GetProperty("notes");
        Assert.Empty(notes.EnumerateArray());
    }

    [Fact]
    public async Task Frames_that_were_left_out_are_counted()
    {
        var still = CommandRun.Picture(16, 12, ImageFormat.Png);
        File.WriteAllBytes(
            _folder["a.png"], PngFile.Insert(still, PngFile.Chunk("acTL", [0, 0, 0, 7, 0, 0, 0, 0])));

        var json = await CommandRun.Of("upscale", _folder["a.png"], "-m", "bicubic", "-s", "2", "--json");

        var line = JsonDocument.Parse(Assert.Single(json.OutLines)).RootElement;
        Assert.Equal(6, line.GetProperty("frames_left_out").GetInt32());
        Assert.Equal(
            "The file has 7 frames; only the first was enlarged.",
            Assert.Single(line.GetProperty("notes").EnumerateArray()).GetString());
        Assert.Contains(json.ErrorLines, text => text.Contains("7 frames; only the first was enlarged."));
    }

    private async Task<(CommandRun Spoken, CommandRun Json, CommandRun Quiet)> UpscaleAsync(byte[] profile)
    {
        File.WriteAllBytes(
            _folder["a.jpg"], JpegFile.WithProfile(CommandRun.Picture(16, 12, ImageFormat.Jpeg), profile));
        string[] arguments = ["upscale", _folder["a.jpg"], "-m", "bicubic", "-s", "2", "--force"];
        return (
            await CommandRun.Of(arguments),
            await CommandRun.Of([.. arguments, "--json"]),
            await CommandRun.Of([.. arguments, "--quiet"]));
    }
}
