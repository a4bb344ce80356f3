using Enlarger.Choosing;
using Enlarger.Enhancing;
using Enlarger.Imaging;
using Enlarger.Inference;
using Enlarger.Models;

namespace Enlarger.Enlarging;

/// <summary>The networks to run, one after the other, and the size to which their result is reduced.</summary>
/// <param name="Choice">The model, and how the picture is restored before it.</param>
/// <param name="Passes">Scales of the model's networks to run; empty where only the kernel is used.</param>
/// <param name="Size">The size of the result.</param>
/// <param name="Enhancement">How the picture is enhanced; null for not at all.</param>
internal sealed record EnlargePlan(
    ModelChoice Choice, IReadOnlyList<int> Passes, PixelSize Size, Enhancement? Enhancement)
{
    // Each pass costs its scale squared times the one before. Four passes of x2 networks give 16 times.
    private const int PassesMax = 4;

    /// <summary>Plans one picture.</summary>
    /// <exception cref="ArgumentException">The scale or size is out of range.</exception>
    /// <exception cref="ImageException">The size is more than 16 times the picture's.</exception>
    /// <exception cref="ModelException">The model cannot enlarge by so much.</exception>
    public static EnlargePlan For(PixelSize source, EnlargeOptions options, ModelChoice choice)
    {
        var model = choice.Model;
        var size = TargetSize.Of(source, options);
        var needed = Math.Max((double)size.Width / source.Width, (double)size.Height / source.Height);
        if (model.IsRestorer && needed > 1)
        {
            throw new ModelException(
                $"The model \"{model.Name}\" keeps the size of a picture, and {needed:0.###} times are asked for.");
        }

        // A network that was named also runs on a picture that keeps its size, and cleans it. With auto or enhancing,
        // such a picture is only restored or enhanced.
        var skipsNetwork = size == source && (options.Enhance is not null || choice.Traits is not null);
        var runsNetwork = model.Kernel is null && !model.IsRestorer && needed >= 1 && !skipsNetwork;
        var enhancement = Enhancement.Of(options.Enhance, runsNetwork ? choice.Enhancing : 0);
        return new EnlargePlan(choice, runsNetwork ? ChoosePasses(needed, model) : [], size, enhancement);
    }

    /// <summary>
    /// The layout of the result of a picture: its own channels and depth, except that grey becomes RGB if enhancement
    /// adds colour.
    /// </summary>
    public PixelLayout LayoutOf(PixelImage image)
    {
        var colours = image.Layout.ColourChannels;
        var added = (Enhancement?.ColourChannels(colours) ?? colours) - colours;
        return new PixelLayout(Size.Width, Size.Height, image.Channels + added, image.BitDepth)
        {
            HasExtra = image.Layout.HasExtra,
        };
    }

    // The fewest passes and, of those, the smallest product that is large enough. Scales ascend, since later passes
    // then have fewer pixels to compute.
    private static int[] ChoosePasses(double needed, Model model)
    {
        // A side that was rounded up may need slightly more than the scale.
        const double Slack = 1e-9;

        // One pass is nearly always enough. The loop avoids LINQ over numbers, which is compiled at each process start.
        foreach (var scale in model.Scales)
        {
            if (scale >= needed - Slack)
            {
                return [scale];
            }
        }

        var passes = model.Scales.Select(scale => (int[])[scale]);
        for (var count = 2; count <= PassesMax; count++)
        {
            passes = passes.SelectMany(scales => model.Scales
                .Where(scale => scale >= scales[^1])
                .Select(scale => (int[])[.. scales, scale]));
            var reaching = passes
                .Where(scales => Product(scales) >= needed - Slack)
                .MinBy(Product);
            if (reaching is not null)
            {
                return reaching;
            }
        }

        throw new ModelException(
            $"The model \"{model.Name}\" enlarges up to {Product([.. Enumerable.Repeat(model.Scales[^1], PassesMax)])} "
            + $"times, and {needed:0.###} are asked for.");
    }

    private static int Product(int[] scales) => scales.Aggregate(1, (product, scale) => product * scale);
}
