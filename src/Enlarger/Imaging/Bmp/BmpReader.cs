using static System.Buffers.Binary.BinaryPrimitives;

namespace Enlarger.Imaging.Bmp;

/// <summary>Reads BMP files: the headers when it is made, the pixels when it is asked.</summary>
internal sealed class BmpReader
{
    private readonly ReadOnlyMemory<byte> _file;
    private readonly BmpHeader _header;
    private readonly byte[] _palette;
    private readonly BmpMask[] _masks;

    /// <summary>Reads the headers and the palette.</summary>
    /// <exception cref="ImageException">Damaged, or of a kind that is not read.</exception>
    public BmpReader(ReadOnlyMemory<byte> file)
    {
        _file = file;
        _header = BmpHeader.Read(file.Span);
        _palette = ReadPalette(file.Span, _header);
        _masks = ReadMasks(_header);
        Layout = new PixelLayout(_header.Width, _header.Height, Channels(), 8);
    }

    public int Width => _header.Width;

    public int Height => _header.Height;

    /// <summary>What <see cref="Decode"/> returns: a palette of greys makes a grey picture.</summary>
    public PixelLayout Layout { get; }

    private bool HasPalette => _header.BitsPerPixel <= 8;

    private bool HasMasks => _masks.Length > 0;

    private bool HasGreyPalette
    {
        get
        {
            for (var i = 0; i < _palette.Length; i += 3)
            {
                if (_palette[i] != _palette[i + 1] || _palette[i] != _palette[i + 2])
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Decodes the pixels.</summary>
    /// <exception cref="ImageException">The run lengths are damaged.</exception>
    public PixelImage Decode(CancellationToken cancel)
    {
        var pixels = _file.Span[_header.PixelsOffset..];
        var samples = _header.Compression is BmpCompression.Rle4 or BmpCompression.Rle8
            ? DecodeRuns(pixels, cancel)
            : DecodeRows(pixels, cancel);
        if (Layout.HasAlpha)
        {
            ShowInvisible(samples);
        }

        var profile = IccProfile.Sound(_file[_header.Profile].ToArray(), Layout.Channels);
        return new PixelImage(
            Width, Height, Layout.Channels, 8, samples, new ImageMetadata(profile, Density: _header.Density));
    }

    private int Channels() => HasPalette ? HasGreyPalette ? 1 : 3 : _header.Masks.Alpha == 0 ? 3 : 4;

    /// <summary>The palette as RGB, with black for every index that a pixel can hold and the file leaves out.</summary>
    private static byte[] ReadPalette(ReadOnlySpan<byte> file, BmpHeader header)
    {
        if (header.BitsPerPixel > 8)
        {
            return [];
        }

        var palette = new byte[3 << header.BitsPerPixel];
        var entries = (int)Math.Min(header.PaletteEntries, 1 << header.BitsPerPixel);
        for (var i = 0; i < entries; i++)
        {
            var entry = file.Slice(header.PaletteOffset + i * header.PaletteEntryBytes, 3);
            (palette[i * 3], palette[i * 3 + 1], palette[i * 3 + 2]) = (entry[2], entry[1], entry[0]);
        }

        return palette;
    }

    private static BmpMask[] ReadMasks(BmpHeader header)
    {
        if (header.Compression is BmpCompression.BitFields or BmpCompression.AlphaBitFields)
        {
            return Masks(header.Masks.Red, header.Masks.Green, header.Masks.Blue, header.Masks.Alpha);
        }

        return header.BitsPerPixel switch
        {
            16 => Masks(0x7C00, 0x03E0, 0x001F, 0),
            32 => Masks(0xFF0000, 0xFF00, 0xFF, 0),
            _ => [],
        };
    }

    private static BmpMask[] Masks(uint red, uint green, uint blue, uint alpha) =>
        alpha == 0
            ? [new BmpMask(red), new BmpMask(green), new BmpMask(blue)]
            : [new BmpMask(red), new BmpMask(green), new BmpMask(blue), new BmpMask(alpha)];

    private byte[] DecodeRuns(ReadOnlySpan<byte> pixels, CancellationToken cancel)
    {
        BmpRuns.Check(pixels, _header);
        var indices = new byte[checked(Width * Height)];
        BmpRuns.Decode(pixels, _header, indices);
        var samples = new byte[checked((int)(Layout.RowBytes * Height))];
        for (var y = 0; y < Height; y++)
        {
            cancel.ThrowIfCancellationRequested();
            LookUp(indices.AsSpan(y * Width, Width), 8, RowOf(samples, y));
        }

        return samples;
    }

    private byte[] DecodeRows(ReadOnlySpan<byte> pixels, CancellationToken cancel)
    {
        var samples = new byte[checked((int)(Layout.RowBytes * Height))];
        for (var y = 0; y < Height; y++)
        {
            cancel.ThrowIfCancellationRequested();
            var stored = _header.IsTopDown ? y : Height - 1 - y;
            var source = pixels[checked((int)(stored * _header.RowBytes))..];
            var target = RowOf(samples, y);
            if (HasPalette)
            {
                LookUp(source, _header.BitsPerPixel, target);
            }
            else if (HasMasks)
            {
                TakeMasked(source, target);
            }
            else
            {
                SwapToRgb(source, target);
            }
        }

        return samples;
    }

    private Span<byte> RowOf(byte[] samples, int y) =>
        samples.AsSpan((int)(y * Layout.RowBytes), (int)Layout.RowBytes);

    private void LookUp(ReadOnlySpan<byte> source, int bits, Span<byte> target)
    {
        var perByte = 8 / bits;
        var mask = (1 << bits) - 1;
        for (var x = 0; x < Width; x++)
        {
            // The leftmost pixel is in the highest bits.
            var index = (source[x / perByte] >> ((perByte - 1 - x % perByte) * bits)) & mask;
            if (Layout.Channels == 1)
            {
                target[x] = _palette[index * 3];
            }
            else
            {
                _palette.AsSpan(index * 3, 3).CopyTo(target[(x * 3)..]);
            }
        }
    }

    private void TakeMasked(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var isWide = _header.BitsPerPixel == 32;
        for (var x = 0; x < Width; x++)
        {
            var pixel = isWide ? ReadUInt32LittleEndian(source[(x * 4)..]) : ReadUInt16LittleEndian(source[(x * 2)..]);
            for (var channel = 0; channel < _masks.Length; channel++)
            {
                target[x * _masks.Length + channel] = _masks[channel].Take(pixel);
            }
        }
    }

    private static void SwapToRgb(ReadOnlySpan<byte> source, Span<byte> target)
    {
        for (var x = 0; x < target.Length; x += 3)
        {
            (target[x], target[x + 1], target[x + 2]) = (source[x + 2], source[x + 1], source[x]);
        }
    }

    /// <summary>
    /// Many programs declare alpha and leave it at zero. A picture of which nothing at all would show is taken to be
    /// opaque, as browsers do.
    /// </summary>
    private static void ShowInvisible(Span<byte> samples)
    {
        for (var i = 3; i < samples.Length; i += 4)
        {
            if (samples[i] != 0)
            {
                return;
            }
        }

        for (var i = 3; i < samples.Length; i += 4)
        {
            samples[i] = 255;
        }
    }
}
