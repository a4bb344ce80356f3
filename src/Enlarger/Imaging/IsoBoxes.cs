using System.Runtime.InteropServices;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Enlarger.Imaging;

/// <summary>Finds boxes of an ISO base media file (ISO/IEC 14496-12, 4.2).</summary>
internal static class IsoBoxes
{
    private const int HeaderBytes = 8;
    private const int LargeHeaderBytes = 16;

    // A file could hold millions of boxes of eight bytes; that of a long sequence has some hundred in a place.
    private const int BoxesMax = 10_000;

    /// <summary>The boxes in a part of a file, in order; whatever does not lie inside of it is not there.</summary>
    public static List<IsoBox> Read(ReadOnlySpan<byte> file, Range part)
    {
        List<IsoBox> boxes = [];
        var (start, length) = part.GetOffsetAndLength(file.Length);
        var end = start + length;
        for (var at = start; at + HeaderBytes <= end && boxes.Count < BoxesMax;)
        {
            long size = ReadUInt32BigEndian(file[at..]);
            var header = HeaderBytes;
            if (size == 1 && at + LargeHeaderBytes <= end)
            {
                size = (long)Math.Min(ReadUInt64BigEndian(file[(at + HeaderBytes)..]), long.MaxValue);
                header = LargeHeaderBytes;
            }
            else if (size == 0)
            {
                size = end - at;
            }

            if (size < header || size > end - at)
            {
                break;
            }

            boxes.Add(new IsoBox(ReadUInt32BigEndian(file[(at + 4)..]), (at + header)..(at + (int)size)));
            at += (int)size;
        }

        return boxes;
    }

    /// <summary>Boxes of a type in a part of a file.</summary>
    public static IEnumerable<Range> All(ReadOnlySpan<byte> file, Range part, ReadOnlySpan<byte> type)
    {
        var number = ReadUInt32BigEndian(type);
        return Read(file, part).Where(box => box.Type == number).Select(box => box.Content);
    }

    /// <summary>The first box at the end of a path of types, each in the one before; null for none.</summary>
    public static Range? Find(ReadOnlySpan<byte> file, Range part, params ReadOnlySpan<string> path)
    {
        Range? found = part;
        foreach (var type in path)
        {
            found = found is { } parent ? FirstOrNull(file, parent, type) : null;
        }

        return found;
    }

    private static Range? FirstOrNull(ReadOnlySpan<byte> file, Range part, string type)
    {
        var number = (uint)((type[0] << 24) | (type[1] << 16) | (type[2] << 8) | type[3]);
        foreach (var box in Read(file, part))
        {
            if (box.Type == number)
            {
                return box.Content;
            }
        }

        return null;
    }
}

/// <summary>A box: its type as a number, and where its content is.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct IsoBox(uint Type, Range Content);
