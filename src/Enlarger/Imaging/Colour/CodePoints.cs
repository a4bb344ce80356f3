namespace Enlarger.Imaging.Colour;

/// <summary>
/// What the samples of a picture mean, as the numbers of ITU-T H.273, which PNG has in its cICP chunk and AVIF in its
/// nclx box.
/// </summary>
/// <param name="Primaries">ColourPrimaries: 1 is BT.709, 9 is BT.2020, 12 is Display P3.</param>
/// <param name="Transfer">TransferCharacteristics: 13 is sRGB, 16 is PQ, 18 is HLG.</param>
public sealed record CodePoints(byte Primaries, byte Transfer)
{
    internal const byte Bt709 = 1;
    internal const byte Unspecified = 2;
    internal const byte SrgbTransfer = 13;
    internal const byte Pq = 16;
    internal const byte Hlg = 18;

    /// <summary>Those of sRGB, which every file without a label is taken for.</summary>
    internal static CodePoints Srgb { get; } = new(Bt709, SrgbTransfer);

    /// <summary>The samples reach far beyond the white of a page: PQ or HLG.</summary>
    public bool IsHdr => Transfer is Pq or Hlg;

    /// <summary>
    /// Nothing but sRGB. Video calls the same primaries with its own curve BT.709; programs that make AVIF with those
    /// labels have sRGB pictures, and viewers show them as such.
    /// </summary>
    internal bool IsSrgb => Primaries == Bt709 && Transfer is (Bt709 or 6 or SrgbTransfer or 14 or 15);
}
