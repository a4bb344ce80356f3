using System.Runtime.InteropServices;
using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>Samples become floats and floats samples by the same rule, however many fit into a vector.</summary>
public sealed class SamplesTests
{
    // From less than a vector to several and what is left over, for vectors of up to 64 bytes.
    private static readonly IEnumerable<int> Widths = Enumerable.Range(1, 90);

    [Theory]
    [InlineData(1, 8)]
    [InlineData(2, 8)]
    [InlineData(3, 8)]
    [InlineData(4, 8)]
    [InlineData(1, 16)]
    [InlineData(2, 16)]
    [InlineData(3, 16)]
    [InlineData(4, 16)]
    public void Survive_being_floats(int channels, int bitDepth) => Assert.All(Widths, width =>
    {
        var image = Pictures.Make(width, 1, channels, bitDepth);
        var colours = new float[width * image.Layout.ColourChannels];
        var alpha = new float[image.Layout.HasAlpha ? width : 0];
        Samples.ReadColours(image, 0, colours);
        if (image.Layout.HasAlpha)
        {
            Samples.ReadAlpha(image, 0, alpha);
        }

        var row = new byte[image.Layout.RowBytes];
        Samples.Write(image.Layout, colours, alpha, row);

        Assert.Equal(image.Row(0), row);
    });

    [Theory]
    [InlineData(8, 255)]
    [InlineData(16, 65535)]
    public void Are_rounded_to_the_nearest_and_never_wrap(int bitDepth, int max) => Assert.All(Widths, width =>
    {
        float[] values = [0, 1, -1, 2, 1e9f, -1e9f, 0.25f, 0.49f / max, 0.51f / max, 1.49f / max, 1.51f / max];
        int[] levels = [0, max, 0, max, max, 0, (max + 1) / 4, 0, 1, 1, 2];
        var samples = Enumerable.Range(0, width).Select(x => values[x % values.Length]).ToArray();
        var layout = new PixelLayout(width, 1, 1, bitDepth);
        var row = new byte[layout.RowBytes];

        Samples.Write(layout, samples, [], row);

        var written = bitDepth == 8
            ? [.. row.Select(level => (int)level)]
            : MemoryMarshal.Cast<byte, ushort>(row).ToArray().Select(level => (int)level);
        Assert.Equal(Enumerable.Range(0, width).Select(x => levels[x % levels.Length]), written);
    });
}
