using Enlarger.Choosing;
using Enlarger.Imaging;
using Enlarger.Models;
using Enlarger.Tests.Enhancing;
using Enlarger.Tests.Enlarging;

namespace Enlarger.Tests.Choosing;

public sealed class ChoosingTests
{
    private static readonly EnlargeOptions SameSize = new() { Scale = 1 };

    [Theory]
    [InlineData("budgie-branch")]
    [InlineData("casa-mila")]
    [InlineData("kitten-on-lawn")]
    [InlineData("motherboard-circuits")]
    [InlineData("taipei-city")]
    public async Task A_clean_photograph_is_known_and_keeps_every_pixel_at_its_size(string sample)
    {
        var picture = Damage.Clean(sample);

        var (image, result, _) = await Enlargement.Of(picture, SameSize);

        Assert.Equal((PictureKind.Photograph, PictureCondition.Clean), (result.Traits!.Kind, result.Traits.Condition));
        Assert.Equal((ModelStore.Photo, 0), (result.Model, result.Restored));
        Assert.True(picture.Samples.Span.SequenceEqual(image.Samples.Span));
    }

    [Fact]
    public async Task Flat_colours_with_hard_edges_go_to_the_network_for_drawings()
    {
        var (_, result, _) = await Enlargement.Of(Damage.Drawing(), new EnlargeOptions { Scale = 2 });

        Assert.Equal((PictureKind.Drawing, PictureCondition.Clean), (result.Traits!.Kind, result.Traits.Condition));
        Assert.Equal(ModelStore.Drawing, result.Model);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(300)]
    public async Task Of_what_shows_nothing_nothing_is_assumed(int side)
    {
        var (_, result, _) = await Enlargement.Of(Enlargement.Draw(side, side, 1, (_, _, _) => 90), SameSize);

        Assert.Equal((PictureKind.Photograph, PictureCondition.Clean), (result.Traits!.Kind, result.Traits.Condition));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(20)]
    [InlineData(35)]
    public async Task Blocks_of_jpeg_are_seen_and_taken_away(int quality)
    {
        var picture = Damage.Clean("kitten-on-lawn");
        var damaged = Damage.Jpeg(picture, quality);

        var (image, result, _) = await Enlargement.Of(damaged, SameSize);

        Assert.Equal(PictureCondition.Compressed, result.Traits!.Condition);
        Assert.InRange(result.Restored, 0.5, 1);
        Assert.True(ImageQuality.Psnr(picture, image, 0) > ImageQuality.Psnr(picture, damaged, 0) + 0.2);
    }

    [Fact]
    public async Task Noise_is_seen_and_taken_away()
    {
        var picture = Damage.Clean("casa-mila");
        var damaged = Enhanced.Noisy(picture, 14);

        var (image, result, _) = await Enlargement.Of(damaged, SameSize);

        Assert.Equal(PictureCondition.Noisy, result.Traits!.Condition);
        Assert.True(ImageQuality.Psnr(picture, image, 0) > ImageQuality.Psnr(picture, damaged, 0) + 1);
    }

    [Theory]
    [InlineData("budgie-branch", 15, 70)]
    [InlineData("casa-mila", 20, 60)]
    [InlineData("kitten-on-lawn", 10, 80)]
    [InlineData("motherboard-circuits", 20, 60)]
    [InlineData("taipei-city", 20, 70)]
    public async Task A_picture_that_was_saved_and_made_smaller_and_saved_again_is_restored(
        string sample, int first, int second)
    {
        using var file = File.OpenRead(Repository.Path($"samples/{sample}.jpg"));
        var original = Enlargement.Read(file);
        var damaged = Damage.Jpeg(Smaller(Damage.Jpeg(original, first)), second);

        var (image, result, _) = await Enlargement.Of(damaged, SameSize);

        Assert.NotEqual(PictureCondition.Clean, result.Traits!.Condition);
        Assert.InRange(result.Restored, 0.5, 1);
        var reference = Smaller(original);
        Assert.True(ImageQuality.Psnr(reference, image, 0) > ImageQuality.Psnr(reference, damaged, 0) + 0.1);

        // By 5/8, so that blocks are of 5 pixels.
        static PixelImage Smaller(PixelImage picture) =>
            Resampling.Resize(picture, picture.Width * 5 / 8, picture.Height * 5 / 8, ResampleKernel.Cubic);
    }

    [Theory]
    [InlineData(0.05, 0)]
    [InlineData(0.15, 0.75)]
    [InlineData(0.5, 1)]
    public void What_restoring_is_expected_to_gain_says_how_much_is_restored(double gain, double strength)
    {
        var condition = strength > 0 ? PictureCondition.Degraded : PictureCondition.Clean;
        var traits = new PictureTraits(PictureKind.Photograph, condition, 0, 0, 0.02, 1, gain);

        Assert.Equal(strength, PictureInspection.Restoring(traits), 1e-9);
    }

    [Theory]
    [InlineData(0.085, 20, 1)]
    [InlineData(0.16, 8, 1)]
    [InlineData(0.12, 8, 0.75)]
    public void The_worse_of_two_damages_says_how_much_is_restored(double blocking, double noise, double strength)
    {
        var condition = noise == 20 ? PictureCondition.Noisy : PictureCondition.Compressed;
        var traits = new PictureTraits(PictureKind.Photograph, condition, 0, 0, blocking, noise, 0);

        Assert.Equal(strength, PictureInspection.Restoring(traits), 1e-9);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 5)]
    [InlineData(4, 1)]
    public async Task A_part_cut_out_of_a_compressed_picture_is_known(int left, int top)
    {
        var damaged = Damage.Jpeg(Damage.Clean("kitten-on-lawn"), 20);

        var (_, result, _) = await Enlargement.Of(Damage.Part(damaged, left, top, 200, 140), SameSize);

        Assert.Equal(PictureCondition.Compressed, result.Traits!.Condition);
    }

    [Fact]
    public async Task The_same_pixels_are_the_same_picture_in_every_format_and_depth()
    {
        var picture = Damage.Jpeg(Damage.Clean("taipei-city"), 30);
        var options = SameSize with { Format = ImageFormat.Png };

        var (_, png, _) = await Enlargement.Of(picture, options);
        var (_, bmp, _) = await Enlargement.Of(picture, options, ImageFormat.Bmp);
        var (_, tiff, _) = await Enlargement.Of(picture, options with { Threads = 3 }, ImageFormat.Tiff);
        var (_, deep, _) = await Enlargement.Of(Damage.Deep(picture), options);

        Assert.Equal(png.Traits, bmp.Traits);
        Assert.Equal(png.Traits, tiff.Traits);
        Assert.Equal(png.Traits!.Condition, deep.Traits!.Condition);
        Assert.Equal(png.Traits.Blocking, deep.Traits.Blocking, 0.001);
        Assert.Equal(png.Traits.TwoTone, deep.Traits.TwoTone, 0.001);
    }

    [Fact]
    public async Task What_is_hidden_behind_transparency_does_not_count()
    {
        var (drawing, random) = (Damage.Drawing(), new Random(3));
        var cleared = WithHidden((_, _, _) => 0);
        var littered = WithHidden((_, _, _) => random.Next(256));

        var (_, first, _) = await Enlargement.Of(cleared, SameSize);
        var (_, second, _) = await Enlargement.Of(littered, SameSize);

        Assert.Equal(first.Traits, second.Traits);
        Assert.Equal((PictureKind.Drawing, PictureCondition.Clean), (first.Traits!.Kind, first.Traits.Condition));

        PixelImage WithHidden(Func<int, int, int, int> hidden) =>
            Enlargement.Draw(drawing.Width, drawing.Height, 4, (x, y, c) =>
                (x > 100 && y > 60, c) switch
                {
                    (true, < 3) => hidden(x, y, c),
                    (true, _) => 0,
                    (false, < 3) => drawing.Row(y)[(x * 3) + c],
                    (false, _) => 255,
                });
    }

    [Fact]
    public async Task A_large_picture_is_told_by_parts_from_all_over_it()
    {
        // Inspecting only the first rows would find noise.
        var random = new Random(5);
        var picture = Enlargement.Draw(640, 2000, 1, (x, y, _) =>
            128 + (int)(60 * Math.Sin(x / 9.0)) + (y < 130 ? random.Next(-40, 41) : 0));

        var (_, result, _) = await Enlargement.Of(picture, SameSize);

        Assert.Equal(PictureCondition.Clean, result.Traits!.Condition);
    }

    [Fact]
    public async Task Where_a_model_is_named_nobody_looks_and_nothing_is_restored()
    {
        var damaged = Damage.Jpeg(Damage.Clean("kitten-on-lawn"), 10);

        var (_, result, _) = await Enlargement.Of(damaged, new EnlargeOptions { Model = "bicubic", Scale = 2 });

        Assert.Null(result.Traits);
        Assert.Equal(0, result.Restored);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.35, 0.975)]
    [InlineData(0.8, 0.3)]
    [InlineData(1, 0)]
    public async Task Enhancing_restores_the_less_of_a_damaged_picture_the_more_it_is_to_keep(
        double replication, double part)
    {
        var damaged = Damage.Jpeg(Damage.Clean("kitten-on-lawn"), 10);
        var enhance = new EnhanceOptions { Creativity = 0.3, Replication = replication };

        var (_, result, _) = await Enlargement.Of(damaged, SameSize with { Enhance = enhance });

        Assert.Equal(part, result.Restored, 0.001);
    }

    [Fact]
    public void Auto_stands_for_the_models_it_chooses_from()
    {
        var store = new ModelStore();
        var auto = store.Get("AUTO");

        Assert.Empty(auto.Scales);
        Assert.Equal(
            store.List().Where(model => model.Name is ModelStore.Photo or ModelStore.Drawing or ModelStore.Restore),
            auto.Candidates);
        Assert.Contains(ModelStore.Photo, auto.Candidates.Select(model => model.Name));
        Assert.Equal(["photo"], store.Get("photo").Candidates.Select(model => model.Name));
    }

    [Fact]
    public void No_file_of_a_network_takes_the_name_auto()
    {
        var files = Directory.EnumerateFiles(Repository.Path("models"), "*.onnx").Select(Path.GetFileName);

        Assert.DoesNotContain(files, file => file!.StartsWith("auto_x", StringComparison.OrdinalIgnoreCase));
    }
}
