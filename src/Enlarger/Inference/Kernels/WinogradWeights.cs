namespace Enlarger.Inference.Kernels;

/// <summary>The weight transform of <see cref="WinogradTiles"/>.</summary>
internal static class WinogradWeights
{
    private const int InputSide = WinogradTiles.InputSide;

    /// <summary>G g G^T: 9 weights, row by row, become 36. Down the columns first, then along the rows.</summary>
    public static void Transform(ReadOnlySpan<float> kernel, Span<float> points)
    {
        const int Taps = 3;
        Span<double> columns = stackalloc double[InputSide * Taps];
        Span<double> row = stackalloc double[InputSide];
        for (var column = 0; column < Taps; column++)
        {
            TransformRow(kernel[column], kernel[Taps + column], kernel[(2 * Taps) + column], row);
            for (var i = 0; i < InputSide; i++)
            {
                columns[(i * Taps) + column] = row[i];
            }
        }

        for (var i = 0; i < InputSide; i++)
        {
            TransformRow(columns[i * Taps], columns[(i * Taps) + 1], columns[(i * Taps) + 2], row);
            for (var j = 0; j < InputSide; j++)
            {
                points[(i * InputSide) + j] = (float)row[j];
            }
        }
    }

    // The matrix G of Lavin and Gray times three weights: their polynomial's values at the six points.
    private static void TransformRow(double first, double second, double third, Span<double> values)
    {
        var (outer, far) = ((first + third) / 6, (first / 24) + (third / 6));
        values[0] = first / 4;
        values[1] = -outer - (second / 6);
        values[2] = -outer + (second / 6);
        values[3] = far + (second / 12);
        values[4] = far - (second / 12);
        values[5] = third;
    }
}
