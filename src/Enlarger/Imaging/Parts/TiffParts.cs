using System.Buffers.Binary;

namespace Enlarger.Imaging.Parts;

/// <summary>
/// Counts pages, and the strips or tiles of the first, of a TIFF file (TIFF 6.0, section 2, and BigTIFF). What lies
/// outside of the bytes is left to the decoder to refuse.
/// </summary>
internal static class TiffParts
{
    // Long documents have thousands of pages. The loader looks at all of them to count them: a sixth of a second here.
    private const int PagesMax = 10_000;

    // 134 million pixels in tiles of 16x16, the smallest that there are, make half as many.
    private const int PiecesMax = 1 << 20;

    // A tile is decoded whole, whatever of it belongs to the picture.
    private const long TilePixelsMax = 1L << 27;

    private const ushort TileWidth = 322;
    private const ushort TileLength = 323;
    private const ushort StripOffsets = 273;
    private const ushort TileOffsets = 324;

    /// <exception cref="ImageException"><see cref="ImageFault.TooComplex"/>.</exception>
    public static void Check(ReadOnlySpan<byte> file)
    {
        if (file.Length < 16)
        {
            return;
        }

        var tiff = new Reader(file, IsLittle: file[0] == 'I', IsBig: file[2] == 43 || file[3] == 43);
        var seen = new HashSet<ulong>();
        var directory = tiff.Offset(tiff.IsBig ? 8 : 4);
        while (directory != 0 && tiff.Holds(directory, tiff.CountBytes) && seen.Add(directory))
        {
            PictureParts.Limit(seen.Count, PagesMax, ImageFormat.Tiff, "pages");
            var entries = tiff.Count((int)directory);
            var first = directory + (uint)tiff.CountBytes;
            if (seen.Count == 1)
            {
                CheckPieces(tiff, first, entries);
            }

            var next = first + entries * (uint)tiff.EntryBytes;
            directory = tiff.Holds(next, tiff.OffsetBytes) ? tiff.Offset((int)next) : 0;
        }
    }

    private static void CheckPieces(Reader tiff, ulong first, ulong entries)
    {
        ulong width = 1, length = 1;
        for (ulong i = 0; i < entries && tiff.Holds(first + i * (uint)tiff.EntryBytes, tiff.EntryBytes); i++)
        {
            var at = (int)(first + i * (uint)tiff.EntryBytes);
            switch (tiff.UInt16(at))
            {
                case StripOffsets:
                case TileOffsets:
                    var pieces = (long)Math.Min(tiff.Offset(at + 4), int.MaxValue);
                    PictureParts.Limit(pieces, PiecesMax, ImageFormat.Tiff, "strips or tiles");
                    break;
                case TileWidth:
                    width = tiff.Number(at);
                    break;
                case TileLength:
                    length = tiff.Number(at);
                    break;
            }
        }

        if (width * length > TilePixelsMax)
        {
            throw new ImageException(
                ImageFault.TooComplex, $"TIFF files with tiles of {width} x {length} pixels are not read.");
        }
    }

    private readonly ref struct Reader(ReadOnlySpan<byte> file, bool IsLittle, bool IsBig)
    {
        private readonly ReadOnlySpan<byte> _file = file;

        public bool IsBig { get; } = IsBig;

        public int CountBytes => IsBig ? 8 : 2;

        public int EntryBytes => IsBig ? 20 : 12;

        public int OffsetBytes => IsBig ? 8 : 4;

        public bool Holds(ulong at, int bytes) => at <= (ulong)_file.Length && (ulong)_file.Length - at >= (ulong)bytes;

        /// <summary>Entries of the directory at <paramref name="at"/>.</summary>
        public ulong Count(int at) => IsBig ? Offset(at) & uint.MaxValue : UInt16(at);

        public ushort UInt16(int at) => IsLittle
            ? BinaryPrimitives.ReadUInt16LittleEndian(_file[at..])
            : BinaryPrimitives.ReadUInt16BigEndian(_file[at..]);

        /// <summary>An offset, or a number of values, which takes as many bytes.</summary>
        public ulong Offset(int at) => (IsLittle, IsBig) switch
        {
            (true, true) => BinaryPrimitives.ReadUInt64LittleEndian(_file[at..]),
            (false, true) => BinaryPrimitives.ReadUInt64BigEndian(_file[at..]),
            (true, false) => BinaryPrimitives.ReadUInt32LittleEndian(_file[at..]),
            (false, false) => BinaryPrimitives.ReadUInt32BigEndian(_file[at..]),
        };

        /// <summary>The SHORT or LONG of the entry at <paramref name="at"/>.</summary>
        public ulong Number(int at)
        {
            const ushort ShortType = 3;
            var value = at + EntryBytes - OffsetBytes;
            return UInt16(at + 2) == ShortType ? UInt16(value)
                : IsLittle ? BinaryPrimitives.ReadUInt32LittleEndian(_file[value..])
                : BinaryPrimitives.ReadUInt32BigEndian(_file[value..]);
        }
    }
}
