using Enlarger.Choosing;
using Enlarger.Tests.Enlarging;

namespace Enlarger.Tests.Choosing;

/// <summary>The program looks at pictures as training/choosing.py does, which learns from the same figures.</summary>
public sealed class NeighbourDifferencesTests
{
    [Fact]
    public void The_figures_are_those_that_training_learns_from()
    {
        var picture = Enlargement.Draw(96, 80, 3, (x, y, c) =>
            (((x * x) + (3 * y * y) + (17 * c)) % 23) + (x / 9 * 5) + (y / 8 * 9) + 20);
        var (differences, grid) = (new NeighbourDifferences(), new BlockingDetector());
        foreach (var tile in SampleTile.Of(picture))
        {
            differences.Add(tile);
            grid.Add(tile);
        }

        var figures = differences.Figures(grid);

        // test_choosing.py expects the same.
        Assert.Equal(37, figures.Length);
        Assert.Equal(1245.2, figures.Select((figure, i) => figure * (i + 1)).Sum(), 0.05);
    }
}
