using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Enlarger.Imaging;
using Enlarger.Tests.Imaging;

namespace Enlarger.Tests.Serving;

/// <summary>
/// Pictures by name, for transcripts: <c>100x80.png</c>, <c>100x80-alpha.png</c>, <c>100x80-grey.jpg</c>,
/// <c>100x80-16bit.tiff</c>, <c>100x80-damaged.jpg</c> (cut off), <c>words.txt</c> (no picture), <c>empty.bin</c>,
/// <c>header-20000x20000.png</c> (a header and nothing behind it), <c>30000000-bytes.jpg</c> (a picture padded to that
/// size), <c>sample-160x120.jpg</c> (from the middle of a photograph in samples/).
/// </summary>
internal static partial class TestPictures
{
    public static byte[] Make(string name)
    {
        if (name == "words.txt")
        {
            return Encoding.UTF8.GetBytes("These are words and not a picture.\n");
        }

        if (name == "empty.bin")
        {
            return [];
        }

        if (Header().Match(name) is { Success: true } header)
        {
            return HeaderOnly(Number(header, "width"), Number(header, "height"));
        }

        if (Padded().Match(name) is { Success: true } padded)
        {
            var bytes = Make("300x300.jpg");
            Array.Resize(ref bytes, Number(padded, "bytes"));
            return bytes;
        }

        if (Sample().Match(name) is { Success: true } sample)
        {
            var extension = sample.Groups["extension"].Value;
            return FromPhotograph(Number(sample, "width"), Number(sample, "height"), extension);
        }

        var match = Picture().Match(name);
        Assert.True(match.Success, $"There is no test picture \"{name}\".");
        var kind = match.Groups["kind"].Value;
        var channels = kind switch { "grey" => 1, "alpha" => 4, _ => 3 };
        var depth = kind == "16bit" ? 16 : 8;
        var image = Pictures.Make(Number(match, "width"), Number(match, "height"), channels, depth);
        var file = Pictures.Write(image, ImageFormats.Find(match.Groups["extension"].Value)!.Value);
        return kind == "damaged" ? file[..(file.Length / 2)] : file;
    }

    // A PNG whose header is whole and right, and of whose pixels there are none.
    private static byte[] HeaderOnly(int width, int height) =>
    [
        .. PngFile.Signature,
        .. PngFile.Chunk("IHDR", [.. BigEndian(width), .. BigEndian(height), 8, 2, 0, 0, 0]),
        .. PngFile.Chunk("IDAT", []),
    ];

    private static byte[] FromPhotograph(int width, int height, string extension)
    {
        var photograph = Pictures.Read(File.ReadAllBytes(Repository.Path("samples/kitten-on-lawn.jpg"))).Image;
        var (left, top) = ((photograph.Width - width) / 2, (photograph.Height - height) / 2);
        var samples = new byte[width * height * photograph.Channels];
        for (var y = 0; y < height; y++)
        {
            photograph.Row(top + y)
                .Slice(left * photograph.Channels, width * photograph.Channels)
                .CopyTo(samples.AsSpan(y * width * photograph.Channels));
        }

        var part = new PixelImage(width, height, photograph.Channels, photograph.BitDepth, samples, null);
        return Pictures.Write(part, ImageFormats.Find(extension)!.Value);
    }

    private static byte[] BigEndian(int value) =>
        [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static int Number(Match match, string group) =>
        int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^(?<width>\d+)x(?<height>\d+)(-(?<kind>grey|alpha|16bit|damaged))?\.(?<extension>\w+)$",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Picture();

    [GeneratedRegex(
        @"^sample-(?<width>\d+)x(?<height>\d+)\.(?<extension>\w+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sample();

    [GeneratedRegex(@"^header-(?<width>\d+)x(?<height>\d+)\.png$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Header();

    [GeneratedRegex(@"^(?<bytes>\d+)-bytes\.jpg$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Padded();
}
