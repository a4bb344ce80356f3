using System.IO.Compression;
using System.Text;
using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>Texts of PNG files stay in PNG, to the byte, and go where other formats have a place for them.</summary>
public sealed class PngTextTests
{
    private const string Workflow = "{\"nodes\": [{\"id\": 1, \"type\": \"KSampler\"}]}";

    // Chunks before and behind the pixels, of all types.
    private static readonly byte[][] Early =
    [
        PngFile.Chunk("tEXt", [.. "Author\0Jane Roe"u8]),
        PngFile.Chunk("tEXt", [.. "Copyright\0"u8, .. Encoding.Latin1.GetBytes("© Jane Roe")]),
        PngFile.Chunk("zTXt", [.. "Description\0\0"u8, .. Deflated("A barn")]),
        PngFile.Chunk("iTXt", [.. "Software\0\0\0de\0Programm\0"u8, .. Encoding.UTF8.GetBytes("Würfel")]),
        PngFile.Chunk("tEXt", [.. "parameters\0a barn, oil on canvas\nSteps: 20, Seed: 7"u8]),
    ];

    private static readonly byte[][] Late =
    [
        PngFile.Chunk("iTXt", [.. "workflow\0\u0001\0\0\0"u8, .. Deflated(Workflow)]),
        PngFile.Chunk("tIME", [0x07, 0xE5, 3, 4, 5, 6, 7]),
    ];

    [Fact]
    public async Task All_chunks_stay_to_the_byte_and_in_their_order()
    {
        var result = await Enlarged.Of(File());
        Assert.True(result.File.AsSpan().IndexOf(Early.Concat(Late).SelectMany(chunk => chunk).ToArray()) > 0);
        Assert.Empty(result.Result.Notes);

        // And once more, to see that nothing is doubled.
        var again = await Enlarged.Of(result.File);
        Assert.Equal(1, Count(again.File, "Jane Roe"u8) - 1);
        Assert.Equal(1, Count(again.File, "workflow\0"u8));
    }

    [Fact]
    public async Task Xmp_is_not_doubled()
    {
        var xmp = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><!-- once --></x:xmpmeta>";
        foreach (var data in (byte[][])[
            [.. "XML:com.adobe.xmp\0\0\0\0\0"u8, .. Encoding.UTF8.GetBytes(xmp)],
            [.. "XML:com.adobe.xmp\0\u0001\0\0\0"u8, .. Deflated(xmp)]])
        {
            var file = PngFile.Insert(File(), PngFile.Chunk("iTXt", data));
            var result = await Enlarged.Of(file);
            Assert.Equal(1, Count(result.File, "XML:com.adobe.xmp"u8));
            Assert.Equal(xmp, Encoding.UTF8.GetString(result.Metadata.Xmp!.Value.Span));
        }
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Avif)]
    [InlineData(ImageFormat.Tiff)]
    public async Task Other_formats_have_them_in_exif_and_the_rest_is_said(ImageFormat format)
    {
        var result = await Enlarged.Of(File(), format);
        Assert.Equal("Jane Roe\0"u8, result.Tags[315]);
        Assert.Equal("© Jane Roe\0", Encoding.UTF8.GetString(result.Tags[33432]));
        Assert.Equal("A barn\0"u8, result.Tags[270]);
        Assert.Equal("Würfel\0", Encoding.UTF8.GetString(result.Tags[305]));
        Assert.Equal([.. "ASCII\0\0\0a barn, oil on canvas\nSteps: 20, Seed: 7"u8], result.Tags[0x9286]);
        Assert.Equal(
            $"{format.DisplayName()} has no place for texts of PNG (workflow), left out of the result.",
            Assert.Single(result.Result.Notes));
    }

    [Fact]
    public async Task What_exif_says_already_stays()
    {
        foreach (var isLittle in (bool[])[true, false])
        {
            var exif = TiffFile.Make(
                [TestTag.Ascii(315, "John"), TestTag.In(0x8769, TestTag.Ascii(0x9003, "2020"))], isLittle);
            var result = await Enlarged.Of(PngFile.Insert(File(), PngFile.Chunk("eXIf", exif)), ImageFormat.Jpeg);
            Assert.Equal("John\0"u8, result.Tags[315]);
            Assert.Equal("2020\0"u8, result.Tags[0x9003]);
            Assert.StartsWith("ASCII", Encoding.ASCII.GetString(result.Tags[0x9286]));
            Assert.Contains("Author, workflow", Assert.Single(result.Result.Notes));
        }
    }

    [Fact]
    public async Task Stripped_has_none()
    {
        var result = await Enlarged.Of(File(), strip: true);
        Assert.True(result.File.AsSpan().IndexOf("Jane"u8) < 0);
        Assert.True(result.File.AsSpan().IndexOf("workflow"u8) < 0);
        Assert.True(result.File.AsSpan().IndexOf("tIME"u8) < 0);
        Assert.Null(result.Metadata.PngTexts);
    }

    [Fact]
    public async Task Long_texts_stay_and_damaged_ones_are_counted()
    {
        var noise = new byte[300_000];
        new Random(1).NextBytes(noise);
        var prompt = PngFile.Chunk("tEXt", [.. "prompt\0"u8, .. Encoding.ASCII.GetBytes(Convert.ToHexString(noise))]);
        var damaged = PngFile.Chunk("tEXt", [.. "Comment\0hello"u8]);
        damaged[^1] ^= 1;
        var result = await Enlarged.Of(PngFile.Insert(File(), prompt, damaged, PngFile.Chunk("tEXt", "no keyword"u8)));
        Assert.True(result.File.AsSpan().IndexOf(prompt) > 0);
        Assert.Equal("Texts that are damaged or very long were left out: 2.", Assert.Single(result.Result.Notes));
    }

    [Fact]
    public async Task A_text_that_inflates_to_much_is_not_inflated_for_another_format()
    {
        var bomb = PngFile.Chunk("zTXt", [.. "Author\0\0"u8, .. Deflated(new string(' ', 50_000_000))]);
        var file = PngFile.Insert(Enlarged.Picture(ImageFormat.Png), bomb);
        Assert.True((await Enlarged.Of(file)).File.AsSpan().IndexOf(bomb) > 0);
        var jpeg = await Enlarged.Of(file, ImageFormat.Jpeg);
        Assert.Empty(jpeg.Tags);
        Assert.Single(jpeg.Result.Notes);
    }

    private static byte[] File()
    {
        var file = PngFile.Insert(Enlarged.Picture(ImageFormat.Png), Early);
        return [.. file[..^12], .. Late.SelectMany(chunk => chunk), .. file[^12..]];
    }

    private static byte[] Deflated(string text)
    {
        using var deflated = new MemoryStream();
        using (var zlib = new ZLibStream(deflated, CompressionLevel.SmallestSize))
        {
            zlib.Write(Encoding.UTF8.GetBytes(text));
        }

        return deflated.ToArray();
    }

    private static int Count(ReadOnlySpan<byte> file, ReadOnlySpan<byte> text) => file.Count(text);
}
