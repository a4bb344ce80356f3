using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Enlarger.Tests.Imaging;

/// <summary>Small sound files that consist of very many parts, each of which costs a decoder work.</summary>
internal static class ManyParts
{
    /// <summary>
    /// A grey progressive JPEG of which each scan but the first leaves all coefficients as they are: 10 bytes of header
    /// and a run of 32,767 blocks in two bytes.
    /// </summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="scans">Scans in all.</param>
    /// <param name="restart">Blocks between two restart markers of the first scan; 0 for none.</param>
    /// <param name="before">What stands before the first scan.</param>
    public static byte[] Jpeg(int width, int height, int scans, int restart = 0, byte[]? before = null)
    {
        const int RunMax = 32767;
        const int RunMin = 16384;
        var blocks = (width + 7) / 8 * ((height + 7) / 8);
        var bits = new StringBuilder();
        var left = blocks;
        for (; left >= RunMin; left -= Math.Min(left, RunMax))
        {
            // The code 0 begins a run of 2^14 blocks, and the 14 bits behind it say how many more.
            var more = Convert.ToString(Math.Min(left, RunMax) - RunMin, 2);
            bits.Append('0').Append(more.PadLeft(14, '0'));
        }

        // The code 10 ends one block.
        bits.Insert(bits.Length, "10", left);
        byte[] scan = [.. Segment(0xDA, [1, 1, 0, 1, 63, 0]), .. Coded(bits.ToString())];
        return
        [
            0xFF, 0xD8,
            .. before ?? [],
            .. Segment(0xDB, [0, .. Enumerable.Repeat((byte)1, 64)]),
            .. Segment(0xC2, [8, .. BigEndian(height), .. BigEndian(width), 1, 1, 0x11, 0]),
            .. Segment(0xC4, [0x00, 1, .. new byte[15], 0]),
            .. Segment(0xC4, [0x10, 1, 1, .. new byte[14], 0xE0, 0x00]),
            .. restart == 0 ? [] : Segment(0xDD, BigEndian(restart)),
            .. Segment(0xDA, [1, 1, 0x00, 0, 0, 0]),
            .. FirstScan(blocks, restart == 0 ? blocks : restart),
            .. restart == 0 ? [] : Segment(0xDD, BigEndian(0)),
            .. Repeat(scan, scans - 1),
            0xFF, 0xD9,
        ];
    }

    /// <summary>A segment of a JPEG file.</summary>
    public static byte[] Segment(byte marker, byte[] data) => [0xFF, marker, .. BigEndian(data.Length + 2), .. data];

    /// <summary>A grey PNG whose pixels come in chunks of so many bytes, behind so many unknown ones.</summary>
    public static byte[] Png(int width, int height, int chunkBytes, int others = 0)
    {
        using var pixels = new MemoryStream();
        using (var zlib = new ZLibStream(pixels, CompressionLevel.NoCompression, leaveOpen: true))
        {
            zlib.Write(new byte[(width + 1) * height]);
        }

        byte[] size = [0, 0, .. BigEndian(width), 0, 0, .. BigEndian(height)];
        return
        [
            .. PngFile.Signature,
            .. PngFile.Chunk("IHDR", [.. size, 8, 0, 0, 0, 0]),
            .. Repeat(PngFile.Chunk("abCd", []), others),
            .. pixels.ToArray().Chunk(chunkBytes).SelectMany(chunk => PngFile.Chunk("IDAT", chunk)),
            .. PngFile.Chunk("IEND", []),
        ];
    }

    /// <summary>A GIF with so many frames of one pixel.</summary>
    public static byte[] Gif(int frames)
    {
        byte[] frame = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
        byte[] head = [.. "GIF89a"u8, 8, 0, 8, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255];
        return [.. head, .. Repeat(frame, frames), 0x3B];
    }

    /// <summary>An animated WebP with so many frames of one pixel.</summary>
    public static byte[] Webp(int frames)
    {
        byte[] pixel = [0x2F, 0, 0, 0, 0, 7, 0x10, 0x11, 0x11, 0x88, 0x88, 0xFE, 7, 0];
        var frame = Chunk("ANMF", [.. new byte[12], 100, 0, 0, 0, .. Chunk("VP8L", pixel)]);
        byte[] body =
        [
            .. "WEBP"u8,
            .. Chunk("VP8X", [2, .. new byte[9]]),
            .. Chunk("ANIM", new byte[6]),
            .. Repeat(frame, frames),
        ];
        return Chunk("RIFF", body);

        static byte[] Chunk(string type, byte[] data) =>
            [.. Encoding.ASCII.GetBytes(type), .. LittleEndian(data.Length), .. data];
    }

    /// <summary>
    /// A grey TIFF with so many pages, the first of which has one row in each strip. All strips are the same bytes.
    /// </summary>
    public static byte[] Tiff(int width, int rows, int pages, params (ushort Tag, int Value)[] others)
    {
        const int PixelsAt = 8;
        using var file = new MemoryStream();
        file.Write([.. "II*\0"u8, .. LittleEndian(PixelsAt + width + (rows * 8)), .. new byte[width]]);
        var offsetsAt = (int)file.Length;
        file.Write([.. Enumerable.Repeat(LittleEndian(PixelsAt), rows).SelectMany(bytes => bytes)]);
        var countsAt = (int)file.Length;
        file.Write([.. Enumerable.Repeat(LittleEndian(width), rows).SelectMany(bytes => bytes)]);
        for (var page = 0; page < pages; page++)
        {
            (ushort Tag, int Count, int Value)[] entries =
            [
                (256, 1, width), (257, 1, rows), (258, 1, 8), (259, 1, 1), (262, 1, 1),
                (273, rows, rows == 1 ? PixelsAt : offsetsAt), (277, 1, 1), (278, 1, 1),
                (279, rows, rows == 1 ? width : countsAt),
                .. others.Select(other => (other.Tag, 1, other.Value)),
            ];
            file.Write([(byte)entries.Length, 0]);
            foreach (var (tag, count, value) in entries)
            {
                file.Write([(byte)tag, (byte)(tag >> 8), 4, 0, .. LittleEndian(count), .. LittleEndian(value)]);
            }

            file.Write(LittleEndian(page == pages - 1 ? 0 : (int)file.Length + 4));
        }

        return file.ToArray();
    }

    /// <summary>The head of an AVIF whose picture is a grid of so many tiles, and which has so many items.</summary>
    public static byte[] Avif(int tiles, int items)
    {
        var grid = Box("dimg", [.. BigEndian(1), .. BigEndian(tiles), .. Repeat(BigEndian(2), tiles)]);
        var all = Box("iinf", [0, 0, 0, 0, .. BigEndian(items), .. Box("infe", new byte[13])]);
        byte[] meta = [0, 0, 0, 0, .. all, .. Box("iref", [0, 0, 0, 0, .. grid])];
        return [.. Box("ftyp", [.. "avif"u8, 0, 0, 0, 0, .. "avif"u8, .. "mif1"u8]), .. Box("meta", meta)];

        static byte[] Box(string type, byte[] data)
        {
            var size = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(size, data.Length + 8);
            return [.. size, .. Encoding.ASCII.GetBytes(type), .. data];
        }
    }

    private static byte[] FirstScan(int blocks, int restart)
    {
        var coded = new List<byte>();
        for (var (from, number) = (0, 0); from < blocks; from += restart, number++)
        {
            if (number > 0)
            {
                coded.AddRange([0xFF, (byte)(0xD0 + ((number - 1) % 8))]);
            }

            // The code 0 says that a block is as bright as the one before.
            coded.AddRange(Coded(new string('0', Math.Min(restart, blocks - from))));
        }

        return [.. coded];
    }

    private static IEnumerable<byte> Coded(string bits) =>
        bits.Chunk(8).SelectMany(chunk => Convert.ToByte(new string(chunk).PadRight(8, '1'), 2) switch
        {
            0xFF => new byte[] { 0xFF, 0 },
            var value => [value],
        });

    private static byte[] Repeat(byte[] bytes, int count)
    {
        var all = new byte[bytes.Length * count];
        for (var i = 0; i < count; i++)
        {
            bytes.CopyTo(all, i * bytes.Length);
        }

        return all;
    }

    private static byte[] BigEndian(int value) => [(byte)(value >> 8), (byte)value];

    private static byte[] LittleEndian(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }
}
