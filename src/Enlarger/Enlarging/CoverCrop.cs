using System.Globalization;
using Enlarger.Imaging;

namespace Enlarger.Enlarging;

/// <summary>
/// Cuts a picture to the proportions of its result: roughly before it is enlarged, which spares the work, and to the
/// pixel afterwards.
/// </summary>
/// <param name="Left">Columns of the picture that are left out on the left, and as many on the right.</param>
/// <param name="Top">Rows of the picture that are left out at the top, and as many at the bottom.</param>
/// <param name="Kept">What of the picture is enlarged.</param>
/// <param name="Enlarged">The size to which it is enlarged.</param>
/// <param name="Result">The size of the result, cut out of the middle.</param>
internal sealed record CoverCrop(int Left, int Top, PixelSize Kept, PixelSize Enlarged, PixelSize Result)
{
    /// <summary>How much is cut off, as a sentence.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    // Pixels beyond the cut that networks and filters still see. Most of their weight lies within that distance.
    private const int Margin = 16;

    /// <summary>The cut, or null where nothing is to be cut off.</summary>
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
        var layout = new PixelLayout(Kept.Width, Kept.Height, image.Channels, image.BitDepth);
        var samples = new byte[layout.RowBytes * Kept.Height];
        var left = (int)(Left * (image.Layout.RowBytes / image.Width));
        for (var y = 0; y < Kept.Height; y++)
        {
            image.Row(Top + y).Slice(left, (int)layout.RowBytes)
                .CopyTo(samples.AsSpan(checked((int)(y * layout.RowBytes))));
        }

        return new PixelImage(Kept.Width, Kept.Height, image.Channels, image.BitDepth, samples, image.Metadata);
    }

    /// <summary>The layout of the result, of that of the enlarged picture.</summary>
    public PixelLayout LayoutOf(PixelLayout enlarged) =>
        new(Result.Width, Result.Height, enlarged.Channels, enlarged.BitDepth);

    /// <summary>The rows of the result, of those of the enlarged picture, all of which are asked for.</summary>
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
                // The check of the whole is done with its last row.
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

    private static string[] NotesFor(double across, double down)
    {
        var (side, part) = across > down ? ("width", across) : ("height", down);
        return [string.Create(
            CultureInfo.InvariantCulture,
            $"{part * 100:0.#} % of the picture's {side} was cut off, one half of it on each side.")];
    }

    // An even number is left out, so that the middle stays the middle.
    private static int Keep(int length, double needed)
    {
        var keep = (int)Math.Min(length, Math.Ceiling(needed) + (2 * Margin));
        return keep + ((length - keep) % 2);
    }
}
