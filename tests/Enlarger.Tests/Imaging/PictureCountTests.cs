using Enlarger.Imaging;
using Enlarger.Imaging.Parts;

namespace Enlarger.Tests.Imaging;

/// <summary>What a file consists of is counted with its header, and decides whether a decoder sees it.</summary>
public sealed class PictureCountTests
{
    private const int Seed = 20260301;

    private static readonly (string Message, Func<byte[]> Make)[] TooMany =
    [
        ("JPEG files with more than 100 scans are not read.", () => ManyParts.Jpeg(64, 64, 101)),
        ("JPEG files with more than 100 scans are not read.", () => ManyParts.Jpeg(4096, 4096, 20_000)),
        (
            "JPEG files with more than 4096 segments are not read.",
            () => ManyParts.Jpeg(64, 64, 2, before: [.. Segments(5000, [1])])),
        ("PNG files with more than 1048576 chunks are not read.", () => ManyParts.Png(64, 64, 8192, others: 1 << 20)),
        ("GIF files with more than 65536 frames are not read.", () => ManyParts.Gif(65_537)),
        ("WebP files with more than 4096 frames are not read.", () => ManyParts.Webp(20_000)),
        ("TIFF files with more than 10000 pages are not read.", () => ManyParts.Tiff(8, 1, 10_001)),
        ("TIFF files with more than 1048576 strips or tiles are not read.", () => ManyParts.Tiff(1, (1 << 20) + 1, 1)),
        (
            "TIFF files with tiles of 65536 x 65536 pixels are not read.",
            () => ManyParts.Tiff(8, 1, 1, (322, 65_536), (323, 65_536))),
        ("AVIF files with more than 4096 tiles are not read.", () => ManyParts.Avif(tiles: 65_535, items: 3)),
        ("AVIF files with more than 8256 items are not read.", () => ManyParts.Avif(tiles: 1, items: 20_000)),
    ];

    private static readonly (string Kind, Func<byte[]> Make, int Frames)[] AsWritten =
    [
        ("a progressive JPEG as cameras write it", () => ManyParts.Jpeg(640, 480, 10), 1),
        ("a progressive JPEG as optimisers write it", () => ManyParts.Jpeg(640, 480, 64), 1),
        ("the last that is allowed", () => ManyParts.Jpeg(64, 64, 100), 1),
        ("restart markers", () => ManyParts.Jpeg(800, 600, 10, restart: 3), 1),
        (
            "markers of scans inside of metadata",
            () => ManyParts.Jpeg(64, 64, 10, before: [.. Segments(300, [.. Many([0xFF, 0xDA, 0, 2], 1000)])]), 1),
        ("fill bytes before a marker", () => ManyParts.Jpeg(64, 64, 10, before: [.. Many([0xFF], 5000)]), 1),
        ("a PNG in pieces as libpng writes them", () => ManyParts.Png(8000, 4000, 8192), 1),
        ("a PNG in pieces of a byte", () => ManyParts.Png(200, 200, 1), 1),
        ("a GIF of a minute", () => ManyParts.Gif(1500), 1500),
        ("a WebP of a minute", () => ManyParts.Webp(1500), 1500),
        ("a TIFF with a row in each strip", () => ManyParts.Tiff(100, 20_000, 1), 1),
        ("a TIFF of a book", () => ManyParts.Tiff(8, 8, 2000), 2000),
    ];

    public static TheoryData<int> TooManyCases => [.. Enumerable.Range(0, TooMany.Length)];

    public static TheoryData<int> AsWrittenCases => [.. Enumerable.Range(0, AsWritten.Length)];

    [Theory]
    [MemberData(nameof(TooManyCases))]
    public void A_file_of_more_parts_than_any_program_writes_is_refused_by_its_header(int index)
    {
        var (message, make) = TooMany[index];
        var file = make();
        var header = Assert.Throws<ImageException>(() => ImageReader.ReadHeader(file, Pictures.Limits));
        var read = Assert.Throws<ImageException>(() => Pictures.Read(file));

        Assert.Equal((ImageFault.TooComplex, message), (header.Fault, header.Message));
        Assert.Equal((ImageFault.TooComplex, message), (read.Fault, read.Message));
    }

    [Theory]
    [MemberData(nameof(AsWrittenCases))]
    public void A_file_of_as_many_parts_as_programs_write_is_read(int index)
    {
        var (kind, make, frames) = AsWritten[index];
        var file = make();
        var header = ImageReader.ReadHeader(file, Pictures.Limits);
        var read = Pictures.Read(file);

        Assert.True(header.Layout == read.Image.Layout, kind);
        Assert.Equal((frames, frames), (header.Frames, read.Frames));
    }

    [Fact]
    public void Every_format_that_is_written_here_can_be_counted()
    {
        foreach (var format in ImageFormats.All)
        {
            var file = Pictures.Write(Pictures.Make(300, 200, 3, metadata: MetadataTests.Everything()), format);
            PictureParts.Check(file, format);
        }
    }

    [Fact]
    public void Whatever_the_bytes_counting_ends_with_nothing_or_a_refusal()
    {
        var random = new Random(Seed);
        (ImageFormat Format, byte[] File)[] seeds =
        [
            (ImageFormat.Jpeg, ManyParts.Jpeg(64, 64, 20, restart: 2, before: [.. Segments(5, [0xFF, 0xDA])])),
            (ImageFormat.Png, ManyParts.Png(20, 20, 7, others: 3)),
            (ImageFormat.Gif, ManyParts.Gif(10)),
            (ImageFormat.Webp, ManyParts.Webp(10)),
            (ImageFormat.Tiff, ManyParts.Tiff(8, 8, 5, (322, 16), (323, 16))),
            (ImageFormat.Avif, ManyParts.Avif(20, 20)),
        ];
        for (var round = 0; round < 30_000; round++)
        {
            var (format, seed) = seeds[round % seeds.Length];
            var file = seed.ToArray();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                var value = random.Next(3) switch { 0 => 0, 1 => 255, _ => random.Next(256) };
                file[random.Next(file.Length)] = (byte)value;
            }

            try
            {
                var length = random.Next(4) == 0 ? random.Next(file.Length) : file.Length;
                PictureParts.Check(file.AsSpan(0, length), format);
            }
            catch (ImageException refusal)
            {
                Assert.Equal(ImageFault.TooComplex, refusal.Fault);
            }
        }
    }

    private static IEnumerable<byte> Segments(int count, byte[] data) => Many(ManyParts.Segment(0xE1, data), count);

    private static IEnumerable<byte> Many(byte[] bytes, int count) =>
        Enumerable.Repeat(bytes, count).SelectMany(part => part);
}
