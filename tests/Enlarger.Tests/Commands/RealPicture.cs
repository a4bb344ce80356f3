using Enlarger.Imaging;

namespace Enlarger.Tests.Commands;

/// <summary>Photographs for tests with the default model, small enough for a second of work.</summary>
internal static class RealPicture
{
    /// <summary>Writes a part of a sample, in the format of the name, and returns the path.</summary>
    public static string Write(string path, int width = 64, int height = 48)
    {
        var sample = CommandRun.Read(Repository.Path("samples/kitten-on-lawn.jpg")).Image;
        const int left = 150, top = 100;
        using var file = File.Create(path);
        ImageWriter.Write(
            new PixelLayout(width, height, sample.Channels, sample.BitDepth),
            ImageMetadata.None,
            (y, row) => sample.Row(top + y).Slice(left * sample.Channels, row.Length).CopyTo(row),
            file,
            new WriteOptions(ImageFormats.Find(Path.GetExtension(path))!.Value),
            TestContext.Current.CancellationToken);
        return path;
    }
}
