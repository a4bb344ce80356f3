using Enlarger.Imaging;

namespace Enlarger.Server.Inputs;

/// <summary>A picture within a vendor's limits, by its header; nothing has been decoded yet.</summary>
internal sealed record SourceImage(ReadOnlyMemory<byte> File, ImageHeader Header)
{
    public int Width => Header.Layout.Width;

    public int Height => Header.Layout.Height;
}
