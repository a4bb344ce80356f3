using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>A JPEG file without its last marker is read where no pixel is missing, and only there.</summary>
public sealed class JpegEndTests
{
    // Sides that fill their last blocks, and others that do not.
    private static readonly byte[][] Files =
    [
        Pictures.Write(Pictures.Make(64, 48, 1), ImageFormat.Jpeg),
        Pictures.Write(Pictures.Make(61, 35, 3), ImageFormat.Jpeg),
        Pictures.Write(Pictures.Make(40, 40, 3), ImageFormat.Jpeg, quality: 60),
    ];

    [Fact]
    public void Nothing_but_the_marker_may_be_missing()
    {
        foreach (var file in Files)
        {
            var whole = Pictures.Read(file).Image.Samples.ToArray();
            var data = file[..^2];

            Assert.Equal(whole, Pictures.Read(data).Image.Samples.ToArray());
            Assert.Equal(whole, Pictures.Read([.. data, 0]).Image.Samples.ToArray());
            Assert.Equal(whole, Pictures.Read([.. data, .. new byte[500]]).Image.Samples.ToArray());
            Assert.Equal(whole, Pictures.Read([.. data, 0xFF]).Image.Samples.ToArray());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300)]
    public void A_file_that_is_cut_is_refused_with_zeros_behind_it_or_without(int zeros)
    {
        foreach (var file in Files)
        {
            var data = file[..^2];
            var whole = Pictures.Read(file).Image.Samples.ToArray();
            for (var cut = 1; cut <= data.Length - 2; cut += cut < 24 ? 1 : 37)
            {
                byte[] part = [.. data[..^cut], .. new byte[zeros]];
                var isRefused = Refuses(part, out var read);

                // The last byte may hold nothing but filling, and the last block may lie outside of the picture.
                Assert.True(isRefused || (cut < 3 && read!.Image.Samples.Span.SequenceEqual(whole)), $"{cut}");
            }
        }
    }

    [Theory]
    [InlineData(0xC0, 12, "12 bits a sample")]
    [InlineData(0xC3, 8, "lossless coding")]
    [InlineData(0xC5, 8, "hierarchical coding")]
    public void Kinds_that_are_not_read_are_named(int frame, int bits, string name)
    {
        var file = Files[0].ToArray();
        var at = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        (file[at + 1], file[at + 4]) = ((byte)frame, (byte)bits);

        var refusal = Assert.Throws<ImageException>(() => Pictures.Read(file));

        Assert.Equal(ImageFault.Unsupported, refusal.Fault);
        Assert.Equal($"JPEG pictures with {name} are not read.", refusal.Message);
    }

    private static bool Refuses(byte[] file, out ReadImage? read)
    {
        try
        {
            read = Pictures.Read(file);
            return false;
        }
        catch (ImageException refusal) when (refusal.Fault is ImageFault.Damaged or ImageFault.Unrecognised)
        {
            read = null;
            return true;
        }
    }

    [Fact]
    public void A_jpeg_with_more_rows_than_it_says_is_read_as_browsers_do()
    {
        var file = Files[0].ToArray();
        var at = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        file[at + 6] = 40;

        Assert.Equal(40, Pictures.Read(file).Image.Height);
    }
}
