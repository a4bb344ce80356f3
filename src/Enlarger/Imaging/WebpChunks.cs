using System.Buffers.Binary;

namespace Enlarger.Imaging;

/// <summary>The chunks of a WebP file (RFC 9649, 2.3).</summary>
internal static class WebpChunks
{
    private const int HeaderBytes = 12;
    private const int ChunkHeaderBytes = 8;

    /// <summary>Writes a file with another EXIF chunk in the place of the one that it has.</summary>
    public static void WriteWithExif(ReadOnlySpan<byte> file, ReadOnlySpan<byte> exif, Stream target)
    {
        for (long at = HeaderBytes; at + ChunkHeaderBytes <= file.Length;)
        {
            var chunk = file[(int)at..];
            var next = at + ChunkHeaderBytes + Padded(BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]));
            if (chunk.StartsWith("EXIF"u8))
            {
                var before = file[..(int)at].ToArray();
                var after = file[(int)Math.Min(next, file.Length)..];
                var size = before.Length + ChunkHeaderBytes + Padded(exif.Length) + after.Length - ChunkHeaderBytes;
                BinaryPrimitives.WriteUInt32LittleEndian(before.AsSpan(4), checked((uint)size));
                Span<byte> header = [.. "EXIF"u8, 0, 0, 0, 0];
                BinaryPrimitives.WriteInt32LittleEndian(header[4..], exif.Length);
                target.Write(before);
                target.Write(header);
                target.Write(exif);
                target.Write(new byte[exif.Length % 2]);
                target.Write(after);
                return;
            }

            at = next;
        }

        throw new InvalidOperationException("The WebP file has no EXIF chunk to replace.");
    }

    private static long Padded(long bytes) => bytes + bytes % 2;
}
