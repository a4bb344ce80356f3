using System.Buffers.Binary;
using Enlarger.Imaging;
using Enlarger.Tests.Enlarging;

namespace Enlarger.Tests.Imaging;

/// <summary>Only what a TIFF file declares as alpha is alpha.</summary>
public sealed class ChannelTests
{
    private const ushort Unspecified = 0;
    private const ushort Associated = 1;
    private const ushort Unassociated = 2;
    private const ushort Grey = 1;
    private const ushort Rgb = 2;
    private const ushort Cmyk = 5;

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public async Task Colours_under_an_unspecified_channel_stay(int bitDepth)
    {
        var unit = bitDepth == 8 ? 1 : 257;
        var file = Tiff(Rgb, bitDepth, [Unspecified], (x, y) => [15 * x, 15 * y, 240 - (10 * x), 15 * x]);

        var (image, notes) = await SameSizeAsync(file, ImageFormat.Tiff);
        var (png, losses) = await SameSizeAsync(file, ImageFormat.Png);

        Assert.True(image.Layout is { HasExtra: true, HasAlpha: false, Channels: 4 });
        Assert.Equal([15 * unit, 15 * unit, 230 * unit, 15 * unit], Pixel(image, 1, 1));
        Assert.Equal([0, 0, 240 * unit, 0], Pixel(image, 0, 0));
        Assert.Empty(notes);
        Assert.Equal([0, 0, 240 * unit], Pixel(png, 0, 0));
        Assert.Contains("extra channel", Assert.Single(losses));
    }

    [Fact]
    public async Task Grey_under_an_unspecified_channel_stays()
    {
        var file = Tiff(Grey, 8, [Unspecified], (x, y) => [15 * y, 0]);

        var (image, _) = await SameSizeAsync(file, ImageFormat.Tiff);

        Assert.True(image.Layout is { HasExtra: true, Channels: 2 });
        Assert.Equal([45, 0], Pixel(image, 2, 3));
    }

    [Fact]
    public async Task Colours_under_an_unspecified_channel_stay_when_the_picture_is_cropped()
    {
        var file = Tiff(Rgb, 8, [Unspecified], (x, y) => [15 * x, 15 * y, 240 - (10 * x), 15 * (x % 2)]);
        var options = new EnlargeOptions { Model = "lanczos", Size = (16, 8), Fit = SizeFit.Cover };

        var (image, _) = await EnlargeAsync(file, options);

        Assert.True(image.Layout is { HasExtra: true, HasAlpha: false, Channels: 4, Width: 16, Height: 8 });
        Assert.Equal([30, 15 * 7, 220, 0], Pixel(image, 2, 3));
        Assert.Equal([45, 15 * 7, 210, 15], Pixel(image, 3, 3));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public async Task Associated_alpha_is_divided_out(int bitDepth)
    {
        var unit = bitDepth == 8 ? 1 : 257;
        var file = Tiff(Rgb, bitDepth, [Associated], (_, _) => [50, 25, 100, 100]);

        var (image, _) = await SameSizeAsync(file, ImageFormat.Tiff);

        Assert.True(image.Layout.HasAlpha);
        var pixel = Pixel(image, 5, 5);
        int[] expected = [128 * unit, 64 * unit, 255 * unit, 100 * unit];
        Assert.All(pixel.Zip(expected), pair => Assert.InRange(pair.First, pair.Second - unit, pair.Second));
    }

    [Theory]
    [InlineData(Unassociated, Unspecified)]
    [InlineData(Unspecified, Unassociated)]
    public async Task Alpha_is_found_among_other_channels(int first, int second)
    {
        var isFirst = first == Unassociated;
        var file = Tiff(
            Rgb, 8, [(ushort)first, (ushort)second], (x, _) => [200, 100, 50, isFirst ? 90 : x, isFirst ? x : 90]);

        var (image, notes) = await SameSizeAsync(file, ImageFormat.Png);

        Assert.Equal([200, 100, 50, 90], Pixel(image, 3, 3));
        Assert.Contains("no transparency", Assert.Single(notes));
    }

    [Theory]
    [InlineData(Unspecified, 3)]
    [InlineData(Unassociated, 4)]
    public async Task A_spot_ink_beside_cmyk_is_no_alpha(int extra, int channels)
    {
        var file = Tiff(Cmyk, 8, [(ushort)extra], (_, _) => [0, 0, 0, 0, 7]);

        var (image, notes) = await SameSizeAsync(file, ImageFormat.Png);

        Assert.Equal(channels, image.Channels);
        Assert.All(Pixel(image, 2, 2)[..3], sample => Assert.InRange(sample, 250, 255));
        Assert.Equal(channels == 3 ? 1 : 0, notes.Count);
    }

    [Fact]
    public void What_stands_behind_the_colours_without_a_declaration_is_no_alpha() =>
        Assert.True(Pictures.Read(Tiff(Rgb, 8, [], (_, _) => [1, 2, 3, 0], samples: 4)).Image.Layout.HasExtra);

    [Theory]
    [InlineData(259, 50000, "Zstandard compression")]
    [InlineData(259, 34925, "LZMA compression")]
    [InlineData(259, 34887, "LERC compression")]
    [InlineData(259, 6, "old-style JPEG compression")]
    [InlineData(259, 34661, "JBIG compression")]
    [InlineData(259, 4711, "the compression 4711")]
    [InlineData(262, 8, "CIELAB colours")]
    [InlineData(262, 32803, "raw camera samples")]
    [InlineData(339, 3, "floating-point samples")]
    [InlineData(339, 2, "signed samples")]
    [InlineData(339, 6, "complex samples")]
    public void Kinds_that_are_not_read_are_named(int tag, int value, string name)
    {
        var file = Tiff(Rgb, 8, [], (_, _) => [1, 2, 3], changed: ((ushort)tag, (ushort)value));

        var refusal = Assert.Throws<ImageException>(() => Pictures.Read(file));

        Assert.Equal(ImageFault.Unsupported, refusal.Fault);
        Assert.Equal($"TIFF pictures with {name} are not read.", refusal.Message);
    }

    private static Task<(PixelImage Image, IReadOnlyList<string> Notes)> SameSizeAsync(
        byte[] file, ImageFormat format) =>
        EnlargeAsync(file, new EnlargeOptions { Model = "lanczos", Scale = 1, Format = format });

    private static async Task<(PixelImage Image, IReadOnlyList<string> Notes)> EnlargeAsync(
        byte[] file, EnlargeOptions options)
    {
        using var source = new MemoryStream(file);
        using var target = new MemoryStream();
        var result = await new ImageEnlarger().EnlargeAsync(
            source, target, options, cancel: TestContext.Current.CancellationToken);
        target.Position = 0;
        return (Enlargement.Read(target), result.Notes);
    }

    private static int[] Pixel(PixelImage image, int x, int y)
    {
        var bytes = image.BitDepth / 8;
        var pixel = image.Row(y).Slice(x * image.Channels * bytes, image.Channels * bytes).ToArray();
        return [.. Enumerable.Range(0, image.Channels).Select(
            c => bytes == 1 ? pixel[c] : BitConverter.ToUInt16(pixel, c * 2))];
    }

    // 16x16 pixels, one strip, no compression; a pixel is given in levels of 8 bits.
    private static byte[] Tiff(
        ushort colours,
        int bitDepth,
        ushort[] extra,
        Func<int, int, int[]> pixel,
        int? samples = null,
        (ushort Tag, ushort Value)? changed = null)
    {
        const int side = 16;
        const int headerBytes = 8;
        var channels = samples ?? pixel(0, 0).Length;
        using var data = new MemoryStream();
        for (var i = 0; i < side * side; i++)
        {
            foreach (var level in pixel(i % side, i / side))
            {
                data.WriteByte((byte)level);
                if (bitDepth == 16)
                {
                    data.WriteByte((byte)level);
                }
            }
        }

        List<(ushort Tag, ushort[] Values)> tags =
        [
            (256, [side]), (257, [side]), (258, [.. Enumerable.Repeat((ushort)bitDepth, channels)]), (259, [1]),
            (262, [colours]), (273, [headerBytes]), (277, [(ushort)channels]), (278, [side]),
            (279, [(ushort)data.Length]), (338, extra), (339, [.. Enumerable.Repeat((ushort)1, channels)]),
        ];
        tags.RemoveAll(tag => tag.Values.Length == 0);
        if (changed is { } change)
        {
            tags[tags.FindIndex(tag => tag.Tag == change.Tag)] = (change.Tag, [change.Value]);
        }

        var directory = headerBytes + (int)data.Length;
        var behind = directory + 2 + (tags.Count * 12) + 4;
        using var entries = new MemoryStream();
        using var values = new MemoryStream();
        foreach (var (tag, numbers) in tags)
        {
            var entry = new byte[12];
            BinaryPrimitives.WriteUInt16LittleEndian(entry, tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(2), 3);
            BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(4), numbers.Length);
            var bytes = numbers.SelectMany(number => new[] { (byte)number, (byte)(number >> 8) }).ToArray();
            if (bytes.Length <= 4)
            {
                bytes.CopyTo(entry, 8);
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(8), behind + (int)values.Length);
                values.Write(bytes);
            }

            entries.Write(entry);
        }

        return
        [
            .. "II*\0"u8, .. BitConverter.GetBytes(directory), .. data.ToArray(),
            .. BitConverter.GetBytes((ushort)tags.Count), .. entries.ToArray(), 0, 0, 0, 0, .. values.ToArray(),
        ];
    }
}
