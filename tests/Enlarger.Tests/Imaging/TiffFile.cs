using System.Runtime.InteropServices;
using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Enlarger.Tests.Imaging;

/// <summary>A tag to put into a TIFF structure; values are in little-endian order, and turned where needed.</summary>
internal sealed record TestTag(ushort Id, ushort Type, byte[] Value, TestTag[]? Directory = null)
{
    public static TestTag Ascii(ushort id, string text) => new(id, 2, [.. Encoding.ASCII.GetBytes(text), 0]);

    public static TestTag Short(ushort id, params ushort[] numbers) =>
        new(id, 3, [.. numbers.SelectMany(number => BitConverter.GetBytes(number))]);

    public static TestTag Long(ushort id, params uint[] numbers) =>
        new(id, 4, [.. numbers.SelectMany(number => BitConverter.GetBytes(number))]);

    public static TestTag Rational(ushort id, uint numerator, uint divisor = 1) =>
        Long(id, numerator, divisor) with { Type = 5 };

    public static TestTag Undefined(ushort id, byte[] value) => new(id, 7, value);

    public static TestTag In(ushort id, params TestTag[] directory) => new(id, 4, [], directory);
}

/// <summary>TIFF structures, written and read by the letter of TIFF 6.0 and BigTIFF: files and EXIF blocks.</summary>
internal sealed class TiffFile(bool isLittle, bool isBig)
{
    private readonly List<byte> _bytes = [];

    /// <summary>A structure with these tags, and with another directory behind the first where there is one.</summary>
    public static byte[] Make(
        IEnumerable<TestTag> tags, bool isLittle = true, bool isBig = false, TestTag[]? second = null)
    {
        var file = new TiffFile(isLittle, isBig);
        file._bytes.AddRange(isLittle ? "II"u8 : "MM"u8);
        file.Number(isBig ? 43u : 42u, 2);
        if (isBig)
        {
            file.Number(8, 2);
            file.Number(0, 2);
        }

        var header = file._bytes.Count;
        file.Number(0, file.OffsetBytes);
        var next = second is null ? 0 : file.Directory(second, 0);
        file.Put(header, file.Directory(tags, next));
        return [.. file._bytes];
    }

    /// <summary>An EXIF block with these tags.</summary>
    public static byte[] Exif(IEnumerable<TestTag> tags, bool isLittle = true) =>
        [.. "Exif\0\0"u8, .. Make(tags, isLittle)];

    /// <summary>A file with a grey picture in one strip, and these tags.</summary>
    public static byte[] Picture(
        int width, int height, TestTag[] tags, bool isLittle = true, bool isBig = false, TestTag[]? second = null)
    {
        var picture = Strip(width, height);
        return Make(picture.Where(tag => tags.All(other => other.Id != tag.Id)).Concat(tags), isLittle, isBig, second);
    }

    /// <summary>The tags of a grey picture whose levels count up.</summary>
    public static TestTag[] Strip(int width, int height) =>
    [
        TestTag.Long(256, (uint)width),
        TestTag.Long(257, (uint)height),
        TestTag.Short(258, 8),
        TestTag.Short(259, 1),
        TestTag.Short(262, 1),
        new TestTag(273, 0, [.. Enumerable.Range(0, width * height).Select(i => (byte)i)]),
        TestTag.Short(277, 1),
        TestTag.Long(278, (uint)height),
        TestTag.Long(279, (uint)(width * height)),
    ];

    /// <summary>All tags of the first directory and those in it, in little-endian order.</summary>
    public static Dictionary<ushort, byte[]> Read(ReadOnlySpan<byte> tiff)
    {
        var isLittle = tiff[0] == 'I';
        var isBig = Number(tiff[2..4], isLittle) == 43;
        var tags = new Dictionary<ushort, byte[]>();
        Read(tiff, Number(isBig ? tiff[8..16] : tiff[4..8], isLittle), isLittle, isBig, tags);
        return tags;
    }

    private static void Read(
        ReadOnlySpan<byte> tiff, long at, bool isLittle, bool isBig, Dictionary<ushort, byte[]> tags)
    {
        var (countBytes, offsetBytes) = isBig ? (8, 8) : (2, 4);
        var count = Number(tiff.Slice((int)at, countBytes), isLittle);
        for (var i = 0; i < count; i++)
        {
            var entry = tiff[(int)(at + countBytes + i * (4 + 2 * offsetBytes))..];
            var id = (ushort)Number(entry[..2], isLittle);
            var unit = Unit((ushort)Number(entry[2..4], isLittle));
            var bytes = (int)Number(entry.Slice(4, offsetBytes), isLittle) * unit;
            var field = entry.Slice(4 + offsetBytes, offsetBytes);
            var place = bytes <= offsetBytes ? field[..bytes] : tiff.Slice((int)Number(field, isLittle), bytes);
            var value = place.ToArray();
            tags.Add(id, isLittle ? value : Turn(value, (ushort)Number(entry[2..4], isLittle)));
            if (id is 0x8769 or 0x8825 or 0xA005)
            {
                Read(tiff, Number(field[..bytes], isLittle), isLittle, isBig, tags);
            }
        }
    }

    private int OffsetBytes => isBig ? 8 : 4;

    private static long Number(ReadOnlySpan<byte> bytes, bool isLittle) => bytes.Length switch
    {
        2 => isLittle ? ReadUInt16LittleEndian(bytes) : ReadUInt16BigEndian(bytes),
        4 => isLittle ? ReadUInt32LittleEndian(bytes) : ReadUInt32BigEndian(bytes),
        _ => isLittle ? ReadInt64LittleEndian(bytes) : ReadInt64BigEndian(bytes),
    };

    private static int Unit(ushort type) => type switch { 1 or 2 or 7 => 1, 3 => 2, 4 => 4, _ => 8 };

    private static byte[] Turn(byte[] value, ushort type)
    {
        var unit = type == 5 ? 4 : Unit(type);
        var turned = value.ToArray();
        for (var at = 0; at + unit <= turned.Length; at += unit)
        {
            turned.AsSpan(at, unit).Reverse();
        }

        return turned;
    }

    private void Number(long number, int bytes)
    {
        var field = BitConverter.GetBytes(number)[..bytes];
        _bytes.AddRange(isLittle ? field : field.Reverse());
    }

    private void Put(int at, long number)
    {
        var field = BitConverter.GetBytes(number)[..OffsetBytes];
        (isLittle ? field : [.. field.Reverse()]).CopyTo(CollectionsMarshal.AsSpan(_bytes)[at..]);
    }

    private int Directory(IEnumerable<TestTag> tags, long next)
    {
        var entries = new List<(TestTag Tag, long Value)>();
        foreach (var tag in tags.OrderBy(tag => tag.Id))
        {
            // Type 0 stands for bytes that the entry only points to.
            long value = -1;
            if (tag.Directory is { } directory)
            {
                value = Directory(directory, 0);
            }
            else if (tag.Type == 0 || tag.Value.Length > OffsetBytes)
            {
                _bytes.AddRange(new byte[_bytes.Count % 2]);
                value = _bytes.Count;
                _bytes.AddRange(isLittle || tag.Type == 0 ? tag.Value : Turn(tag.Value, tag.Type));
            }

            entries.Add((tag, value));
        }

        _bytes.AddRange(new byte[_bytes.Count % 2]);
        var at = _bytes.Count;
        Number(entries.Count, isBig ? 8 : 2);
        foreach (var (tag, value) in entries)
        {
            var isPointer = tag.Directory is not null || tag.Type == 0;
            Number(tag.Id, 2);
            Number(!isPointer ? tag.Type : isBig ? 16 : 4, 2);
            Number(isPointer ? 1 : tag.Value.Length / Unit(tag.Type), OffsetBytes);
            if (value >= 0)
            {
                Number(value, OffsetBytes);
            }
            else
            {
                var field = isLittle ? tag.Value : Turn(tag.Value, tag.Type);
                _bytes.AddRange([.. field, .. new byte[OffsetBytes - field.Length]]);
            }
        }

        Number(next, OffsetBytes);
        return at;
    }
}
