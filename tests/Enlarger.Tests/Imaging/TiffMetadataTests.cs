using System.Text;
using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>What the directory of a TIFF file tells of its picture travels, into other formats and back.</summary>
public sealed class TiffMetadataTests
{
    // Name, number and text of what scanners and archives write.
    private static readonly (ushort Id, string Text)[] Texts =
    [
        (269, "document"), (270, "A barn"), (271, "ScanMaker"), (272, "Model 1"), (305, "Scanner"),
        (306, "2021:03:04 05:06:07"), (315, "Jane Roe"), (316, "host"), (33432, "(c) Jane Roe"), (0xC001, "private"),
    ];

    public static TheoryData<bool, bool> Forms() =>
        new() { { true, false }, { false, false }, { true, true }, { false, true } };

    [Theory, MemberData(nameof(Forms))]
    public async Task Tags_go_into_every_format_and_back(bool isLittle, bool isBig)
    {
        var tiff = TiffFile.Picture(20, 10, Tags(), isLittle, isBig);
        foreach (var format in (ImageFormat[])[
            ImageFormat.Tiff, ImageFormat.Jpeg, ImageFormat.Png, ImageFormat.Webp, ImageFormat.Avif])
        {
            var there = await Enlarged.Of(tiff, format);
            AssertAll(there);
            AssertAll(await Enlarged.Of(there.File, ImageFormat.Tiff));
        }

        static void AssertAll(Enlarged result)
        {
            foreach (var (id, text) in Texts)
            {
                Assert.Equal(text, Encoding.ASCII.GetString(result.Tags[id]).TrimEnd('\0'));
            }

            Assert.Equal("2020:01:01 00:00:00\0"u8, result.Tags[0x9003]);
            Assert.Equal("N\0"u8, result.Tags[1]);
            Assert.Empty(result.Result.Notes);
        }
    }

    [Fact]
    public async Task The_pixels_of_a_file_with_tags_are_those_of_one_without()
    {
        var with = await Enlarged.Of(TiffFile.Picture(20, 10, Tags()));
        var without = await Enlarged.Of(TiffFile.Picture(20, 10, []));
        var expected = Pictures.Read(without.File).Image.Samples.ToArray();
        Assert.Equal(expected, Pictures.Read(with.File).Image.Samples.ToArray());
        Assert.Equal((40, 20), (Number(with.Tags[256]), Number(with.Tags[257])));
    }

    [Fact]
    public async Task What_describes_the_old_samples_is_left_out()
    {
        // Metres a pixel, Photoshop layers, a second page, and DNG's calibration of the camera.
        ushort[] gone = [33550, 33922, 37724, 330, 42113, 50721];
        TestTag[] tags = [.. gone.Select(id => TestTag.Ascii(id, "of the old samples")), TestTag.Ascii(315, "Jane")];
        foreach (var format in (ImageFormat[])[ImageFormat.Tiff, ImageFormat.Jpeg])
        {
            var result = await Enlarged.Of(TiffFile.Picture(20, 10, tags), format);
            Assert.DoesNotContain(result.Tags.Keys, id => gone.Contains(id));
            Assert.Equal("Jane\0"u8, result.Tags[315]);
        }
    }

    [Fact]
    public async Task A_comment_in_unicode_changes_its_byte_order_with_the_structure()
    {
        byte[] comment = [.. "UNICODE\0"u8, .. Encoding.BigEndianUnicode.GetBytes("Hä")];

        // The helper would turn nothing of an undefined value, as is right for all but this.
        var exif = TiffFile.Exif([TestTag.In(0x8769, TestTag.Undefined(0x9286, comment))], isLittle: false);
        var file = JpegFile.With(Enlarged.Picture(ImageFormat.Jpeg), 0xE1, exif);

        Assert.Equal(comment, (await Enlarged.Of(file)).Tags[0x9286]);
        var tiff = (await Enlarged.Of(file, ImageFormat.Tiff)).Tags[0x9286];
        Assert.Equal("Hä", Encoding.Unicode.GetString(tiff.AsSpan(8)));
    }

    [Fact]
    public async Task Values_that_share_their_bytes_do_not_multiply()
    {
        // Forty tags of a megabyte each, which all are the same megabyte. libtiff itself refuses fifty.
        const int count = 40;
        var tiff = TiffFile.Make(
            TiffFile.Strip(20, 10).Append(new TestTag(40000, 0, new byte[1 << 20])));
        var at = tiff.AsSpan().IndexOf((byte[])[.. BitConverter.GetBytes((ushort)40000), 4, 0]);
        var entry = tiff[at..(at + 12)];
        (entry[2], entry[6]) = (7, 16);
        var extra = Enumerable.Range(0, count).SelectMany(i =>
        {
            BitConverter.GetBytes((ushort)(40001 + i)).CopyTo(entry, 0);
            return entry.ToArray();
        });
        var directory = BitConverter.ToInt32(tiff, 4);
        byte[] bomb =
        [
            .. tiff[..4], .. BitConverter.GetBytes(tiff.Length), .. tiff[8..],
            .. BitConverter.GetBytes((ushort)(tiff[directory] + count)),
            .. tiff[(directory + 2)..^4], .. extra, 0, 0, 0, 0,
        ];

        var result = await Enlarged.Of(bomb, ImageFormat.Png);

        Assert.InRange(result.File.Length, 3 << 20, 5 << 20);
    }

    [Fact]
    public async Task The_collection_keeps_what_the_scanner_wrote()
    {
        var path = Repository.Path("../shared/cases/scan.tif");
        Assert.SkipUnless(File.Exists(path), "The collection of odd pictures (../shared/cases) is not here.");
        foreach (var format in (ImageFormat[])[ImageFormat.Tiff, ImageFormat.Jpeg, ImageFormat.Png])
        {
            var tags = (await Enlarged.Of(File.ReadAllBytes(path), format)).Tags;
            Assert.Equal("Jane Roe\0"u8, tags[315]);
            Assert.Equal("(c) Jane Roe\0"u8, tags[33432]);
            Assert.Equal("2021:03:04 05:06:07\0"u8, tags[306]);
        }
    }

    private static TestTag[] Tags() =>
    [
        .. Texts.Select(text => TestTag.Ascii(text.Id, text.Text)),
        TestTag.In(0x8769, TestTag.Ascii(0x9003, "2020:01:01 00:00:00")),
        TestTag.In(0x8825, TestTag.Ascii(1, "N")),
    ];

    private static int Number(byte[] value) =>
        value.Length == 2 ? BitConverter.ToUInt16(value) : BitConverter.ToInt32(value);
}
