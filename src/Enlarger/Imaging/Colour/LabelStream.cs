namespace Enlarger.Imaging.Colour;

/// <summary>
/// Puts code points into a file while it is written, which libvips does not: a cICP chunk into PNG, and the numbers of
/// the nclx box into AVIF.
/// </summary>
/// <param name="target">Where the file goes; stays open.</param>
/// <param name="format">PNG or AVIF.</param>
/// <param name="codes">What to say.</param>
internal sealed class LabelStream(Stream target, ImageFormat format, CodePoints codes)
    : WriteOnlyStream(target)
{
    // The signature, and the chunk IHDR, which is always first.
    private const int PngStartBytes = 8 + 25;

    private readonly MemoryStream _held = new();
    private bool _passes;

    /// <summary>Only these formats have a place for them.</summary>
    public static bool Holds(ImageFormat format) => format is ImageFormat.Png or ImageFormat.Avif;

    /// <summary>Writes what was held back. Call it after the last byte, and not after a failure.</summary>
    public void Complete()
    {
        if (format == ImageFormat.Avif)
        {
            // The encoder had the whole file in memory as well: it is small beside the picture.
            Target.Write(AvifColour.With(_held.ToArray(), codes));
        }
        else
        {
            _held.WriteTo(Target);
        }

        _held.SetLength(0);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_passes)
        {
            Target.Write(buffer);
            return;
        }

        _held.Write(buffer);
        if (format == ImageFormat.Png && _held.Length >= PngStartBytes)
        {
            var held = _held.GetBuffer().AsSpan(0, (int)_held.Length);
            Target.Write(held[..PngStartBytes]);
            Target.Write(PngColour.CodePointsChunk(codes));
            Target.Write(held[PngStartBytes..]);
            _held.SetLength(0);
            _passes = true;
        }
    }

    protected override void Dispose(bool disposing)
    {
        _held.Dispose();
        base.Dispose(disposing);
    }
}
