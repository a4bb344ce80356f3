using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>Whatever the bytes, the reader returns a picture or says in a sentence why not.</summary>
public sealed class FuzzTests
{
    private const int Seed = 20260101;

    // Small enough that a header which lies about its size costs nothing.
    private static readonly ImageLimits Limits = new() { PixelsMax = 1 << 20 };

    [Theory]
    [InlineData(ImageFormat.Jpeg, 1500)]
    [InlineData(ImageFormat.Png, 1500)]
    [InlineData(ImageFormat.Webp, 1500)]
    [InlineData(ImageFormat.Avif, 400)]
    [InlineData(ImageFormat.Tiff, 1500)]
    [InlineData(ImageFormat.Gif, 1500)]
    [InlineData(ImageFormat.Bmp, 10000)]
    public void Mutated_files_are_read_or_refused(ImageFormat format, int rounds)
    {
        var random = new Random(Seed);
        byte[][] seeds =
        [
            Pictures.Write(Pictures.Make(24, 18, 3, metadata: MetadataTests.Everything()), format),
            Pictures.Write(Pictures.Make(9, 30, 4, 16), format),
            Pictures.Write(Pictures.Make(15, 15, 1), format),
        ];
        for (var round = 0; round < rounds; round++)
        {
            var file = Mutate(seeds[round % seeds.Length], random);
            try
            {
                var read = ImageReader.Read(file, Limits, CancellationToken.None);
                Assert.Equal(read.Image.Layout.RowBytes * read.Image.Height, read.Image.Samples.Length);
            }
            catch (ImageException)
            {
                // Refused, as it should be.
            }
#pragma warning disable CA1031 // Whatever it is, the round that repeats it belongs into the message.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Assert.Fail($"{format}, round {round}: {exception}");
            }
        }
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var file = seed.ToArray();
        var changes = random.Next(1, 8);
        for (var i = 0; i < changes; i++)
        {
            // Most of what a reader believes stands at the start.
            var at = random.Next(2) == 0 ? random.Next(file.Length) : random.Next(Math.Min(file.Length, 200));
            file[at] = random.Next(4) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(file[at] ^ (1 << random.Next(8))),
                2 => 0,
                _ => 255,
            };
        }

        return random.Next(5) == 0 ? file[..random.Next(file.Length)] : file;
    }
}
