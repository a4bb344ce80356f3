using System.Buffers.Binary;
using System.Text;
using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>The density of a picture is that of its enlargement, from every place it can be told in.</summary>
public sealed class DensityTests
{
    private static readonly ImageFormat[] WithDensity =
    [
        ImageFormat.Jpeg, ImageFormat.Png, ImageFormat.Webp, ImageFormat.Avif, ImageFormat.Tiff, ImageFormat.Bmp,
    ];

    [Fact]
    public async Task Jfif_counts_more_than_exif_and_both_agree_afterwards()
    {
        var file = JpegFile.With(Jfif(1, 300, 300), 0xE1, ExifOf(72));
        foreach (var format in WithDensity)
        {
            var result = await Enlarged.Of(file, format);
            AssertInches(300, 300, result.Metadata.Density);
            if (format is ImageFormat.Jpeg)
            {
                Assert.Equal([1, 1, 44, 1, 44], JfifOf(result.File));
                Assert.Equal([44, 1, 0, 0, 1, 0, 0, 0], result.Tags[282]);
            }
        }
    }

    [Fact]
    public async Task Exif_counts_where_jfif_names_no_unit()
    {
        foreach (var (across, down) in ((ushort, ushort)[])[(1, 1), (10, 20)])
        {
            var file = JpegFile.With(Jfif(0, across, down), 0xE1, ExifOf(72));
            AssertInches(72, 72, (await Enlarged.Of(file)).Metadata.Density);
        }
    }

    [Fact]
    public async Task Centimetres_stay_exact()
    {
        var result = await Enlarged.Of(Jfif(2, 118, 59));
        Assert.Equal([2, 0, 118, 0, 59], JfifOf(result.File));
        var tags = (await Enlarged.Of(result.File, ImageFormat.Tiff)).Tags;
        Assert.Equal([118, 0, 0, 0, 1, 0, 0, 0], tags[282]);
        Assert.Equal([3, 0], tags[296]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_unit_stays_none(bool isLittle)
    {
        TestTag[] tags = [TestTag.Rational(282, 10), TestTag.Rational(283, 20), TestTag.Short(296, 1)];
        var file = TiffFile.Picture(20, 10, tags, isLittle);

        var tiff = (await Enlarged.Of(file)).Tags;
        Assert.Equal([10, 0, 0, 0, 1, 0, 0, 0], tiff[282]);
        Assert.Equal([20, 0, 0, 0, 1, 0, 0, 0], tiff[283]);
        Assert.Equal([1, 0], tiff[296]);

        Assert.Equal([0, 0, 10, 0, 20], JfifOf((await Enlarged.Of(file, ImageFormat.Jpeg)).File));

        var png = (await Enlarged.Of(file, ImageFormat.Png)).File;
        Assert.True(png.AsSpan().IndexOf((byte[])[.. "pHYs"u8, 0, 0, 0, 10, 0, 0, 0, 20, 0]) > 0);

        // These know densities, and no ratio by itself.
        foreach (var format in (ImageFormat[])[ImageFormat.Webp, ImageFormat.Avif, ImageFormat.Gif, ImageFormat.Bmp])
        {
            Assert.Null((await Enlarged.Of(file, format)).Metadata.Density);
        }
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    public async Task A_ratio_comes_back_from_every_format_that_has_one(ImageFormat format)
    {
        TestTag[] tags = [TestTag.Rational(282, 10), TestTag.Rational(283, 20), TestTag.Short(296, 1)];
        var there = await Enlarged.Of(TiffFile.Picture(20, 10, tags), format);
        var back = (await Enlarged.Of(there.File, ImageFormat.Tiff)).Tags;
        Assert.Equal((10, 20, 1), (back[282][0], back[283][0], back[296][0]));
    }

    [Fact]
    public async Task What_is_not_told_is_not_invented()
    {
        foreach (var from in ImageFormats.All)
        {
            foreach (var to in WithDensity)
            {
                Assert.Null((await Enlarged.Of(Enlarged.Picture(from), to, scale: 1)).Metadata.Density);
            }
        }
    }

    [Fact]
    public async Task Dots_an_inch_survive_the_whole_pixels_a_metre_of_png()
    {
        var png = await Enlarged.Of(Jfif(1, 300, 72), ImageFormat.Png);
        Assert.True(png.File.AsSpan().IndexOf((byte[])[.. "pHYs"u8, 0, 0, 0x2E, 0x23, 0, 0, 0x0B, 0x13, 1]) > 0);
        Assert.Equal([1, 1, 44, 0, 72], JfifOf((await Enlarged.Of(png.File, ImageFormat.Jpeg)).File));
    }

    [Fact]
    public async Task A_turned_picture_has_its_densities_exchanged()
    {
        TestTag[] tags =
        [
            TestTag.Short(274, 6), TestTag.Rational(282, 200), TestTag.Rational(283, 100), TestTag.Short(296, 2),
        ];
        var file = JpegFile.With(Jfif(0, 1, 1), 0xE1, TiffFile.Exif(tags));
        AssertInches(100, 200, (await Enlarged.Of(file)).Metadata.Density);
    }

    [Fact]
    public async Task Xmp_agrees()
    {
        var xmp = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>" +
            "<r:Description xmlns:t='http://ns.adobe.com/tiff/1.0/' t:XResolution='72/1' t:ResolutionUnit='3'/>" +
            "</r:RDF></x:xmpmeta>";
        var file = JpegFile.With(
            Jfif(1, 300, 300), 0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Encoding.UTF8.GetBytes(xmp)]);
        var result = Encoding.UTF8.GetString((await Enlarged.Of(file)).Metadata.Xmp!.Value.Span);
        Assert.Contains("t:XResolution=\"300/1\" t:ResolutionUnit=\"2\"", result);
    }

    [Fact]
    public async Task The_collection_has_300_in_both_places()
    {
        var path = Repository.Path("../shared/cases/jfif300-exif72.jpg");
        Assert.SkipUnless(File.Exists(path), "The collection of odd pictures (../shared/cases) is not here.");
        var result = await Enlarged.Of(File.ReadAllBytes(path));
        Assert.Equal([1, 1, 44, 1, 44], JfifOf(result.File));
        Assert.Equal([44, 1, 0, 0, 1, 0, 0, 0], result.Tags[282]);
    }

    private static byte[] ExifOf(uint inches) => TiffFile.Exif(
    [
        TestTag.Rational(282, inches), TestTag.Rational(283, inches), TestTag.Short(296, 2), TestTag.Ascii(271, "Cam"),
    ]);

    private static void AssertInches(double across, double down, PixelDensity? density)
    {
        Assert.Equal(across, density!.Across * 25.4, tolerance: 0.01);
        Assert.Equal(down, density.Down * 25.4, tolerance: 0.01);
        Assert.False(density.HasNoUnit);
    }

    /// <summary>A JPEG file whose JFIF segment says this.</summary>
    private static byte[] Jfif(byte unit, ushort across, ushort down)
    {
        var file = Enlarged.Picture(ImageFormat.Jpeg);
        var at = file.AsSpan().IndexOf("JFIF\0"u8) + 7;
        file[at] = unit;
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(at + 1), across);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(at + 3), down);
        return file;
    }

    // Unit, and two numbers of two bytes.
    private static byte[] JfifOf(byte[] file) => file.AsSpan(file.AsSpan().IndexOf("JFIF\0"u8) + 7, 5).ToArray();
}
