using System.Buffers.Binary;
using System.Text;
using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>What travels with the pixels arrives with them.</summary>
public sealed class MetadataTests
{
    private static readonly byte[] Xmp = Encoding.UTF8.GetBytes(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'>" +
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/></x:xmpmeta>");

    // One record: 2:120, the caption.
    private static readonly byte[] Iptc = [0x1C, 2, 120, 0, 5, .. "hello"u8];

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Avif)]
    [InlineData(ImageFormat.Tiff)]
    [InlineData(ImageFormat.Bmp)]
    public void The_colour_profile_survives(ImageFormat format)
    {
        var metadata = Everything();
        var read = WriteAndRead(format, metadata);
        Assert.Equal(metadata.ColourProfile!.Value.ToArray(), read.ColourProfile!.Value.ToArray());
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Avif)]
    public void Exif_survives_with_the_new_size_upright_and_without_its_thumbnail(ImageFormat format)
    {
        var read = WriteAndRead(format, Everything()).Exif!.Value.Span[6..];
        Assert.Contains("Enlarger tests"u8.ToArray(), read);
        Assert.Equal(1, TiffDirectory.FindNumber(read, 274));
        Assert.Contains(Long(0xA002, 48), read);
        Assert.Contains(Long(0xA003, 36), read);
        Assert.False(read.IndexOf("thumbnail"u8) >= 0);
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Avif)]
    [InlineData(ImageFormat.Tiff)]
    public void Xmp_survives(ImageFormat format) =>
        Assert.Equal(Xmp, WriteAndRead(format, Everything()).Xmp!.Value.ToArray());

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Tiff)]
    public void Iptc_survives(ImageFormat format) =>
        Assert.Equal(Iptc, WriteAndRead(format, Everything()).Iptc!.Value.ToArray()[..Iptc.Length]);

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Avif)]
    [InlineData(ImageFormat.Tiff)]
    [InlineData(ImageFormat.Bmp)]
    public void Density_survives_without_exif(ImageFormat format)
    {
        var metadata = new ImageMetadata(Density: new PixelDensity(300 / 25.4, 150 / 25.4));
        var density = WriteAndRead(format, metadata).Density!;
        Assert.Equal(300, density.Across * 25.4, tolerance: 0.05);
        Assert.Equal(150, density.Down * 25.4, tolerance: 0.05);
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Avif)]
    [InlineData(ImageFormat.Tiff)]
    [InlineData(ImageFormat.Bmp)]
    public void Stripped_keeps_the_profile_and_nothing_of_the_person(ImageFormat format)
    {
        var image = Pictures.Make(48, 36, 3, metadata: Everything().Stripped());
        var file = Pictures.Write(image, format);
        var read = Pictures.Read(file).Image.Metadata;
        Assert.NotNull(read.ColourProfile);
        Assert.Null(read.Exif);
        Assert.Null(read.Xmp);
        Assert.Null(read.Iptc);
        Assert.False(file.AsSpan().IndexOf("Exif"u8) >= 0);
    }

    [Fact]
    public void A_profile_of_other_channels_is_left_out_of_grey()
    {
        foreach (var format in ImageFormats.All)
        {
            var image = Pictures.Make(20, 20, 1, metadata: Everything());
            Assert.Null(Pictures.Read(Pictures.Write(image, format)).Image.Metadata.ColourProfile);
        }
    }

    [Fact]
    public void Without_a_place_for_the_profile_colours_are_converted()
    {
        // Full green of Display P3 lies outside of sRGB: red and blue are clipped to nothing.
        var samples = Enumerable.Range(0, 16 * 16 * 3).Select(i => (byte)(i % 3 == 1 ? 200 : 60)).ToArray();
        var image = new PixelImage(16, 16, 3, 8, samples, Everything());
        var read = Pictures.Read(Pictures.Write(image, ImageFormat.Gif)).Image;
        Assert.InRange(Pictures.Level(read, 0), 0, 40);
        Assert.InRange(Pictures.Level(read, 1), 195, 210);
    }

    [Theory]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Avif)]
    public void Grey_with_a_profile_becomes_srgb_where_there_is_no_grey(ImageFormat format)
    {
        var samples = Enumerable.Repeat((byte)128, 16 * 16).ToArray();
        var image = new PixelImage(16, 16, 1, 8, samples, new ImageMetadata(IccFile.Grey()));
        var read = Pictures.Read(Pictures.Write(image, format)).Image;
        Assert.Null(read.Metadata.ColourProfile);

        // A gamma of 2.2 and the curve of sRGB are less than two levels apart in the middle.
        Assert.InRange(Pictures.Level(read, 0), 125, 131);
    }

    [Fact]
    public void Damaged_metadata_never_keeps_a_picture_from_being_written()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var metadata = Everything();
            var profile = metadata.ColourProfile!.Value.ToArray();
            var exif = metadata.Exif!.Value.ToArray();
            for (var change = 0; change < 4; change++)
            {
                profile[random.Next(profile.Length)] = (byte)random.Next(256);
                exif[random.Next(6, exif.Length)] = (byte)random.Next(256);
            }

            var image = Pictures.Make(4, 4, 3, metadata: metadata with { ColourProfile = profile, Exif = exif });
            var format = ImageFormats.All[round % ImageFormats.All.Count];
            Assert.Equal(4, Pictures.Read(Pictures.Write(image, format)).Image.Width);
        }
    }

    [Fact]
    public void Damaged_exif_does_not_lose_the_picture()
    {
        byte[] nonsense = [.. "Exif\0\0II*\0"u8, 8, 0, 0, 0, 255, 255, 1, 2, 3, 4, 5, 6];
        foreach (var format in ImageFormats.All)
        {
            var image = Pictures.Make(20, 20, 3, metadata: new ImageMetadata(Exif: nonsense));
            Assert.Equal(20, Pictures.Read(Pictures.Write(image, format)).Image.Width);
        }
    }

    [Fact]
    public void Metadata_behind_the_pixels_of_a_png_is_read()
    {
        var file = Pictures.Write(Pictures.Make(10, 10, 3), ImageFormat.Png);
        byte[] late = [.. file[..^12], .. PngFile.Chunk("eXIf", Exif().AsSpan(6)), .. file[^12..]];
        Assert.NotNull(Pictures.Read(late).Image.Metadata.Exif);
    }

    /// <summary>A profile of RGB that is not sRGB, EXIF, XMP, IPTC and a density.</summary>
    internal static ImageMetadata Everything() =>
        new(
            IccFile.DisplayP3(),
            Exif(),
            Xmp,
            Iptc,
            new PixelDensity(300 / 25.4, 300 / 25.4));

    /// <summary>A block with a maker, orientation 6, a size, and a thumbnail directory.</summary>
    internal static byte[] Exif(ushort orientation = 6)
    {
        var tiff = new byte[200];
        "II*\0"u8.CopyTo(tiff);
        BinaryPrimitives.WriteInt32LittleEndian(tiff.AsSpan(4), 8);
        tiff[8] = 3;
        Entry(tiff.AsSpan(10), 0x010F, type: 2, count: 15, value: 100);
        Entry(tiff.AsSpan(22), 0x0112, type: 3, count: 1, value: orientation);
        Entry(tiff.AsSpan(34), 0x8769, type: 4, count: 1, value: 60);
        BinaryPrimitives.WriteInt32LittleEndian(tiff.AsSpan(46), 130);
        tiff[60] = 2;
        Entry(tiff.AsSpan(62), 0xA002, type: 4, count: 1, value: 12);
        Entry(tiff.AsSpan(74), 0xA003, type: 4, count: 1, value: 9);
        "Enlarger tests\0"u8.CopyTo(tiff.AsSpan(100));
        tiff[130] = 2;
        Entry(tiff.AsSpan(132), 0x0201, type: 4, count: 1, value: 180);
        Entry(tiff.AsSpan(144), 0x0202, type: 4, count: 1, value: 9);
        "thumbnail"u8.CopyTo(tiff.AsSpan(180));
        return [.. "Exif\0\0"u8, .. tiff];
    }

    private static ImageMetadata WriteAndRead(ImageFormat format, ImageMetadata metadata) =>
        Pictures.Read(Pictures.Write(Pictures.Make(48, 36, 3, metadata: metadata), format)).Image.Metadata;

    private static byte[] Long(ushort tag, int value)
    {
        var entry = new byte[12];
        Entry(entry, tag, type: 4, count: 1, value);
        return entry;
    }

    private static void Entry(Span<byte> entry, ushort tag, ushort type, int count, int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(entry, tag);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], type);
        BinaryPrimitives.WriteInt32LittleEndian(entry[4..], count);
        BinaryPrimitives.WriteInt32LittleEndian(entry[8..], value);
    }
}
