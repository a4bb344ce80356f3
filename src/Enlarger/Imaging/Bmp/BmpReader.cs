namespace Enlarger.Imaging.Bmp;

internal sealed class BmpReader(ReadOnlyMemory<byte> file)
{
    public int Width => Layout.Width;

    public int Height => Layout.Height;

    public PixelLayout Layout { get; } = new(file.Length, 1, 1, 8);

    public PixelImage Decode(CancellationToken cancel) => throw new NotSupportedException($"{Layout} {cancel.IsCancellationRequested}");
}

internal static class BmpWriter
{
    public static bool Fits(PixelLayout layout) => layout.Width > 0;

    public static void Write(PixelLayout l, ImageMetadata m, RowSource r, Stream t, CancellationToken c) =>
        throw new NotSupportedException();
}
