using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Enlarger.Imaging;
using Enlarger.Imaging.Vips;

namespace Enlarger.Tests.Imaging;

/// <summary>Limits, refusals and resources of the reader.</summary>
[Collection(nameof(MemoryCounters))]
public sealed class ImageReaderTests
{
    [Fact]
    public void The_format_is_told_by_content()
    {
        foreach (var format in ImageFormats.All)
        {
            var image = Pictures.Make(13, 11, 3);
            var file = Pictures.Write(image, format);
            var read = Pictures.Read(file);
            Assert.Equal(format, read.Format);
            Assert.Equal(
                new ImageHeader(read.Image.Layout, format, Frames: 1),
                ImageReader.ReadHeader(new MemoryStream(file), Pictures.Limits, TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData("<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "SVG pictures are not read.")]
    [InlineData("%PDF-1.7", "PDF files are not read.")]
    [InlineData("8BPS\0\u0001", "Photoshop files are not read.")]
    [InlineData("\0\0\u0001\0\u0001\0", "Windows icons are not read.")]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0mif1heic", "HEIC pictures are not read.")]
    [InlineData("\0\0\0\u0018ftypisom\0\0\0\0isomavc1", "MP4 and QuickTime files are not read.")]
    [InlineData("P6\n1 1\n255\n", "Netpbm pictures are not read.")]
    public void A_known_kind_that_is_not_read_is_named(string file, string message)
    {
        var exception = Refused(Encoding.Latin1.GetBytes(file));
        Assert.Equal((ImageFault.Unsupported, message), (exception.Fault, exception.Message));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<!DOCTYPE html><title>404</title>")]
    [InlineData("{\"error\":\"not found\"}")]
    public void What_is_no_picture_is_not_recognised(string file) =>
        Assert.Equal(ImageFault.Unrecognised, Refused(Encoding.Latin1.GetBytes(file)).Fault);

    [Fact]
    public void A_file_that_is_cut_off_is_refused_without_our_paths_or_foreign_words()
    {
        foreach (var format in ImageFormats.All)
        {
            var file = Pictures.Write(Pictures.Make(64, 64, 3), format);
            var exception = Refused(file[..(file.Length / 2)]);
            Assert.Equal(
                (ImageFault.Damaged, $"The {format.DisplayName()} file is damaged or cut off."),
                (exception.Fault, exception.Message));
        }
    }

    [Fact]
    public void Bytes_are_counted_while_they_are_read()
    {
        var source = new EndlessStream();
        var limits = new ImageLimits { BytesMax = 1 << 20 };
        var exception = Assert.Throws<ImageException>(
            () => ImageReader.Read(source, limits, TestContext.Current.CancellationToken));
        Assert.Equal(ImageFault.TooLarge, exception.Fault);
        Assert.InRange(source.BytesRead, limits.BytesMax, 2 * limits.BytesMax);
    }

    [Fact]
    public void Pixels_are_counted()
    {
        var image = Pictures.Make(100, 101, 3);
        var limits = new ImageLimits { PixelsMax = 100 * 100 };
        foreach (var format in ImageFormats.All)
        {
            var file = Pictures.Write(image, format);
            var exception = Assert.Throws<ImageException>(() => ImageReader.Read(file, limits, CancellationToken.None));
            Assert.Equal(ImageFault.TooLarge, exception.Fault);
            exception = Assert.Throws<ImageException>(() => ImageReader.ReadHeader(file, limits));
            Assert.Equal(ImageFault.TooLarge, exception.Fault);
        }
    }

    [Fact]
    public void Pixels_are_counted_before_they_are_decoded()
    {
        // A valid picture of 400 megapixels in 400 KB.
        using var bomb = new MemoryStream();
        ImageWriter.Write(
            new PixelLayout(20_000, 20_000, 1, 8),
            ImageMetadata.None,
            (_, _) => { },
            bomb,
            new WriteOptions(ImageFormat.Png),
            TestContext.Current.CancellationToken);
        var before = (long)VipsNative.TrackedHighWater();
        var managed = GC.GetTotalAllocatedBytes();
        Assert.Equal(ImageFault.TooLarge, Refused(bomb.ToArray()).Fault);
        Assert.InRange((long)VipsNative.TrackedHighWater() - before, 0, 1 << 20);
        Assert.InRange(GC.GetTotalAllocatedBytes() - managed, 0, 16 << 20);
    }

    [Fact]
    public void A_text_that_inflates_to_much_is_not_inflated()
    {
        const int bombBytes = 50_000_000;
        using var deflated = new MemoryStream();
        using (var zlib = new ZLibStream(deflated, CompressionLevel.SmallestSize))
        {
            zlib.Write(new byte[bombBytes]);
        }

        byte[] text = [.. "Comment\0\0"u8, .. deflated.ToArray()];
        byte[] xmp = [.. "XML:com.adobe.xmp\0\u0001\0\0\0"u8, .. deflated.ToArray()];
        var bomb = PngFile.Insert(
            Pictures.Write(Pictures.Make(4, 4, 3), ImageFormat.Png),
            PngFile.Chunk("zTXt", text),
            PngFile.Chunk("iTXt", xmp));
        var before = VipsNative.TrackedHighWater();
        Assert.Equal(4, Pictures.Read(bomb).Image.Width);
        Assert.InRange((long)VipsNative.TrackedHighWater() - (long)before, 0, bombBytes / 4);
    }

    [Fact]
    public void Frames_of_an_animated_png_are_counted_and_the_first_is_read()
    {
        var still = Pictures.Write(Pictures.Make(6, 5, 3), ImageFormat.Png);
        var animated = Pictures.Read(PngFile.Insert(still, PngFile.Chunk("acTL", [0, 0, 0, 7, 0, 0, 0, 0])));
        Assert.Equal(7, animated.Frames);
        Assert.Equal(Pictures.Read(still).Image.Samples.ToArray(), animated.Image.Samples.ToArray());
    }

    [Fact]
    public void Raw_camera_pictures_are_not_taken_for_their_preview()
    {
        var tiff = Pictures.Write(Pictures.Make(8, 8, 3), ImageFormat.Tiff);

        // The unit of the density becomes a DNG version.
        var entry = TiffDirectory.Find(tiff, 296);
        Assert.NotNull(entry);
        BinaryPrimitives.WriteUInt16LittleEndian(tiff.AsSpan(entry.Value.At), 50706);
        Assert.Equal(ImageFault.Unsupported, Refused(tiff).Fault);
    }

    [Fact]
    public void Two_hundred_pictures_leave_nothing_behind()
    {
        const int side = 200;
        var image = Pictures.Make(side, side, 3, metadata: MetadataTests.Everything());
        var files = ImageFormats.All
            .Select(format => Pictures.Write(image, format))
            .ToArray();
        var before = (long)VipsNative.TrackedBytes();
        for (var i = 0; i < 200; i++)
        {
            var file = files[i % files.Length];
            Pictures.Read(file);
            Refused(file[..(file.Length * 2 / 3)]);
        }

        // Threads of libvips keep a buffer each for a while. Less than one picture in 400 is none.
        Assert.InRange((long)VipsNative.TrackedBytes() - before, long.MinValue, side * side * 3);
    }

    [Fact]
    public void Cancelling_stops_a_decode()
    {
        var file = Pictures.Write(Pictures.Make(2000, 2000, 3), ImageFormat.Png);
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => ImageReader.Read(file, Pictures.Limits, cancel.Token));
        using var picture = EncodedPicture.Open(file, ImageFormat.Png);
        Assert.ThrowsAny<OperationCanceledException>(() => picture.Decode(cancel.Token));
    }

    [Fact]
    public void Pictures_are_read_on_many_threads_at_once()
    {
        var image = Pictures.Make(80, 60, 3);
        var files = ImageFormats.All.Select(format => Pictures.Write(image, format)).ToArray();
        var expected = files.Select(file => Pictures.Read(file).Image.Samples.ToArray()).ToArray();
        Parallel.For(0, 100, i =>
        {
            var read = ImageReader.Read(files[i % files.Length], Pictures.Limits, CancellationToken.None);
            Assert.Equal(expected[i % files.Length], read.Image.Samples.ToArray());
        });
    }

    private static ImageException Refused(byte[] file) => Assert.Throws<ImageException>(() => Pictures.Read(file));

    private sealed class EndlessStream : Stream
    {
        public long BytesRead { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => BytesRead; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            BytesRead += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <summary>Tests that look at counters of the whole process run alone.</summary>
[CollectionDefinition(nameof(MemoryCounters), DisableParallelization = true)]
public sealed class MemoryCounters;
