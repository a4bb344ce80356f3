using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>Pictures come in upright, whatever their EXIF orientation.</summary>
public sealed class OrientationTests
{
    private const int Width = 7;
    private const int Height = 5;

    public static TheoryData<int> Orientations() => [.. Enumerable.Range(1, 8)];

    [Theory, MemberData(nameof(Orientations))]
    public void Every_orientation_is_applied_exactly(int orientation)
    {
        var upright = Pictures.Make(Width, Height, 3);
        var read = Pictures.Read(Store(upright, orientation)).Image;
        Assert.Equal(upright.Layout, read.Layout);
        Assert.True(upright.Samples.Span.SequenceEqual(read.Samples.Span));
        Assert.Equal(1, TiffDirectory.FindNumber(read.Metadata.Exif!.Value.Span[6..], 274));
    }

    [Theory, MemberData(nameof(Orientations))]
    public void The_header_tells_the_upright_size(int orientation)
    {
        var file = Store(Pictures.Make(Width, Height, 3), orientation);
        Assert.Equal(new PixelLayout(Width, Height, 3, 8), ImageReader.ReadHeader(file, Pictures.Limits).Layout);
    }

    [Fact]
    public void Density_turns_with_the_picture()
    {
        var metadata = new ImageMetadata(Density: new PixelDensity(10, 20));
        var stored = Pictures.Write(Pictures.Make(Width, Height, 3, metadata: metadata), ImageFormat.Png);
        var turned = PngFile.Insert(stored, PngFile.Chunk("eXIf", MetadataTests.Exif(orientation: 6).AsSpan(6)));
        var density = Pictures.Read(turned).Image.Metadata.Density!;
        Assert.Equal((20, 10), (density.Across, density.Down));
    }

    /// <summary>A PNG whose pixels lie as a camera with that orientation stores them.</summary>
    private static byte[] Store(PixelImage upright, int orientation)
    {
        var turned = orientation >= 5;
        var (width, height) = turned ? (Height, Width) : (Width, Height);
        var samples = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                // EXIF 2.32, table of orientations: the upright place of the stored row y and column x.
                var (toX, toY) = orientation switch
                {
                    1 => (x, y),
                    2 => (Width - 1 - x, y),
                    3 => (Width - 1 - x, Height - 1 - y),
                    4 => (x, Height - 1 - y),
                    5 => (y, x),
                    6 => (Width - 1 - y, x),
                    7 => (Width - 1 - y, Height - 1 - x),
                    _ => (y, Height - 1 - x),
                };
                upright.Row(toY).Slice(toX * 3, 3).CopyTo(samples.AsSpan((y * width + x) * 3));
            }
        }

        var stored = Pictures.Write(new PixelImage(width, height, 3, 8, samples), ImageFormat.Png);
        return PngFile.Insert(stored, PngFile.Chunk("eXIf", MetadataTests.Exif((ushort)orientation).AsSpan(6)));
    }
}
