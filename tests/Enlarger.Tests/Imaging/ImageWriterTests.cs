using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>How rows are pulled, and how writing ends.</summary>
public sealed class ImageWriterTests
{
    public static TheoryData<ImageFormat> Formats() => [.. ImageFormats.All];

    [Theory, MemberData(nameof(Formats))]
    public void Rows_are_asked_for_once_each_from_top_to_bottom(ImageFormat format)
    {
        foreach (var (width, height) in ((int, int)[])[(1, 1), (3, 500), (500, 3), (127, 129), (1500, 40)])
        {
            var asked = new List<int>();
            Write(format, new PixelLayout(width, height, 3, 8), (y, samples) =>
            {
                Assert.Equal(width * 3, samples.Length);
                asked.Add(y);
                samples.Fill((byte)y);
            });
            Assert.Equal(Enumerable.Range(0, height), asked);
        }
    }

    [Theory, MemberData(nameof(Formats))]
    public void An_exception_of_the_rows_comes_out_unchanged(ImageFormat format)
    {
        var thrown = new FormatException("Row 30 is not to be had.");
        var caught = Assert.Throws<FormatException>(() => Write(format, new PixelLayout(50, 300, 3, 8), (y, samples) =>
        {
            Assert.InRange(y, 0, 30);
            if (y == 30)
            {
                throw thrown;
            }
        }));
        Assert.Same(thrown, caught);
    }

    [Theory, MemberData(nameof(Formats))]
    public void An_exception_of_the_stream_comes_out_unchanged(ImageFormat format)
    {
        var target = new FullDisk();
        var caught = Assert.Throws<IOException>(() => ImageWriter.Write(
            new PixelLayout(300, 300, 3, 8),
            ImageMetadata.None,
            (y, samples) => new Random(y).NextBytes(samples),
            target,
            new WriteOptions(format),
            TestContext.Current.CancellationToken));
        Assert.Same(target.Thrown, caught);
    }

    [Theory, MemberData(nameof(Formats))]
    public void Cancelling_stops_the_rows(ImageFormat format)
    {
        using var cancel = new CancellationTokenSource();
        var last = -1;
        Assert.ThrowsAny<OperationCanceledException>(() => ImageWriter.Write(
            new PixelLayout(100, 1000, 3, 8),
            ImageMetadata.None,
            (y, samples) =>
            {
                last = y;
                if (y == 100)
                {
                    cancel.Cancel();
                }
            },
            Stream.Null,
            new WriteOptions(format),
            cancel.Token));

        // The strip that was being pulled is finished.
        Assert.InRange(last, 100, 120);
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg, 65501, 1)]
    [InlineData(ImageFormat.Webp, 1, 16384)]
    [InlineData(ImageFormat.Avif, 16385, 1)]
    [InlineData(ImageFormat.Gif, 65536, 1)]
    [InlineData(ImageFormat.Bmp, 65536, 16384)]
    public void A_size_that_does_not_fit_is_refused_before_the_first_row(ImageFormat format, int width, int height)
    {
        var exception = Assert.Throws<ImageException>(() => Write(
            format, new PixelLayout(width, height, 3, 8), (_, _) => Assert.Fail("A row was pulled.")));
        Assert.Equal(ImageFault.TooLarge, exception.Fault);
        Assert.Contains(format.DisplayName(), exception.Message, StringComparison.Ordinal);
        Assert.Contains("PNG and TIFF", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Avif)]
    [InlineData(ImageFormat.Gif)]
    public void The_largest_side_is_written_and_read(ImageFormat format)
    {
        var image = new PixelImage(format.SideMax(), 1, 3, 8, new byte[format.SideMax() * 3]);
        var read = Pictures.Read(Pictures.Write(image, format));
        Assert.Equal((image.Width, 1), (read.Image.Width, read.Image.Height));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void Quality_outside_of_its_range_is_a_mistake_of_the_caller(int quality) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Pictures.Write(Pictures.Make(4, 4, 3), ImageFormat.Jpeg, quality));

    [Fact]
    public void Writers_run_beside_each_other()
    {
        var image = Pictures.Make(120, 90, 3);
        var expected = ImageFormats.All.Select(format => Pictures.Write(image, format)).ToArray();
        Parallel.For(0, 40, i =>
        {
            var format = ImageFormats.All[i % ImageFormats.All.Count];
            using var file = new MemoryStream();
            ImageWriter.Write(
                image.Layout,
                image.Metadata,
                (y, samples) => image.Row(y).CopyTo(samples),
                file,
                new WriteOptions(format),
                CancellationToken.None);
            Assert.Equal(expected[i % expected.Length], file.ToArray());
        });
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Bmp)]
    public void Rows_reach_the_file_long_before_the_last_one_is_pulled(ImageFormat format)
    {
        // 90 MB of samples; what is pulled and not yet written is held somewhere.
        var layout = new PixelLayout(5000, 6000, 3, 8);
        var written = new CountingStream();
        long bytesAtHalf = 0;
        var noise = new byte[layout.RowBytes];
        new Random(1).NextBytes(noise);
        ImageWriter.Write(
            layout,
            ImageMetadata.None,
            (y, samples) =>
            {
                noise.CopyTo(samples);
                if (y == layout.Height / 2)
                {
                    bytesAtHalf = written.Bytes;
                }
            },
            written,
            new WriteOptions(format),
            TestContext.Current.CancellationToken);

        Assert.InRange(bytesAtHalf, written.Bytes / 4, written.Bytes);
    }

    private static void Write(ImageFormat format, PixelLayout layout, RowSource rows) =>
        ImageWriter.Write(
            layout,
            ImageMetadata.None,
            rows,
            new MemoryStream(),
            new WriteOptions(format),
            TestContext.Current.CancellationToken);

    private sealed class FullDisk : MemoryStream
    {
        public IOException Thrown { get; } = new("No space left.");

        public override void Write(ReadOnlySpan<byte> buffer) => throw Thrown;

        public override void Write(byte[] buffer, int offset, int count) => throw Thrown;
    }

    private sealed class CountingStream : MemoryStream
    {
        private long _bytes;

        public long Bytes => Volatile.Read(ref _bytes);

        public override void Write(ReadOnlySpan<byte> buffer) => Interlocked.Add(ref _bytes, buffer.Length);

        public override void Write(byte[] buffer, int offset, int count) => Interlocked.Add(ref _bytes, count);
    }
}
