namespace Enlarger.Imaging;

/// <summary>What the header of a picture tells, before anything is decoded.</summary>
/// <param name="Layout">That of the picture when it is read: upright, CMYK and palettes as RGB.</param>
/// <param name="Format">What the bytes are.</param>
/// <param name="Frames">Frames or pages in the file.</param>
public sealed record ImageHeader(PixelLayout Layout, ImageFormat Format, int Frames);
