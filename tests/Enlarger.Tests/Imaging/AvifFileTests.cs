using System.Buffers.Binary;
using System.Text;
using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>What AVIF files tell beside their first picture.</summary>
public sealed class AvifFileTests
{
    [Fact]
    public void Frames_of_a_sequence_are_those_of_its_colours()
    {
        byte[] file =
        [
            .. Box("ftyp", [.. "avis"u8, 0, 0, 0, 0]), .. Box("moov", [.. Track("auxv", 9), .. Track("pict", 7)]),
        ];
        Assert.Equal(7, AvifFile.Frames(file));
        Assert.Equal(1, AvifFile.Frames(Enlarged.Picture(ImageFormat.Avif)));

        // Every length that is cut off or wrong is none.
        for (var end = 0; end < file.Length; end++)
        {
            Assert.InRange(AvifFile.Frames(file.AsSpan(0, end)), 1, 7);
        }
    }

    [Fact]
    public void A_gain_map_is_an_item_of_its_own_type()
    {
        byte[] Meta(string type) => Box("meta", [0, 0, 0, 0, .. Box("iinf", [0, 0, 0, 0, 0, 1, .. Box("infe", [
            2, 0, 0, 0, 0, 1, 0, 0, .. Encoding.ASCII.GetBytes(type), 0])])]);
        Assert.True(AvifFile.HasGainMap(Meta("tmap")));
        Assert.False(AvifFile.HasGainMap(Meta("av01")));
        Assert.False(AvifFile.HasGainMap(Enlarged.Picture(ImageFormat.Avif)));
    }

    private static byte[] Track(string kind, byte samples) => Box("trak", Box("mdia", [
        .. Box("hdlr", [0, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(kind)]),
        .. Box("minf", Box("stbl", Box("stsz", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, samples]))),
    ]));

    private static byte[] Box(string type, byte[] content)
    {
        byte[] box = [0, 0, 0, 0, .. Encoding.ASCII.GetBytes(type), .. content];
        BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
        return box;
    }
}
