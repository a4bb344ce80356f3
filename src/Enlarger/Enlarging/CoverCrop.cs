using System.Globalization;
using Enlarger.Imaging;

namespace Enlarger.Enlarging;

/// <summary>
/// Crops a picture to the aspect ratio of its result: roughly before it is enlarged, which saves work, and exactly
/// afterwards.
/// </summary>
/// <param name="Left">Columns cropped from the left of the picture, and as many from the right.</param>
/// <param name="Top">Rows cropped from the top of the picture, and as many from the bottom.</param>
/// <param name="Kept">The size of the part that is enlarged.</param>
/// <param name="Enlarged">The size to which it is enlarged.</param>
/// <param name="Result">The size of the result, which is the centre of the enlarged part.</param>
internal sealed record CoverCrop(int Left, int Top, PixelSize Kept, PixelSize Enlarged, PixelSize Result)
{
    /// <summary>How much is cropped, as a sentence for the user.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    // Pixels beyond the final crop that are enlarged, too, as networks and filters read them. Most of their weight lies
    // within this distance.
    private const int Margin = 16;

    /// <summary>The crop, or null if nothing has to be cropped.</summary>
    public static CoverCrop? Of(PixelSize source, EnlargeOptions options)
    {
        if (options is not { Fit: SizeFit.Cover, Size: ( > 0, > 0) })
        {
            return null;
        }

        var result = TargetSize.Of(source, options);
        var scale = Math.Max((double)result.Width / source.Width, (double)result.Height / source.Height);
        var kept = new PixelSize(
            Keep(source.Width, result.Width / scale), Keep(source.Height, result.Height / scale));
        var enlarged = new PixelSize(
            Math.Max(result.Width, Times(kept.Width)), Math.Max(result.Height, Times(kept.Height)));
        if (kept == source && enlarged == result)
        {
            return null;
        }

        var (left, top) = ((source.Width - kept.Width) / 2, (source.Height - kept.Height) / 2);
        var (across, down) = (result.Width / scale / source.Width, result.Height / scale / source.Height);
        return new CoverCrop(left, top, kept, enlarged, result) { Notes = NotesFor(1 - across, 1 - down) };

        int Times(int length) => (int)Math.Round(length * scale, MidpointRounding.AwayFromZero);
    }

    /// <summary>The part of the picture that is enlarged.</summary>
    public PixelImage Cut(PixelImage image)
    {
        var layout = Cropped(image.Layout, Kept);
        var samples = new byte[layout.RowBytes * Kept.Height];
        var left = (int)(Left * (image.Layout.RowBytes / image.Width));
        for (var y = 0; y < Kept.Height; y++)
        {
            image.Row(Top + y).Slice(left, (int)layout.RowBytes)
                .CopyTo(samples.AsSpan(checked((int)(y * layout.RowBytes))));
        }

        return new PixelImage(layout, samples, image.Metadata);
    }

    /// <summary>The layout of the result, given that of the enlarged picture.</summary>
    public PixelLayout LayoutOf(PixelLayout enlarged) => Cropped(enlarged, Result);

    /// <summary>The rows of the result, cropped from those of the enlarged picture, all of which are read.</summary>
    public RowSource Rows(PixelLayout enlarged, RowSource rows)
    {
        var row = new byte[enlarged.RowBytes];
        var top = (Enlarged.Height - Result.Height) / 2;
        var left = (Enlarged.Width - Result.Width) / 2 * (int)(enlarged.RowBytes / enlarged.Width);
        var next = 0;
        return (y, samples) =>
        {
            ReadTo(top + y);
            row.AsSpan(left, samples.Length).CopyTo(samples);
            if (y == Result.Height - 1)
            {
                // The fidelity check is done with the last enlarged row.
                ReadTo(Enlarged.Height - 1);
            }
        };

        void ReadTo(int last)
        {
            for (; next <= last; next++)
            {
                rows(next, row);
            }
        }
    }

    private static PixelLayout Cropped(PixelLayout layout, PixelSize size) =>
        new(size.Width, size.Height, layout.Channels, layout.BitDepth) { HasExtra = layout.HasExtra };

    private static string[] NotesFor(double across, double down)
    {
        var (side, part) = across > down ? ("width", across) : ("height", down);
        return [string.Create(
            CultureInfo.InvariantCulture,
            $"{part * 100:0.#} % of the picture's {side} was cut off, one half of it on each side.")];
    }

    // An even number of pixels is cropped, so that the centre stays the centre.
    private static int Keep(int length, double needed)
    {
        var keep = (int)Math.Min(length, Math.Ceiling(needed) + (2 * Margin));
        return keep + ((length - keep) % 2);
    }
}
