using System.Buffers.Binary;
using Enlarger.Imaging;
using FsCheck;
using FsCheck.Fluent;

namespace Enlarger.Tests.Imaging;

/// <summary>The BMP codec, beyond what <see cref="RoundTripTests"/> asks of every format.</summary>
public sealed class BmpTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        var pictures =
            from width in Gen.Choose(1, 40)
            from height in Gen.Choose(1, 40)
            from channels in Gen.Elements(1, 3, 4)
            from samples in Gen.Choose(0, 255).ArrayOf(width * height * channels)
            select new PixelImage(width, height, channels, 8, Array.ConvertAll(samples, value => (byte)value));
        Prop.ForAll(pictures.ToArbitrary(), image =>
        {
            var read = Pictures.Read(Pictures.Write(image, ImageFormat.Bmp)).Image;
            return read.Layout == image.Layout
                && (IsInvisible(image) || read.Samples.Span.SequenceEqual(image.Samples.Span));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(1, new byte[] { 0b1010_0000 }, new byte[] { 1, 0, 1 })]
    [InlineData(2, new byte[] { 0b1101_0000 }, new byte[] { 3, 1, 0 })]
    [InlineData(4, new byte[] { 0x1F, 0x20 }, new byte[] { 1, 15, 2 })]
    [InlineData(8, new byte[] { 7, 255, 1 }, new byte[] { 7, 255, 1 })]
    public void Small_indices_are_taken_from_the_high_bits(int bits, byte[] row, byte[] expected)
    {
        // Entry i is the grey i, so that the picture shows its indices.
        var palette = Enumerable.Range(0, 1 << bits).SelectMany(i => (byte[])[(byte)i, (byte)i, (byte)i, 0]).ToArray();
        var read = Pictures.Read(Bmp(3, 1, bits, 0, palette, [.. row, .. new byte[4 - row.Length]])).Image;
        Assert.Equal(expected, read.Samples.ToArray());
    }

    [Fact]
    public void Rows_are_bottom_up_unless_the_height_is_negative()
    {
        byte[] pixels = [1, 2, 3, 0, 4, 5, 6, 0];
        Assert.Equal([6, 5, 4, 3, 2, 1], Pictures.Read(Bmp(1, 2, 24, 0, [], pixels)).Image.Samples.ToArray());
        Assert.Equal([3, 2, 1, 6, 5, 4], Pictures.Read(Bmp(1, -2, 24, 0, [], pixels)).Image.Samples.ToArray());
    }

    // Browsers and libvips read such files: nothing depends on the number of planes, which is always 1.
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(255)]
    public void The_number_of_planes_does_not_matter(byte planes)
    {
        var file = Bmp(1, 2, 24, 0, [], [1, 2, 3, 0, 4, 5, 6, 0]);
        file[26] = planes;
        Assert.Equal([6, 5, 4, 3, 2, 1], Pictures.Read(file).Image.Samples.ToArray());
    }

    // Browsers read these too, and no pixel can name the entries beyond.
    [Theory]
    [InlineData(1, 5)]
    [InlineData(4, 17)]
    [InlineData(8, 300)]
    public void A_palette_may_have_more_entries_than_its_bits_can_name(int bits, int entries)
    {
        var palette = Enumerable.Range(0, entries).SelectMany(i => (byte[])[(byte)i, (byte)i, (byte)i, 0]).ToArray();
        var pixel = (byte)(1 << (8 - bits));
        Assert.Equal([1], Pictures.Read(Bmp(1, 1, bits, 0, palette, [pixel, 0, 0, 0])).Image.Samples.ToArray());
    }

    [Fact]
    public void Runs_of_eight_bits_are_decoded()
    {
        // Two of entry 1; a literal 2, 1, 0; next line; a jump of one to the right; one of entry 2; the end.
        byte[] runs = [2, 1, 0, 3, 2, 1, 0, 0, 0, 0, 0, 2, 1, 0, 1, 2, 0, 1];
        byte[] palette = [0, 0, 0, 0, 10, 20, 30, 0, 40, 50, 60, 0];
        var image = Pictures.Read(Bmp(5, 2, 8, 1, palette, runs)).Image;
        int[] expected = [0, 60, 0, 0, 0, 30, 30, 60, 30, 0];
        Assert.Equal(expected, Enumerable.Range(0, 10).Select(i => (int)image.Samples.Span[i * 3]));
    }

    [Fact]
    public void Runs_of_four_bits_are_decoded()
    {
        // Three pixels alternating 1 and 2; a literal 2, 1, 2; the end.
        byte[] runs = [3, 0x12, 0, 3, 0x21, 0x20, 0, 1];
        byte[] palette = [0, 0, 0, 0, 10, 20, 30, 0, 40, 50, 60, 0];
        var image = Pictures.Read(Bmp(6, 1, 4, 2, palette, runs)).Image;
        Assert.Equal([30, 60, 30, 60, 30, 60], Enumerable.Range(0, 6).Select(i => (int)image.Samples.Span[i * 3]));
    }

    [Theory]
    [InlineData(0xF800, 0x07E0, 0x001F, 0xF81F, 255, 0, 255)]
    [InlineData(0x7C00, 0x03E0, 0x001F, 0x0200, 0, 132, 0)]
    [InlineData(0x0F00, 0x00F0, 0x000F, 0x0123, 17, 34, 51)]
    public void Masked_channels_span_all_levels(int red, int green, int blue, int pixel, int r, int g, int b)
    {
        var masks = new byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(masks, red);
        BinaryPrimitives.WriteInt32LittleEndian(masks.AsSpan(4), green);
        BinaryPrimitives.WriteInt32LittleEndian(masks.AsSpan(8), blue);
        var pixels = new byte[4];
        BinaryPrimitives.WriteUInt16LittleEndian(pixels, (ushort)pixel);
        Assert.Equal(
            [(byte)r, (byte)g, (byte)b], Pictures.Read(Bmp(1, 1, 16, 3, masks, pixels)).Image.Samples.ToArray());
    }

    [Fact]
    public void Alpha_that_hides_everything_is_taken_for_none()
    {
        var image = new PixelImage(2, 1, 4, 8, [1, 2, 3, 0, 4, 5, 6, 0]);
        var read = Pictures.Read(Pictures.Write(image, ImageFormat.Bmp)).Image;
        Assert.Equal([1, 2, 3, 255, 4, 5, 6, 255], read.Samples.ToArray());
    }

    [Fact]
    public void A_large_picture_of_few_bytes_is_refused_without_allocating_it()
    {
        // The runs end at once, without an end mark: 100 million pixels that are not there.
        var bomb = Bmp(10_000, 10_000, 8, 1, new byte[1024], [1, 1]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ImageException>(() => Pictures.Read(bomb));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static bool IsInvisible(PixelImage image) =>
        image.Layout.HasAlpha
        && Enumerable.Range(0, image.Width * image.Height).All(i => image.Samples.Span[i * 4 + 3] == 0);

    /// <summary>A file with an INFO header; <paramref name="extra"/> is its palette or its masks.</summary>
    private static byte[] Bmp(int width, int height, int bits, int compression, byte[] extra, byte[] pixels)
    {
        var head = new byte[54];
        "BM"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(2), 54 + extra.Length + pixels.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(10), 54 + extra.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(22), height);
        head[26] = 1;
        head[28] = (byte)bits;
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(30), compression);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(46), bits <= 8 ? extra.Length / 4 : 0);
        return [.. head, .. extra, .. pixels];
    }
}
