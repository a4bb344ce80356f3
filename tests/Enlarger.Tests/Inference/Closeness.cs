namespace Enlarger.Tests.Inference;

/// <summary>Compares computed values with expected ones.</summary>
internal static class Closeness
{
    /// <param name="expected">The expected values.</param>
    /// <param name="actual">The computed values; NaN fails.</param>
    /// <param name="tolerance">The largest difference, relative to the largest expected magnitude.</param>
    public static void Check(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = expected.Max(Math.Abs);
        var bound = tolerance * largest;
        for (var i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(actual[i] - expected[i]) <= bound))
            {
                Assert.Fail(
                    $"Element {i} of {expected.Length} is {actual[i]:G9} instead of {expected[i]:G9}; "
                    + $"allowed is a difference of {bound:G3}.");
            }
        }
    }
}
