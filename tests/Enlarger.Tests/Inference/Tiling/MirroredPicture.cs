using Enlarger.Imaging;

namespace Enlarger.Tests.Inference.Tiling;

/// <summary>Mirrors a picture beyond its border pixel by pixel, as a reference for the engine.</summary>
internal static class MirroredPicture
{
    /// <param name="picture">RGB samples, interleaved.</param>
    /// <param name="size">The size of the picture.</param>
    /// <param name="margin">Pixels added on each side.</param>
    /// <param name="alignment">The sides are extended at the right and the bottom to multiples of this.</param>
    /// <param name="mirrored">The size of the result.</param>
    /// <returns>The samples, channel by channel.</returns>
    public static float[] Planar(
        float[] picture, PixelSize size, int margin, int alignment, out PixelSize mirrored)
    {
        var columns = Walk(size.Width, margin, alignment);
        var rows = Walk(size.Height, margin, alignment);
        mirrored = new PixelSize(columns.Length, rows.Length);
        return [.. Enumerable.Range(0, 3).SelectMany(c => rows.SelectMany(y =>
            columns.Select(x => picture[(((y * size.Width) + x) * 3) + c])))];
    }

    /// <summary>The part of a planar result that shows the picture, interleaved.</summary>
    public static float[] Crop(float[] output, int height, int width, int offset, PixelSize result) =>
        [.. Enumerable.Range(0, result.Width * result.Height * 3).Select(i =>
        {
            var (y, x) = Math.DivRem(i / 3, result.Width);
            return output[(((i % 3 * height) + y + offset) * width) + x + offset];
        })];

    // Walks over the picture and turns round after the outermost pixel, which is repeated.
    private static int[] Walk(int length, int margin, int alignment)
    {
        var after = margin;
        while ((margin + length + after) % alignment != 0)
        {
            after++;
        }

        return [.. Turns(length, margin).Reverse(), .. Turns(length, length + after)];
    }

    private static int[] Turns(int length, int count)
    {
        var places = new int[count];
        for (var (i, at, step) = (0, 0, 1); i < count; i++)
        {
            places[i] = at;
            if (at + step >= 0 && at + step < length)
            {
                at += step;
            }
            else
            {
                step = -step;
            }
        }

        return places;
    }
}
