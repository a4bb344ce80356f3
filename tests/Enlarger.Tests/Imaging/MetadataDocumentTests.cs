using System.Text;
using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>The table of docs/metadata.md is true, from every format into every other.</summary>
public sealed class MetadataDocumentTests
{
    private static readonly byte[] Packet = [.. "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"u8];

    // How a file gets each kind, and how it is told that a result has it.
    private static readonly Dictionary<string, (Func<ImageFormat, byte[]> Make, Func<ImageMetadata, bool> Has)> Kinds =
        new()
        {
            ["colour profile"] = (
                With(new ImageMetadata(IccFile.DisplayP3())), metadata => metadata.ColourProfile is not null),
            ["EXIF"] = (With(new ImageMetadata(Exif: TiffFile.Exif([TestTag.Ascii(271, "Maker")]))), HasMaker),
            ["XMP"] = (
                With(new ImageMetadata(Xmp: Packet)), metadata => metadata.Xmp?.Span.SequenceEqual(Packet) == true),
            ["IPTC"] = (
                With(new ImageMetadata(Iptc: (byte[])[0x1C, 2, 120, 0, 2, .. "hi"u8])),
                metadata => metadata.Iptc?.Span.IndexOf("hi"u8) >= 0),
            ["density"] = (
                With(new ImageMetadata(Density: new PixelDensity(5, 4))),
                metadata => metadata.Density is { HasNoUnit: false } density
                    && Math.Abs(density.Across - 5) < 0.1 && Math.Abs(density.Down - 4) < 0.1),
            ["pixel aspect ratio"] = (
                With(new ImageMetadata(Density: new PixelDensity(5, 4) { HasNoUnit = true })),
                metadata => metadata.Density is { HasNoUnit: true, Across: 5, Down: 4 }),
            ["texts of PNG"] = (
                format => format == ImageFormat.Png
                    ? PngFile.Insert(Enlarged.Picture(format), PngFile.Chunk("tEXt", [.. "Author\0Maker"u8]))
                    : Enlarged.Picture(format),
                metadata => metadata.PngTexts is not null),
        };

    [Fact]
    public async Task Every_cell_is_true()
    {
        var table = Table();
        Assert.Equal(Kinds.Keys, table.Keys);
        foreach (var (kind, cells) in table)
        {
            foreach (var from in ImageFormats.All.Where(from => cells[from] == "yes"))
            {
                var file = Kinds[kind].Make(from);
                Assert.True(Kinds[kind].Has(Pictures.Read(file).Image.Metadata), $"{kind} in {from}");
                foreach (var to in ImageFormats.All)
                {
                    var result = await Enlarged.Of(file, to, scale: 1);
                    var where = $"{kind} from {from} into {to}";
                    Assert.True(Kinds[kind].Has(result.Metadata) == (cells[to] == "yes"), where);
                    var hasMaker = cells[to] == "EXIF" || (kind, cells[to]) == ("EXIF", "yes");
                    Assert.True(HasMaker(result.Metadata) == hasMaker, where);

                    // In WebP and AVIF the density is a block of EXIF.
                    var isBlock = kind is "EXIF" or "XMP" or "IPTC" or "texts of PNG";
                    var isLost = (isBlock && cells[to].Length == 0)
                        || (kind == "density" && from is ImageFormat.Webp or ImageFormat.Avif
                            && to is ImageFormat.Gif or ImageFormat.Bmp);
                    Assert.True(result.Result.Notes.Count == (isLost ? 1 : 0), where);
                }
            }
        }
    }

    private static Func<ImageFormat, byte[]> With(ImageMetadata metadata) =>
        format => Enlarged.Picture(format, metadata);

    private static bool HasMaker(ImageMetadata metadata) => metadata.Exif?.Span.IndexOf("Maker"u8) >= 0;

    private static Dictionary<string, Dictionary<ImageFormat, string>> Table()
    {
        var rows = File.ReadLines(Repository.Path("docs/metadata.md"), Encoding.UTF8)
            .Where(line => line.StartsWith('|') && !line.StartsWith("|---", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1])
            .ToList();
        Assert.Equal(ImageFormats.All.Select(format => format.DisplayName()), rows[0][1..]);
        return rows.Skip(1).ToDictionary(
            row => row[0],
            row => ImageFormats.All.Zip(row[1..]).ToDictionary(cell => cell.First, cell => cell.Second));
    }
}
