using Enlarger.Imaging;
using Enlarger.Tests.Enlarging;

namespace Enlarger.Tests.Enhancing;

/// <summary>Parts of the samples, enhanced through the library's door, and what to ask about them.</summary>
internal static class Enhanced
{
    public static async Task<PixelImage> Of(
        PixelImage picture, EnhanceOptions? enhance, double scale = 1, string model = "lanczos", int threads = 0)
    {
        var options = new EnlargeOptions { Scale = scale, Model = model, Enhance = enhance, Threads = threads };
        return (await Enlargement.Of(picture, options)).Image;
    }

    /// <summary>A part of one of the samples; the middle of it unless told.</summary>
    public static PixelImage Sample(string name, int width = 144, int height = 112)
    {
        using var file = File.OpenRead(Repository.Path($"samples/{name}.jpg"));
        var whole = Enlargement.Read(file);
        var (left, top) = ((whole.Width - width) / 2, (whole.Height - height) / 2);
        return Enlargement.Draw(width, height, 3, (x, y, c) => whole.Row(top + y)[((left + x) * 3) + c]);
    }

    /// <summary>The same picture with noise of that many levels.</summary>
    public static PixelImage Noisy(PixelImage picture, double deviation)
    {
        var random = new Random(7);
        return Enlargement.Draw(picture.Width, picture.Height, picture.Channels, (x, y, c) =>
        {
            var normal = Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6;
            return (int)Math.Clamp(picture.Row(y)[(x * picture.Channels) + c] + (deviation * normal), 0, 255);
        });
    }

    /// <summary>The mean difference of the samples, in levels.</summary>
    public static double Difference(PixelImage a, PixelImage b)
    {
        Assert.Equal(a.Layout, b.Layout);
        var (first, second) = (a.Samples.ToArray(), b.Samples.ToArray());
        return first.Zip(second, (one, other) => Math.Abs(one - other)).Average();
    }

    /// <summary>How much varies from pixel to pixel: the mean square of the Laplacian of the green samples.</summary>
    public static double FineEnergy(PixelImage image)
    {
        var sum = 0.0;
        for (var y = 1; y < image.Height - 1; y++)
        {
            for (var x = 1; x < image.Width - 1; x++)
            {
                var around = At(x - 1, y) + At(x + 1, y) + At(x, y - 1) + At(x, y + 1);
                sum += Math.Pow((4 * At(x, y)) - around, 2);
            }
        }

        return sum / image.Width / image.Height;

        int At(int x, int y) => image.Row(y)[(x * image.Channels) + (image.Channels / 2)];
    }
}
