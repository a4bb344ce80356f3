using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>Whoever gets other figures for bicubic measures something else than the papers do.</summary>
public sealed class BicubicFiguresTests
{
    [Theory]
    [InlineData("Set5", 2, 33.68)]
    [InlineData("Set5", 4, 28.43)]
    [InlineData("Set14", 4, 26.09)]
    public void Bicubic_has_the_published_figures(string set, int scale, double decibels)
    {
        var folder = TestData.Get($"bench/{set}");
        var figures = new List<double>();
        foreach (var path in Directory.EnumerateFiles(folder, "*.png"))
        {
            using var file = File.OpenRead(path);
            var original = ImageReader.Read(file, ImageLimits.Default, TestContext.Current.CancellationToken).Image;
            var reference = Resampling.CropToMultiple(original, scale);
            var small = Resampling.Reduce(original, scale);

            var enlarged = Resampling.Resize(small, reference.Width, reference.Height, ResampleKernel.Cubic);

            figures.Add(ImageQuality.Psnr(reference, enlarged, crop: scale));
        }

        Assert.Equal(decibels, figures.Average(), 0.01);
    }
}
