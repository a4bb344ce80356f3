using System.Buffers.Binary;

namespace Enlarger.Imaging.Parts;

/// <summary>
/// Counts what a file consists of before any decoder sees it. Decoders work for each scan, frame or page, also where it
/// holds next to nothing, so that a small file can keep one busy for hours. Counting is one pass over the bytes.
/// </summary>
internal static class PictureParts
{
    // A picture of 512 MiB in the pieces of 8 KiB that libpng writes has 65,536 chunks. Each costs a fraction of a
    // microsecond.
    private const int PngChunksMax = 1 << 20;

    // An hour at 18 frames a second. The loader looks at each of them once.
    private const int GifFramesMax = 1 << 16;

    // Nearly three minutes at 25 frames a second. The loader's time grows with the square: a tenth of a second here.
    private const int WebpChunksMax = 4096;

    /// <summary>Refuses a file that has more parts than any camera or editor writes.</summary>
    /// <exception cref="ImageException"><see cref="ImageFault.TooComplex"/>.</exception>
    public static void Check(ReadOnlySpan<byte> file, ImageFormat format)
    {
        switch (format)
        {
            case ImageFormat.Jpeg:
                JpegParts.Check(file);
                break;
            case ImageFormat.Png:
                CheckPng(file);
                break;
            case ImageFormat.Webp:
                CheckWebp(file);
                break;
            case ImageFormat.Avif:
                AvifParts.Check(file);
                break;
            case ImageFormat.Tiff:
                TiffParts.Check(file);
                break;
            case ImageFormat.Gif:
                CheckGif(file);
                break;
            case ImageFormat.Bmp:
                // One picture in rows of fixed length, read by our own decoder.
                break;
        }
    }

    /// <summary>Refuses the file where <paramref name="count"/> is too many.</summary>
    public static void Limit(long count, int max, ImageFormat format, string parts)
    {
        if (count > max)
        {
            throw new ImageException(
                ImageFault.TooComplex, $"{format.DisplayName()} files with more than {max} {parts} are not read.");
        }
    }

    private static void CheckPng(ReadOnlySpan<byte> file)
    {
        const int SignatureBytes = 8;

        // Length and type before the data, a check sum behind it.
        const int FrameBytes = 12;
        var chunks = 0;
        for (long at = SignatureBytes; at + FrameBytes <= file.Length;)
        {
            Limit(++chunks, PngChunksMax, ImageFormat.Png, "chunks");
            at += FrameBytes + (long)BinaryPrimitives.ReadUInt32BigEndian(file[(int)at..]);
        }
    }

    // Chunks of RIFF: type, length, and data that is padded to an even number of bytes. A frame is one of them.
    private static void CheckWebp(ReadOnlySpan<byte> file)
    {
        const int HeaderBytes = 12;
        const int ChunkHeadBytes = 8;
        var chunks = 0;
        for (long at = HeaderBytes; at + ChunkHeadBytes <= file.Length;)
        {
            Limit(++chunks, WebpChunksMax, ImageFormat.Webp, "frames");
            var length = (long)BinaryPrimitives.ReadUInt32LittleEndian(file[((int)at + 4)..]);
            at += ChunkHeadBytes + length + (length & 1);
        }
    }

    // GIF89a, sections 18 to 27.
    private static void CheckGif(ReadOnlySpan<byte> file)
    {
        const int HeaderBytes = 13;
        const int FrameHeadBytes = 9;
        if (file.Length < HeaderBytes)
        {
            return;
        }

        var frames = 0;
        var at = HeaderBytes + ColourTableBytes(file[10]);
        while (at + FrameHeadBytes < file.Length)
        {
            var block = file[at++];
            if (block == 0x21)
            {
                // An extension: its label, then data.
                at++;
            }
            else if (block == 0x2C)
            {
                // A frame: its head, its colours and the size of its codes, then data.
                Limit(++frames, GifFramesMax, ImageFormat.Gif, "frames");
                at += FrameHeadBytes + ColourTableBytes(file[at + FrameHeadBytes - 1]) + 1;
            }
            else
            {
                return;
            }

            // Blocks of up to 255 bytes; an empty one is the last.
            while (at < file.Length && file[at] != 0)
            {
                at += 1 + file[at];
            }

            at++;
        }
    }

    private static int ColourTableBytes(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
}
