using System.Text;
using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>EXIF of a picture is that of its enlargement, but for what must change.</summary>
public sealed class ExifTests
{
    private const ushort MakerNote = 0x927C;

    // Directories that no maker's note of today has, in the order of the structure; 500 bytes, so not in its entry.
    private static readonly byte[] Note = [.. Enumerable.Range(0, 500).Select(i => (byte)(i * 7))];

    public static TheoryData<ImageFormat, bool> Formats()
    {
        var cases = new TheoryData<ImageFormat, bool>();
        foreach (var format in (ImageFormat[])[
            ImageFormat.Jpeg, ImageFormat.Png, ImageFormat.Webp, ImageFormat.Avif, ImageFormat.Tiff])
        {
            cases.Add(format, true);
            cases.Add(format, false);
        }

        return cases;
    }

    [Theory, MemberData(nameof(Formats))]
    public async Task Tags_that_nobody_knows_stay(ImageFormat format, bool isLittle)
    {
        var file = JpegFile.With(Enlarged.Picture(ImageFormat.Jpeg), 0xE1, TiffFile.Exif(Tags(), isLittle));

        var tags = (await Enlarged.Of(file, format)).Tags;

        Assert.Equal("Maker\0"u8, tags[271]);
        Assert.Equal([5, 0], tags[0x4746]);
        Assert.Equal([99, 0], tags[0x4749]);
        Assert.Equal("private\0"u8, tags[0xC000]);
        Assert.Equal("0232"u8, tags[0x9000]);
        Assert.Equal([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0], tags[0xC100]);
        Assert.Equal([7, 0, 0, 0, 1, 0, 0, 0, 30, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0], tags[2]);
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Avif)]
    public async Task A_maker_note_stays_where_its_offsets_count_from(ImageFormat format)
    {
        var exif = TiffFile.Exif(Tags());
        var file = JpegFile.With(Enlarged.Picture(ImageFormat.Jpeg), 0xE1, exif);

        var result = (await Enlarged.Of(file, format)).Metadata.Exif!.Value.Span;

        Assert.Equal(exif.AsSpan().IndexOf(Note), result.IndexOf(Note));
    }

    [Fact]
    public async Task A_maker_note_moves_only_where_its_offsets_count_from_itself()
    {
        var apple = (byte[])[.. "Apple iOS\0\0\u0001MM"u8, .. Note];
        foreach (var (note, stays) in ((byte[], bool)[])[(Note, false), (apple, true)])
        {
            var exif = TiffFile.Exif([TestTag.In(0x8769, TestTag.Undefined(MakerNote, note))]);
            var file = JpegFile.With(Enlarged.Picture(ImageFormat.Jpeg), 0xE1, exif);
            Assert.Equal(stays, (await Enlarged.Of(file, ImageFormat.Tiff)).Tags.ContainsKey(MakerNote));
        }
    }

    [Theory, MemberData(nameof(Formats))]
    public async Task Sizes_and_orientation_are_those_of_the_result(ImageFormat format, bool isLittle)
    {
        var exif = TiffFile.Exif(
            [
                TestTag.Short(274, 6),
                TestTag.In(0x8769, TestTag.Short(0xA002, 24), TestTag.Long(0xA003, 16)),
            ],
            isLittle);
        var file = JpegFile.With(Enlarged.Picture(ImageFormat.Jpeg), 0xE1, exif);

        var result = await Enlarged.Of(file, format);

        Assert.Equal((32, 48), (result.Result.Result.Width, result.Result.Result.Height));
        Assert.Equal(32, result.Tags[0xA002][0]);
        Assert.Equal(48, result.Tags[0xA003][0]);
        if (format != ImageFormat.Tiff)
        {
            Assert.Equal([1, 0], result.Tags[274]);
        }
    }

    [Fact]
    public async Task A_size_that_no_longer_fits_16_bits_gets_32()
    {
        var exif = TiffFile.Exif([TestTag.In(0x8769, TestTag.Short(0xA002, 40_000), TestTag.Short(0xA003, 1))]);
        var file = Enlarged.Picture(ImageFormat.Png, new ImageMetadata(Exif: exif), 40_000, 1);

        var tags = (await Enlarged.Of(file)).Tags;

        Assert.Equal(80_000, BitConverter.ToInt32(tags[0xA002]));
        Assert.Equal([2, 0], tags[0xA003]);
    }

    [Fact]
    public async Task Places_and_the_resolution_of_the_sensor_are_scaled()
    {
        TestTag[] places =
        [
            TestTag.Short(0x9214, 3, 4, 5, 6), TestTag.Short(0xA214, 7, 8), TestTag.Rational(0xA20E, 5),
        ];
        foreach (var orientation in (ushort[])[1, 3])
        {
            var exif = TiffFile.Exif([TestTag.Short(274, orientation), TestTag.In(0x8769, places)]);
            var file = JpegFile.With(Enlarged.Picture(ImageFormat.Jpeg), 0xE1, exif);

            var tags = (await Enlarged.Of(file)).Tags;

            Assert.Equal([10, 0, 0, 0, 1, 0, 0, 0], tags[0xA20E]);
            if (orientation == 1)
            {
                Assert.Equal([6, 0, 8, 0, 10, 0, 12, 0], tags[0x9214]);
                Assert.Equal([14, 0, 16, 0], tags[0xA214]);
            }
            else
            {
                Assert.False(tags.ContainsKey(0x9214) || tags.ContainsKey(0xA214));
            }
        }
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Tiff)]
    public async Task The_old_thumbnail_is_gone_from_the_file(ImageFormat format)
    {
        var file = JpegFile.With(Enlarged.Picture(ImageFormat.Jpeg), 0xE1, MetadataTests.Exif());

        var result = await Enlarged.Of(file, format);

        Assert.True(result.Tags.ContainsKey(271));
        Assert.False(result.File.AsSpan().IndexOf("thumbnail"u8) >= 0);
    }

    [Fact]
    public async Task What_is_too_long_for_jpeg_is_said_and_kept_elsewhere()
    {
        var exif = TiffFile.Exif([TestTag.Ascii(270, new string('a', 70_000))]);
        var file = Enlarged.Picture(ImageFormat.Png, new ImageMetadata(Exif: exif));

        var jpeg = await Enlarged.Of(file, ImageFormat.Jpeg);

        Assert.StartsWith("JPEG holds 64 KB of EXIF", Assert.Single(jpeg.Result.Notes));
        Assert.Empty(jpeg.Tags);
        foreach (var format in (ImageFormat[])[ImageFormat.Png, ImageFormat.Webp, ImageFormat.Avif, ImageFormat.Tiff])
        {
            var other = await Enlarged.Of(file, format);
            Assert.Equal(70_001, other.Tags[270].Length);
            Assert.Empty(other.Result.Notes);
        }
    }

    [Fact]
    public async Task Stripped_leaves_nothing()
    {
        var file = JpegFile.With(Enlarged.Picture(ImageFormat.Jpeg), 0xE1, TiffFile.Exif(Tags()));
        foreach (var format in ImageFormats.All)
        {
            var result = await Enlarged.Of(file, format, strip: true);
            Assert.False(result.File.AsSpan().IndexOf("Maker"u8) >= 0);
            Assert.Null(result.Metadata.Exif);
        }
    }

    [Fact]
    public async Task The_collection_keeps_its_ratings()
    {
        var path = Repository.Path("../shared/cases/rated.jpg");
        Assert.SkipUnless(File.Exists(path), "The collection of odd pictures (../shared/cases) is not here.");

        var tags = (await Enlarged.Of(File.ReadAllBytes(path))).Tags;

        Assert.Equal([5, 0], tags[0x4746]);
        Assert.Equal([99, 0], tags[0x4749]);
        Assert.Equal("Maker", Encoding.ASCII.GetString(tags[271]).TrimEnd('\0'));
    }

    private static TestTag[] Tags() =>
    [
        TestTag.Ascii(271, "Maker"),
        TestTag.Short(0x4746, 5),
        TestTag.Short(0x4749, 99),
        TestTag.Ascii(0xC000, "private"),
        TestTag.Long(0xC100, 1, 2, 3),
        TestTag.In(0x8769, TestTag.Undefined(0x9000, [.. "0232"u8]), TestTag.Undefined(MakerNote, Note)),
        TestTag.In(0x8825, TestTag.Long(2, 7, 1, 30, 1, 0, 1) with { Type = 5 }),
    ];
}
