namespace Enlarger.Imaging;

/// <summary>What the samples of a TIFF file are: colours, alpha or something else.</summary>
/// <param name="Colours">1 grey, 3 RGB, 4 CMYK; null for a palette, of which the decoder makes grey or RGB.</param>
/// <param name="Alpha">Which of the samples behind the colours is declared as alpha, from 0; null for none.</param>
internal sealed record TiffKind(int? Colours, int? Alpha)
{
    private const ushort BitsPerSample = 258;
    private const ushort Compression = 259;
    private const ushort Photometric = 262;
    private const ushort SamplesPerPixel = 277;
    private const ushort ExtraSamples = 338;
    private const ushort SampleFormat = 339;
    private const ushort InkSet = 332;

    // Values of ExtraSamples: alpha that the colours are multiplied with, or not. 0 is anything else.
    private const ulong Associated = 1;
    private const ulong Unassociated = 2;

    private const ulong Palette = 3;
    private const ulong Separated = 5;
    private const ulong NotCmyk = 2;

    /// <summary>Reads the tags of the first page; null where there is none, which the decoder refuses.</summary>
    /// <exception cref="ImageException">A kind that is not read; the message names it.</exception>
    public static TiffKind? Read(ReadOnlySpan<byte> file)
    {
        if (!TiffFile.TryOpen(file, out var tiff))
        {
            return null;
        }

        RefuseCompression(tiff.Number(Compression));
        var photometric = tiff.Number(Photometric);
        RefuseColours(photometric, tiff.Number(InkSet));
        RefuseSamples(tiff.Number(SampleFormat), tiff.Number(BitsPerSample), photometric);
        int? colours = photometric switch
        {
            2 or 6 => 3,
            Separated => 4,
            Palette => null,
            _ => 1,
        };
        var samples = (int)Math.Min(tiff.Number(SamplesPerPixel) ?? 1, int.MaxValue);
        var alpha = Array.FindIndex(tiff.Numbers(ExtraSamples), kind => kind is Associated or Unassociated);
        return new TiffKind(colours, alpha >= 0 && (colours ?? 1) + alpha < samples ? alpha : null);
    }

    /// <summary>Declares the sample behind the colours of a file that was written as nothing in particular.</summary>
    public static void SetUnspecified(FileStream file)
    {
        // The directory of what libvips writes lies behind the pixels, with all that it points to.
        var start = new byte[16];
        file.Position = 0;
        file.ReadExactly(start);
        var isBig = start[2] == 43;
        var directory = isBig ? BitConverter.ToInt64(start, 8) : BitConverter.ToUInt32(start, 4);
        var (countBytes, entryBytes, valueAt) = isBig ? (8, 20, 12) : (2, 12, 8);
        file.Position = directory;
        var tail = new byte[(int)Math.Min(file.Length - directory, ushort.MaxValue)];
        file.ReadExactly(tail);
        var count = isBig ? BitConverter.ToInt64(tail) : BitConverter.ToUInt16(tail);
        for (var i = 0; i < count; i++)
        {
            var at = countBytes + (i * entryBytes);
            if (BitConverter.ToUInt16(tail, at) == ExtraSamples)
            {
                file.Position = directory + at + valueAt;
                file.Write(stackalloc byte[2]);
                return;
            }
        }
    }

    private static void RefuseCompression(ulong? code)
    {
        var name = code switch
        {
            null or 1 or 2 or 3 or 4 or 5 or 7 or 8 or 32771 or 32773 or 32946 => null,
            6 => "old-style JPEG compression",
            9 or 10 or 34661 => "JBIG compression",
            32809 => "ThunderScan compression",
            32766 => "NeXT compression",
            32908 or 32909 => "Pixar compression",
            33003 or 33005 or 34712 => "JPEG 2000 compression",
            34676 or 34677 => "SGI LogLuv compression",
            34887 => "LERC compression",
            34892 => "lossy raw JPEG compression",
            34925 => "LZMA compression",
            34933 => "PNG compression",
            50000 or 34926 => "Zstandard compression",
            34927 or 50001 => "WebP compression",
            50002 or 52546 => "JPEG XL compression",
            _ => $"the compression {code}",
        };
        Refuse(name);
    }

    private static void RefuseColours(ulong? code, ulong? inks) => Refuse(code switch
    {
        Separated when inks == NotCmyk => "inks other than CMYK",
        null or 0 or 1 or 2 or Palette or Separated or 6 => null,
        4 => "nothing but a mask",
        8 or 9 or 10 => "CIELAB colours",
        32803 or 34892 => "raw camera samples",
        32844 or 32845 => "LogLuv colours",
        _ => $"the colours {code}",
    });

    private static void RefuseSamples(ulong? format, ulong? bits, ulong? photometric)
    {
        const ulong bitsMax = 16;
        Refuse(format switch
        {
            2 => "signed samples",
            3 => "floating-point samples",
            5 or 6 => "complex samples",
            _ when bits > bitsMax => $"{bits} bits a sample",
            _ when photometric == Palette && bits > 8 => "palettes of more than 256 colours",
            _ => null,
        });
    }

    private static void Refuse(string? what)
    {
        if (what is not null)
        {
            throw new ImageException(ImageFault.Unsupported, $"TIFF pictures with {what} are not read.");
        }
    }
}
