namespace Enlarger.Imaging;

/// <summary>Gives row <paramref name="y"/>; asked for once each, top to bottom.</summary>
internal delegate void FloatRowSource(int y, Span<float> samples);
