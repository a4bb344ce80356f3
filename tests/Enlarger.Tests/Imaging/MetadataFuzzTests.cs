using System.Text;
using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>
/// Whatever the blocks of a file say, its picture is enlarged, or refused with a sentence: every reader of metadata
/// gets damaged blocks in a sound file.
/// </summary>
public sealed class MetadataFuzzTests
{
    private const int Seed = 20261128;

    private static readonly byte[] Packet = Encoding.UTF8.GetBytes(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>" +
        "<r:Description xmlns:t='http://ns.adobe.com/tiff/1.0/' xmlns:g='http://ns.adobe.com/hdr-gain-map/1.0/' " +
        "xmlns:p='http://ns.google.com/photos/1.0/panorama/' xmlns:e='http://ns.adobe.com/exif/1.0/' " +
        "g:Version='1.0' t:ImageWidth='24' p:FullPanoWidthPixels='99'><t:Orientation>6</t:Orientation>" +
        "<e:FocalPlaneXResolution>7/2</e:FocalPlaneXResolution><p:CroppedAreaTopPixels>5</p:CroppedAreaTopPixels>" +
        "<e:SubjectArea><r:Seq><r:li>1</r:li><r:li>2</r:li></r:Seq></e:SubjectArea></r:Description></r:RDF>" +
        "</x:xmpmeta>");

    private static readonly TestTag[] Tags =
    [
        TestTag.Ascii(271, "Maker of cameras"),
        TestTag.Short(274, 3),
        TestTag.Rational(282, 300),
        TestTag.Rational(283, 300),
        TestTag.Short(296, 2),
        TestTag.In(
            0x8769,
            TestTag.Short(0x9214, 1, 2, 3),
            TestTag.Undefined(0x9286, [.. "UNICODE\0a\0b\0c\0"u8]),
            TestTag.Short(0xA002, 24),
            TestTag.Rational(0xA20E, 5),
            TestTag.In(0xA005, TestTag.Ascii(1, "R98"))),
        TestTag.In(0x8825, TestTag.Ascii(1, "N"), TestTag.Rational(5, 7)),
    ];

    private static readonly TestTag[] Thumbnail = [TestTag.Long(513, 10), TestTag.Long(514, 20)];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Exif(bool isLittle)
    {
        byte[] block = [.. "Exif\0\0"u8, .. TiffFile.Make(Tags, isLittle, second: Thumbnail)];
        Run(300, block, Without(ImageFormat.Jpeg), (file, damaged) => JpegFile.With(file, 0xE1, damaged));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void The_directory_of_tiff(bool isLittle, bool isBig)
    {
        TestTag[] tags = [.. Tags, TestTag.Undefined(33723, [0x1C, 2, 120, 0, 1, 65]), new TestTag(700, 1, Packet)];
        Run(300, TiffFile.Picture(8, 6, tags, isLittle, isBig), [], (_, damaged) => damaged);
    }

    [Fact]
    public void Xmp() => Run(
        300,
        [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Packet],
        Without(ImageFormat.Jpeg),
        (file, damaged) => JpegFile.With(file, 0xE1, damaged));

    [Fact]
    public void Xmp_in_parts()
    {
        var text = Enumerable.Repeat((byte)'a', 150_000).ToArray();
        var at = Packet.AsSpan().IndexOf("</r:RDF>"u8);
        byte[] packet =
        [
            .. Packet[..at], .. "<r:Description xmlns:d='d:'><d:source>"u8, .. text,
            .. "</d:source></r:Description>"u8, .. Packet[at..],
        ];
        var jpeg = Enlarged.Picture(ImageFormat.Jpeg, new ImageMetadata(Xmp: packet));
        Run(100, jpeg, [], (_, damaged) => damaged, headBytes: 1000);
    }

    [Fact]
    public void Texts_of_png()
    {
        byte[] chunks =
        [
            .. PngFile.Chunk("tEXt", "Author\0Jane"u8), .. PngFile.Chunk("pHYs", [0, 0, 1, 0, 0, 0, 1, 0, 1]),
            .. PngFile.Chunk("iTXt", [.. "parameters\0\0\0\0\0"u8, .. "text"u8]),
            .. PngFile.Chunk("zTXt", [.. "Comment\0\0"u8, 0x78, 0x9C, 0x4B, 0x04, 0x00, 0x00, 0x62, 0x00, 0x62]),
            .. PngFile.Chunk("eXIf", TiffFile.Make(Tags)),
        ];
        Run(300, chunks, Without(ImageFormat.Png), (file, damaged) => PngFile.Insert(file, Resealed(damaged)));
    }

    [Theory]
    [InlineData(ImageFormat.Webp, 200)]
    [InlineData(ImageFormat.Avif, 60)]
    public void Blocks_in_their_containers(ImageFormat format, int rounds)
    {
        byte[] block = [.. "Exif\0\0"u8, .. TiffFile.Make(Tags)];
        var file = Enlarged.Picture(format, new ImageMetadata(Exif: block, Xmp: Packet));
        Run(rounds, file, [], (_, damaged) => damaged, headBytes: 1000);
    }

    private static byte[] Without(ImageFormat format) => Enlarged.Picture(format, width: 8, height: 6);

    private static void Run(
        int rounds, byte[] block, byte[] file, Func<byte[], byte[], byte[]> combine, int headBytes = int.MaxValue)
    {
        var random = new Random(Seed);
        var read = 0;
        for (var round = 0; round < rounds; round++)
        {
            var damaged = block.ToArray();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                var at = random.Next(Math.Min(damaged.Length, headBytes));
                damaged[at] = random.Next(4) switch
                {
                    0 => (byte)random.Next(256),
                    1 => (byte)(damaged[at] ^ (1 << random.Next(8))),
                    2 => 0,
                    _ => 255,
                };
            }

            var whole = combine(file, random.Next(6) == 0 ? damaged[..random.Next(damaged.Length)] : damaged);
            try
            {
                var picture = Pictures.Read(whole).Image;
                if (picture.Width * picture.Height > 10_000)
                {
                    continue;
                }

                foreach (var format in ImageFormats.All.Where(format => format != ImageFormat.Avif || round % 20 == 0))
                {
                    Assert.Equal(picture.Width, Pictures.Read(Pictures.Write(picture, format)).Image.Width);
                }

                read++;
            }
            catch (ImageException)
            {
                // Refused, as it should be.
            }
#pragma warning disable CA1031 // Whatever it is, the round that repeats it belongs into the message.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Assert.Fail($"Round {round}: {exception}");
            }
        }

        // Most of what is damaged is metadata, and costs no picture.
        Assert.InRange(read, rounds / 10, rounds);
    }

    /// <summary>Gives the chunks sound check sums again, as far as they have sound lengths.</summary>
    private static byte[] Resealed(byte[] chunks)
    {
        using var sealedChunks = new MemoryStream();
        var at = 0;
        while (at + 12 <= chunks.Length)
        {
            long length = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(chunks.AsSpan(at));
            if (length > chunks.Length - at - 12)
            {
                break;
            }

            var type = Encoding.Latin1.GetString(chunks, at + 4, 4);
            if (type.All(char.IsAsciiLetter))
            {
                sealedChunks.Write(PngFile.Chunk(type, chunks.AsSpan(at + 8, (int)length)));
            }

            at += 12 + (int)length;
        }

        return sealedChunks.ToArray();
    }
}
