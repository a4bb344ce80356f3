using Enlarger.Imaging;

namespace Enlarger.Server.Inputs;

/// <summary>What a vendor accepts as a picture. Sides are those of the upright picture.</summary>
internal sealed record InputLimits
{
    /// <summary>Bytes of the file.</summary>
    public required long BytesMax { get; init; }

    public required IReadOnlySet<ImageFormat> Formats { get; init; }

    public int SideMin { get; init; } = 1;

    public int WidthMax { get; init; } = int.MaxValue;

    public int HeightMax { get; init; } = int.MaxValue;

    /// <summary>The two sides may be swapped: the limit is that of a frame, turned either way.</summary>
    public bool EitherWay { get; init; }

    public long PixelsMin { get; init; } = 1;

    public long PixelsMax { get; init; } = long.MaxValue;
}
