namespace Enlarger.Imaging;

/// <summary>
/// Which inputs each output of one axis is made of, and how much of each: <c>output[i]</c> is the sum of
/// <c>Weights(i)[k] * input[First(i) + k]</c>.
/// </summary>
/// <remarks>
/// The conventions are those of MATLAB's imresize, in which the field publishes its figures: the centre of output i
/// lies at (i + 0.5) / scale - 0.5, a kernel that reduces is widened by the factor, the weights of an output sum to
/// one, and beyond an edge the axis is mirrored with its outermost pixel repeated.
/// </remarks>
internal sealed class ResampleTaps
{
    private readonly int[] _first;
    private readonly float[] _weights;

    public ResampleTaps(int from, int to, ResampleKernel kernel)
    {
        var scale = (double)to / from;
        var shrink = Math.Min(scale, 1);
        var reach = Radius(kernel) / shrink;
        var count = (int)Math.Ceiling(2 * reach);
        var folded = new Dictionary<int, double>(count);

        _first = new int[to];
        // An axis shorter than the kernel folds onto itself.
        Count = Math.Min(count, from);
        _weights = new float[(long)to * Count];
        for (var i = 0; i < to; i++)
        {
            var centre = ((i + 0.5) / scale) - 0.5;
            var left = (int)Math.Floor(centre - reach) + 1;
            folded.Clear();
            var sum = 0.0;
            for (var k = left; k < left + count; k++)
            {
                var weight = Weight(kernel, shrink * (centre - k));
                var index = Mirror(k, from);
                folded[index] = folded.GetValueOrDefault(index) + weight;
                sum += weight;
            }

            _first[i] = Math.Min(folded.Keys.Min(), from - Count);
            foreach (var (index, weight) in folded)
            {
                _weights[((long)i * Count) + index - _first[i]] = (float)(weight / sum);
            }
        }

        Window = MeasureWindow();
    }

    /// <summary>Weights of each output; those at the end may be zero.</summary>
    public int Count { get; }

    /// <summary>Consecutive inputs that have to be kept while the outputs are made in order.</summary>
    public int Window { get; }

    /// <summary>The first input that output <paramref name="i"/> is made of.</summary>
    public int First(int i) => _first[i];

    /// <summary>The weights of output <paramref name="i"/>, <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<float> Weights(int i) => _weights.AsSpan(i * Count, Count);

    private static double Radius(ResampleKernel kernel) => kernel switch
    {
        ResampleKernel.Cubic => 2,
        ResampleKernel.Lanczos3 => 3,
    };

    private static double Weight(ResampleKernel kernel, double x) => kernel switch
    {
        ResampleKernel.Cubic => Cubic(Math.Abs(x)),
        ResampleKernel.Lanczos3 => Lanczos3(Math.Abs(x)),
    };

    private static double Cubic(double x) => x switch
    {
        <= 1 => (((1.5 * x) - 2.5) * x * x) + 1,
        < 2 => (((((-0.5 * x) + 2.5) * x) - 4) * x) + 2,
        _ => 0,
    };

    private static double Lanczos3(double x) => x switch
    {
        // Below this distance the quotient loses digits, and is 1 anyway.
        < 1e-8 => 1,
        < 3 => 3 * Math.Sin(Math.PI * x) * Math.Sin(Math.PI * x / 3) / (Math.PI * Math.PI * x * x),
        _ => 0,
    };

    private static int Mirror(int index, int length)
    {
        var period = 2 * length;
        var place = ((index % period) + period) % period;
        return place < length ? place : period - 1 - place;
    }

    // The first input of an output may lie before that of the output above, where the axis is mirrored.
    private int MeasureWindow()
    {
        var window = 0;
        var needed = int.MaxValue;
        var lastUpTo = new int[_first.Length];
        for (var i = 0; i < _first.Length; i++)
        {
            lastUpTo[i] = Math.Max(_first[i] + Count - 1, i == 0 ? 0 : lastUpTo[i - 1]);
        }

        for (var i = _first.Length - 1; i >= 0; i--)
        {
            needed = Math.Min(needed, _first[i]);
            window = Math.Max(window, lastUpTo[i] - needed + 1);
        }

        return window;
    }
}
