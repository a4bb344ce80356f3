using System.Runtime.InteropServices;

namespace Enlarger.Imaging.Vips;

/// <summary>VipsBandFormat: the type of one sample. Other values exist and are refused.</summary>
internal enum VipsBandFormat
{
    Byte = 0,
    UShort = 2,
}

/// <summary>VipsInterpretation: what the samples mean. Other values exist and are refused.</summary>
internal enum VipsInterpretation
{
    Multiband = 0,
    Grey = 1,
    Cmyk = 15,
    Rgb = 17,
    Srgb = 22,
    Rgb16 = 25,
    Grey16 = 26,
}

/// <summary>VipsDemandStyle: the shape of the pieces in which an image likes to be asked for.</summary>
internal enum VipsDemand
{
    /// <summary>Full width, sixteen rows.</summary>
    FatStrip = 1,
}

/// <summary>VipsForeignKeep: which metadata a saver writes.</summary>
[Flags]
internal enum VipsKeep
{
    None = 0,
    Exif = 1,
    Xmp = 2,
    Iptc = 4,
    Icc = 8,
}

/// <summary>GValue: a typed value. The 16 bytes after the type are GObject's own.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GValue
{
    // Fundamental types are their number shifted by two (gtype.h).
    public const nuint BooleanType = 5 << 2;
    public const nuint IntType = 6 << 2;
    public const nuint StringType = 16 << 2;
    public const nuint ObjectType = 20 << 2;

    public nuint Type;
    public ulong First;
    public ulong Second;
}

/// <summary>
/// The head of VipsRegion, for what the C macros VIPS_REGION_ADDR and VIPS_REGION_LSKIP read. They are compiled into
/// every program that uses libvips, so the offsets are part of its binary interface.
/// </summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct VipsRegion
{
    // A VipsObject of 80 bytes and the image come first, on every 64-bit platform.
    [FieldOffset(88)]
    public int Left;

    [FieldOffset(92)]
    public int Top;

    [FieldOffset(96)]
    public int Width;

    [FieldOffset(100)]
    public int Height;

    [FieldOffset(112)]
    public byte* Samples;

    [FieldOffset(120)]
    public int RowBytes;
}
