using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

public sealed class ResamplingTests
{
    [Fact]
    public void Reducing_leaves_out_what_does_not_divide()
    {
        // White beyond the part that divides must not shine into the result.
        var samples = new byte[11 * 9];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = i % 11 >= 8 || i / 11 >= 8 ? (byte)255 : (byte)40;
        }

        var result = Resampling.Reduce(new PixelImage(11, 9, 1, 8, samples), 4);

        Assert.Equal((2, 2), (result.Width, result.Height));
        Assert.All(result.Samples.ToArray(), level => Assert.Equal(40, level));
    }

    [Fact]
    public void Reducing_by_one_changes_nothing()
    {
        var image = Noise(9, 7, 3);

        var result = Resampling.Reduce(image, 1);

        Assert.Equal(image.Layout, result.Layout);
        Assert.Equal(image.Samples.ToArray(), result.Samples.ToArray());
    }

    [Fact]
    public void Reducing_is_that_of_matlab()
    {
        // imresize(uint8([0 0 0 0 255 255 255 255]), 0.5): the cubic kernel, widened to eight pixels, overshoots.
        var step = new PixelImage(8, 1, 1, 8, [0, 0, 0, 0, 255, 255, 255, 255]);

        var result = Resampling.Resize(step, 4, 1, ResampleKernel.Cubic);

        // Weights at distances 0.25, 0.75, 1.25 and 1.75 of the kernel, over their sum of 2.
        Assert.Equal([0, 17, 238, 255], result.Samples.ToArray());
    }

    [Fact]
    public void Transparent_pixels_lend_no_colour()
    {
        byte[] samples = [200, 100, 50, 255, 0, 255, 0, 0, 200, 100, 50, 255, 0, 255, 0, 0];
        var image = new PixelImage(4, 1, 4, 8, samples);

        var result = Resampling.Resize(image, 8, 1, ResampleKernel.Lanczos3);

        foreach (var pixel in result.Samples.ToArray().Chunk(4).Where(pixel => pixel[3] > 0))
        {
            Assert.Equal([200, 100, 50], pixel[..3]);
        }
    }

    [Fact]
    public void Sixteen_bits_stay_sixteen()
    {
        var samples = new byte[6 * 6 * 2];
        for (var i = 0; i < samples.Length; i += 2)
        {
            BitConverter.TryWriteBytes(samples.AsSpan(i), (ushort)12345);
        }

        var result = Resampling.Resize(new PixelImage(6, 6, 1, 16, samples), 9, 4, ResampleKernel.Cubic);

        Assert.Equal(16, result.BitDepth);
        Assert.All(result.Samples.ToArray().Chunk(2), word => Assert.Equal(12345, BitConverter.ToUInt16(word)));
    }

    private static PixelImage Noise(int width, int height, int channels)
    {
        var samples = new byte[width * height * channels];
        new Random(11).NextBytes(samples);
        return new PixelImage(width, height, channels, 8, samples);
    }
}
