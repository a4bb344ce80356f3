using Microsoft.Win32.SafeHandles;

namespace Enlarger.Imaging.Vips;

/// <summary>A picture of libvips: a header, metadata fields, and pixels that are made on demand.</summary>
internal sealed unsafe class VipsImage : SafeHandleZeroOrMinusOneIsInvalid
{
    public const string ColourProfileField = "icc-profile-data";
    public const string ExifField = "exif-data";
    public const string XmpField = "xmp-data";
    public const string IptcField = "iptc-data";
    public const string BitsPerSampleField = "bits-per-sample";
    public const string ConcurrencyField = "concurrency";

    /// <summary>Takes over one reference.</summary>
    public VipsImage(nint reference)
        : base(ownsHandle: true)
    {
        SetHandle(reference);
        if (IsInvalid)
        {
            throw VipsException.Drain("vips_image_new");
        }
    }

    public int Width => VipsNative.GetWidth(this);

    public int Height => VipsNative.GetHeight(this);

    public int Bands => VipsNative.GetBands(this);

    public VipsBandFormat Format => VipsNative.GetFormat(this);

    public VipsInterpretation Interpretation => VipsNative.GetInterpretation(this);

    /// <summary>Orientation as in EXIF, 1 to 8; 1 where there is none.</summary>
    public int Orientation => Math.Clamp(VipsNative.GetOrientation(this), 1, 8);

    public int Pages => VipsNative.GetPages(this);

    /// <summary>Wraps pixels without copying them; they stay pinned as long as the picture lives.</summary>
    public static VipsImage FromMemory(
        byte* samples, long bytes, int width, int height, int bands, VipsBandFormat format) =>
        new(VipsNative.NewImageFromMemory(samples, (nuint)bytes, width, height, bands, format));

    public bool HasField(string field) => VipsNative.GetFieldType(this, field) != 0;

    public byte[]? GetBlob(string field)
    {
        if (!HasField(field)
            || VipsNative.GetBlob(this, field, out var bytes, out var count) != 0
            || count == 0)
        {
            return null;
        }

        return new ReadOnlySpan<byte>(bytes, checked((int)count)).ToArray();
    }

    public void SetBlob(string field, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            VipsNative.SetBlob(this, field, start, (nuint)bytes.Length);
        }
    }

    public int? GetInt(string field) =>
        HasField(field) && VipsNative.GetInt(this, field, out var value) == 0 ? value : null;

    public void SetInt(string field, int value) => VipsNative.SetInt(this, field, value);

    /// <summary>Makes all pixels and puts them into <paramref name="target"/>, which has the same size.</summary>
    public void WriteTo(VipsImage target, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        using var stop = cancel.UnsafeRegister(_ => Kill(target), state: null);
        if (VipsNative.Write(this, target) != 0)
        {
            var failure = VipsException.Drain("vips_image_write");
            cancel.ThrowIfCancellationRequested();
            throw failure;
        }
    }

    protected override bool ReleaseHandle()
    {
        VipsNative.Unref(handle);
        return true;
    }

    private void Kill(VipsImage target)
    {
        VipsNative.SetKill(this, 1);
        VipsNative.SetKill(target, 1);
    }
}
