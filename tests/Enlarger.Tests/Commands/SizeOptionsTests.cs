using System.Globalization;
using System.Text.Json;
using Enlarger.Imaging;
using Enlarger.Tests.Imaging;

namespace Enlarger.Tests.Commands;

/// <summary>Sizes are those that the help says, for every shape of picture.</summary>
public sealed class SizeOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("60x40", "--size 120x", 120, 80)]
    [InlineData("60x40", "--size x100", 150, 100)]
    [InlineData("40x60", "--size 120x", 120, 180)]
    [InlineData("1x50", "--size x100", 2, 100)]
    [InlineData("50x1", "--size 75x", 75, 2)]
    [InlineData("60x40", "--size 30x", 30, 20)]
    [InlineData("60x40", "--size 100x100", 100, 100)]
    [InlineData("60x40", "--size 100x100 --fit fill", 100, 100)]
    [InlineData("60x40", "--size 100x100 --fit contain", 100, 67)]
    [InlineData("40x60", "--size 100x100 --fit contain", 67, 100)]
    [InlineData("1x50", "--size 100x100 --fit contain", 2, 100)]
    [InlineData("60x40", "--size 100x100 --fit cover", 100, 100)]
    [InlineData("40x60", "--size 100x30 --fit cover", 100, 30)]
    [InlineData("1x50", "--size 3x100 --fit cover", 3, 100)]
    [InlineData("60x40", "--size 61x41 --fit cover", 61, 41)]
    [InlineData("60x40", "--megapixels 0.0096", 120, 80)]
    [InlineData("40x60", "--megapixels 0.01", 81, 122)]
    [InlineData("1x50", "--megapixels 0.0002", 2, 100)]
    [InlineData("60x40", "--print 10x10mm --dpi 254", 100, 100)]
    [InlineData("60x40", "--print 1xcm --dpi 254", 100, 67)]
    [InlineData("60x40", "--print 0.5x0.25in", 150, 75)]
    [InlineData("60x40", "--print 0.5x0.25in --fit contain", 113, 75)]
    [InlineData("60x40", "-s 2x", 120, 80)]
    public async Task Sizes_are_exact(string picture, string options, int width, int height)
    {
        var sides = picture.Split('x').Select(side => int.Parse(side, CultureInfo.InvariantCulture)).ToArray();
        File.WriteAllBytes(_folder["a.png"], CommandRun.Picture(sides[0], sides[1]));
        // The same picture, stored on its side.
        File.WriteAllBytes(
            _folder["turned.png"],
            PngFile.Insert(
                CommandRun.Picture(sides[1], sides[0]),
                PngFile.Chunk("eXIf", MetadataTests.Exif(orientation: 6).AsSpan(6))));
        string[] arguments = ["-m", "bicubic", "--json", .. options.Split(' ')];

        foreach (var name in (string[])["a.png", "turned.png"])
        {
            var run = await CommandRun.Of(["upscale", _folder[name], .. arguments]);
            var again = await CommandRun.Of(["upscale", _folder.Root, .. arguments]);

            Assert.DoesNotContain(run.ErrorLines, line => line.StartsWith("enlarger:", StringComparison.Ordinal));
            var report = JsonDocument.Parse(Assert.Single(run.OutLines)).RootElement;
            Assert.Equal(width, report.GetProperty("width").GetInt32());
            Assert.Equal(height, report.GetProperty("height").GetInt32());
            var result = CommandRun.Read(report.GetProperty("output").GetString()!);
            Assert.Equal((width, height), (result.Image.Width, result.Image.Height));
            // The name of the result is that of a result.
            Assert.Contains("Left out as results of earlier runs", again.Error);
            File.Delete(_folder["a.png"]);
            Array.ForEach(Directory.GetFiles(_folder.Root, "*@*"), File.Delete);
        }
    }

    [Theory]
    [InlineData("bicubic")]
    [InlineData("photo-fast")]
    public async Task Cover_shows_the_middle_of_the_enlarged_picture(string model)
    {
        var input = RealPicture.Write(_folder["a.png"], 120, 60);

        await CommandRun.Of("upscale", input, "-m", model, "-s", "2", "-o", _folder["whole.png"]);
        await CommandRun.Of(
            "upscale", input, "-m", model, "--size", "100x120", "--fit", "cover", "-o", _folder["middle.png"]);

        var whole = CommandRun.Read(_folder["whole.png"]).Image;
        var middle = CommandRun.Read(_folder["middle.png"]).Image;
        Assert.Equal((100, 120), (middle.Width, middle.Height));
        var worst = 0;
        for (var y = 0; y < 120; y++)
        {
            var expected = whole.Row(y).Slice(70 * 3, 300);
            for (var i = 0; i < 300; i++)
            {
                worst = Math.Max(worst, Math.Abs(expected[i] - middle.Row(y)[i]));
            }
        }

        // At the cut, a network sees 16 pixels less of the surroundings.
        Assert.InRange(worst, 0, 2);
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Tiff)]
    [InlineData(ImageFormat.Webp)]
    public async Task Print_marks_the_result_with_its_density(ImageFormat format)
    {
        var input = RealPicture.Write(_folder["a.jpg"]);
        var name = _folder[$"b{format.Extension()}"];

        var run = await CommandRun.Of("upscale", input, "-m", "bicubic", "--print", "2x1.5cm", "-o", name, "--strip");

        Assert.Equal(0, run.ExitCode);
        var result = CommandRun.Read(name).Image;
        Assert.Equal((236, 177), (result.Width, result.Height));
        Assert.Equal(300 / 25.4, result.Metadata.Density!.Across, 0.01);
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg, "6K", 6_000)]
    [InlineData(ImageFormat.Webp, "5kB", 5_000)]
    [InlineData(ImageFormat.Avif, "3KiB", 3_072)]
    public async Task The_file_is_as_good_as_its_largest_size_allows(ImageFormat format, string text, int bytes)
    {
        var input = RealPicture.Write(_folder["a.png"]);
        string[] arguments = ["upscale", input, "-m", "bicubic", "--json", "-f", FormatName(format)];

        var free = await CommandRun.Of([.. arguments, "-o", _folder["free" + format.Extension()]]);
        var run = await CommandRun.Of([.. arguments, "--max-bytes", text, "-o", _folder["b" + format.Extension()]]);
        var quality = JsonDocument.Parse(run.Out).RootElement.GetProperty("quality").GetInt32();
        await CommandRun.Of([.. arguments, "-q", $"{quality}", "-o", _folder["same" + format.Extension()]]);
        await CommandRun.Of([.. arguments, "-q", $"{quality + 1}", "-o", _folder["better" + format.Extension()]]);

        Assert.Equal((0, 0), (free.ExitCode, run.ExitCode));
        Assert.Contains($"At quality {quality}", run.Error);
        Assert.InRange(quality, 1, JsonDocument.Parse(free.Out).RootElement.GetProperty("quality").GetInt32() - 1);
        Assert.InRange(Length("b"), 1, bytes);
        Assert.Equal(File.ReadAllBytes(Name("same")), File.ReadAllBytes(Name("b")));
        Assert.True(Length("better") > bytes);
        Assert.True(Length("free") > bytes);

        string Name(string name) => _folder[name + format.Extension()];
        long Length(string name) => new FileInfo(Name(name)).Length;
    }

    [Fact]
    public async Task What_cannot_be_that_small_is_an_error_and_what_is_small_anyway_is_left()
    {
        var input = RealPicture.Write(_folder["a.png"]);

        var jpeg = await CommandRun.Of(
            "upscale", input, "-m", "bicubic", "--max-bytes", "300", "-o", _folder["b.jpg"]);
        var png = await CommandRun.Of("upscale", input, "-m", "bicubic", "--max-bytes", "300");
        var large = await CommandRun.Of("upscale", input, "-m", "bicubic", "--max-bytes", "1G", "-f", "jpg", "--json");
        var lossless = await CommandRun.Of("upscale", input, "-m", "bicubic", "--max-bytes", "1G");

        Assert.Equal((1, 1, 0, 0), (jpeg.ExitCode, png.ExitCode, large.ExitCode, lossless.ExitCode));
        Assert.Contains("not even at quality 1", jpeg.Error);
        Assert.Contains("no quality", png.Error);
        Assert.Equal(90, JsonDocument.Parse(large.Out).RootElement.GetProperty("quality").GetInt32());
        Assert.Equal(["a.png", "a@4x.jpg", "a@4x.png"], _folder.Files());
    }

    [Theory]
    [InlineData("--size", "x")]
    [InlineData("--size", "0x")]
    [InlineData("--size", "1x2x3")]
    [InlineData("--size", "-5x")]
    [InlineData("--size", "10x10", "--megapixels", "1")]
    [InlineData("--size", "10x", "--fit", "cover")]
    [InlineData("--fit", "cover")]
    [InlineData("--size", "10x10", "--fit", "stretch")]
    [InlineData("--megapixels", "0")]
    [InlineData("--megapixels", "NaN")]
    [InlineData("--megapixels", "2", "-s", "2")]
    [InlineData("--print", "30x20")]
    [InlineData("--print", "xcm")]
    [InlineData("--print", "0x0cm")]
    [InlineData("--print", "3000000x1cm")]
    [InlineData("--print", "30x20cm", "--size", "10x10")]
    [InlineData("--print", "30xcm", "--fit", "contain")]
    [InlineData("--print", "30x20cm", "--dpi", "0")]
    [InlineData("--dpi", "300")]
    [InlineData("--max-bytes", "0")]
    [InlineData("--max-bytes", "2T")]
    [InlineData("--max-bytes", "-1")]
    [InlineData("--max-bytes", "many")]
    [InlineData("-s", "2xx")]
    public async Task Sizes_that_mean_nothing_are_wrong_usage(params string[] options)
    {
        File.WriteAllBytes(_folder["a.jpg"], CommandRun.Picture(16, 12, ImageFormat.Jpeg));

        var run = await CommandRun.Of(["upscale", _folder["a.jpg"], "-m", "bicubic", .. options]);

        Assert.Equal(2, run.ExitCode);
        Assert.Single(run.ErrorLines);
        Assert.Equal(["a.jpg"], _folder.Files());
    }

    [Theory]
    [InlineData("--size", "4000x")]
    [InlineData("--size", "2000000000x")]
    [InlineData("--size", "4000x10", "--fit", "cover")]
    [InlineData("--megapixels", "100")]
    [InlineData("--print", "900x900cm")]
    public async Task More_than_sixteen_times_is_refused(params string[] options)
    {
        File.WriteAllBytes(_folder["a.jpg"], CommandRun.Picture(16, 12, ImageFormat.Jpeg));

        var run = await CommandRun.Of(["upscale", _folder["a.jpg"], "-m", "bicubic", .. options]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("more than 16 times", run.Error);
    }

    private static string FormatName(ImageFormat format) => format.Extension()[1..];
}
