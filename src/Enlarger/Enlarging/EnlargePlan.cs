using Enlarger.Choosing;
using Enlarger.Enhancing;
using Enlarger.Imaging;
using Enlarger.Inference;
using Enlarger.Models;

namespace Enlarger.Enlarging;

/// <summary>Which networks are run, one after the other, and the size that is then reduced to.</summary>
/// <param name="Choice">The model, and what is restored before it.</param>
/// <param name="Passes">Scales of the model's networks; empty where the kernel does all.</param>
/// <param name="Size">The size of the result.</param>
/// <param name="Enhancement">What else is done to the picture; null for nothing.</param>
internal sealed record EnlargePlan(
    ModelChoice Choice, IReadOnlyList<int> Passes, PixelSize Size, Enhancement? Enhancement)
{
    // Each pass costs its scale squared times the one before. Four passes of x2 networks give 16 times.
    private const int PassesMax = 4;

    /// <summary>Plans one picture.</summary>
    /// <exception cref="ArgumentException">The scale or size is out of range.</exception>
    /// <exception cref="ImageException">The size is more than 16 times the picture's.</exception>
    /// <exception cref="ModelException">The model does not reach the size.</exception>
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

        // A network that was named at least cleans a picture that keeps its size. Otherwise that is the business of
        // whoever restores or enhances it.
        var isLeft = size == source && (options.Enhance is not null || choice.Traits is not null);
        var runsNetwork = model.Kernel is null && !model.IsRestorer && needed >= 1 && !isLeft;
        var enhancement = Enhancement.Of(options.Enhance, runsNetwork ? choice.Enhancing : 0);
        return new EnlargePlan(choice, runsNetwork ? Reach(needed, model) : [], size, enhancement);
    }

    /// <summary>
    /// What the result of a picture looks like: its own channels and depth, but that grey becomes RGB where enhancement
    /// colours it.
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

    // The fewest passes, and of those the smallest product that is large enough. A small scale first: what follows it
    // then has fewer pixels to work on.
    private static int[] Reach(double needed, Model model)
    {
        // Rounding a side up may ask for a little more than the scale was.
        const double Slack = 1e-9;

        // One is enough nearly always, and what LINQ does with numbers is compiled when a process starts.
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
            passes = passes.SelectMany(some => model.Scales
                .Where(scale => scale >= some[^1])
                .Select(scale => (int[])[.. some, scale]));
            var reaching = passes
                .Where(some => Product(some) >= needed - Slack)
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
