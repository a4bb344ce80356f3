using System.Buffers.Binary;
using System.Text;

namespace Enlarger.Tests.Imaging;

/// <summary>Chunks of PNG files, with their check sums.</summary>
internal static class PngFile
{
    public static byte[] Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    public static byte[] Chunk(string type, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[data.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type).CopyTo(chunk, 4);
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Crc(chunk.AsSpan(4, data.Length + 4)));
        return chunk;
    }

    /// <summary>Adds chunks right behind the header chunk.</summary>
    public static byte[] Insert(byte[] png, params byte[][] chunks)
    {
        const int headEnd = 8 + 25;
        return [.. png[..headEnd], .. chunks.SelectMany(chunk => chunk), .. png[headEnd..]];
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }
        }

        return ~crc;
    }
}
