namespace Enlarger.Imaging;

/// <summary>
/// Fills <paramref name="samples"/> with row <paramref name="y"/>; asked for once each, top to bottom.
/// </summary>
/// <remarks>Rows may be asked for on another thread than the writer was called on, never on two at a time.</remarks>
public delegate void RowSource(int y, Span<byte> samples);
