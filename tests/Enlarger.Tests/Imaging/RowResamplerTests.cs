using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

public sealed class RowResamplerTests
{
    public static TheoryData<int, int, int, int, int, ResampleKernel> Shapes()
    {
        var data = new TheoryData<int, int, int, int, int, ResampleKernel>();
        foreach (var kernel in Enum.GetValues<ResampleKernel>())
        {
            for (var channels = 1; channels <= 4; channels++)
            {
                data.Add(19, 13, 38, 39, channels, kernel);
                data.Add(40, 31, 10, 15, channels, kernel);
                data.Add(23, 17, 29, 9, channels, kernel);
                data.Add(1, 1, 7, 3, channels, kernel);
                data.Add(2, 3, 1, 1, channels, kernel);
                data.Add(64, 5, 3, 64, channels, kernel);
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Agrees_with_the_definition_in_double_precision(
        int width, int height, int toWidth, int toHeight, int channels, ResampleKernel kernel)
    {
        var picture = Noise(width * height * channels);
        var from = new PixelSize(width, height);
        var to = new PixelSize(toWidth, toHeight);

        var streamed = Resample(picture, from, to, channels, kernel);

        for (var channel = 0; channel < channels; channel++)
        {
            for (var y = 0; y < toHeight; y++)
            {
                for (var x = 0; x < toWidth; x++)
                {
                    var expected = Definition(picture, from, to, channels, channel, x, y, kernel);
                    Assert.Equal(expected, streamed[(((y * toWidth) + x) * channels) + channel], 1e-3);
                }
            }
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Keeps_a_constant_picture_constant(
        int width, int height, int toWidth, int toHeight, int channels, ResampleKernel kernel)
    {
        var picture = new float[width * height * channels];
        Array.Fill(picture, 201);

        var result = Resample(picture, new(width, height), new(toWidth, toHeight), channels, kernel);

        Assert.All(result, sample => Assert.Equal(201, sample, 1e-3));
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Turning_the_picture_turns_the_result(
        int width, int height, int toWidth, int toHeight, int channels, ResampleKernel kernel)
    {
        var picture = Noise(width * height * channels);
        var from = new PixelSize(width, height);
        var to = new PixelSize(toWidth, toHeight);

        // Reversing the samples turns the picture by half a turn, and reverses the channels.
        var turned = Resample([.. picture.Reverse()], from, to, channels, kernel);

        var expected = Resample(picture, from, to, channels, kernel).Reverse();
        Assert.All(turned.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-3));
    }

    [Theory, InlineData(ResampleKernel.Cubic), InlineData(ResampleKernel.Lanczos3)]
    public void The_same_size_is_the_same_picture(ResampleKernel kernel)
    {
        var picture = Noise(31 * 22 * 3);

        var result = Resample(picture, new(31, 22), new(31, 22), 3, kernel);

        Assert.All(result.Zip(picture), pair => Assert.Equal(pair.Second, pair.First, 1e-4));
    }

    [Theory, InlineData(2.0), InlineData(3.0), InlineData(1.6), InlineData(0.5)]
    public void The_cubic_kernel_keeps_a_ramp_straight_away_from_the_edges(double scale)
    {
        const int width = 60;
        var toWidth = (int)(width * scale);
        var ramp = Enumerable.Range(0, width).Select(x => 3f * x).ToArray();

        var result = Resample(ramp, new(width, 1), new(toWidth, 1), 1, ResampleKernel.Cubic);

        for (var x = toWidth / 4; x < toWidth * 3 / 4; x++)
        {
            Assert.Equal(3 * (((x + 0.5) / scale) - 0.5), result[x], 1e-3);
        }
    }

    [Theory, InlineData(100, 400), InlineData(400, 100), InlineData(100, 150), InlineData(7, 100)]
    public void Holds_no_more_rows_than_the_kernel_reaches_over(int from, int to)
    {
        var taps = new ResampleTaps(from, to, ResampleKernel.Lanczos3);

        Assert.InRange(taps.Window, 1, Math.Min(from, (int)Math.Ceiling(6 * Math.Max(1, (double)from / to)) + 1));
    }

    [Fact]
    public void Reads_each_row_once_and_only_when_it_is_needed()
    {
        var read = new List<int>();
        var resampler = new RowResampler(new(4, 50), new(4, 100), 1, ResampleKernel.Cubic, (y, _) => read.Add(y));
        var row = new float[4];

        resampler.ReadRow(10, row);
        Assert.InRange(read.Count, 1, 9);
        resampler.ReadRow(99, row);

        Assert.Equal(Enumerable.Range(0, 50), read);
        Assert.Throws<ArgumentOutOfRangeException>(() => resampler.ReadRow(99, new float[4]));
    }

    private static float[] Noise(int length)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(256))];
    }

    private static float[] Resample(
        float[] picture, PixelSize from, PixelSize to, int channels, ResampleKernel kernel)
    {
        var rowLength = from.Width * channels;
        var resampler = new RowResampler(
            from, to, channels, kernel, (y, samples) => picture.AsSpan(y * rowLength, rowLength).CopyTo(samples));
        var result = new float[to.Width * to.Height * channels];
        for (var y = 0; y < to.Height; y++)
        {
            resampler.ReadRow(y, result.AsSpan(y * to.Width * channels, to.Width * channels));
        }

        return result;
    }

    // The sum over every pixel of the plane, mirrored by hand, as the kernels are printed in the papers.
    private static double Definition(
        float[] picture, PixelSize from, PixelSize to, int channels, int channel, int x, int y, ResampleKernel kernel)
    {
        var (sum, norm) = (0.0, 0.0);
        foreach (var (v, down) in Contributions(from.Height, to.Height, y, kernel))
        {
            foreach (var (u, across) in Contributions(from.Width, to.Width, x, kernel))
            {
                sum += down * across * picture[(((v * from.Width) + u) * channels) + channel];
                norm += down * across;
            }
        }

        return sum / norm;
    }

    private static IEnumerable<(int Index, double Weight)> Contributions(int from, int to, int i, ResampleKernel kernel)
    {
        var scale = (double)to / from;
        var shrink = Math.Min(1, scale);
        var centre = ((i + 0.5) / scale) - 0.5;
        for (var k = -8 * (from + 16); k < 9 * (from + 16); k++)
        {
            var distance = Math.Abs(centre - k) * shrink;
            if (distance < 3)
            {
                var mirrored = k;
                while (mirrored < 0 || mirrored >= from)
                {
                    mirrored = mirrored < 0 ? -1 - mirrored : (2 * from) - 1 - mirrored;
                }

                yield return (mirrored, kernel == ResampleKernel.Cubic ? Cubic(distance) : Lanczos(distance));
            }
        }
    }

    private static double Cubic(double x) =>
        x <= 1 ? (1.5 * x * x * x) - (2.5 * x * x) + 1
        : x <= 2 ? (-0.5 * x * x * x) + (2.5 * x * x) - (4 * x) + 2
        : 0;

    private static double Lanczos(double x) =>
        x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x) * (Math.Sin(Math.PI * x / 3) / (Math.PI * x / 3));
}
