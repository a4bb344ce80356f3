using System.Numerics;
using System.Runtime.Intrinsics;

namespace Enlarger.Imaging;

/// <summary>
/// Resamples a picture row by row, in both directions: across as each row comes in, down as each row goes out. It
/// holds no more rows than the kernel reaches over.
/// </summary>
internal sealed class RowResampler
{
    // Vectors of four samples are read at every pixel, so the last ones read past the row.
    private const int Slack = 4;

    private readonly PixelSize _from;
    private readonly PixelSize _to;
    private readonly int _channels;
    private readonly FloatRowSource _source;
    private readonly ResampleTaps _across;
    private readonly ResampleTaps _down;
    private readonly float[] _input;
    private readonly int _stride;
    private readonly float[] _window;
    private readonly int[] _places;
    private int _rowsRead;
    private int _rowNext;

    /// <param name="from">Size of the picture that <paramref name="source"/> gives.</param>
    /// <param name="to">Size of the result.</param>
    /// <param name="channels">Interleaved samples of a pixel, 1 to 4; each is resampled on its own.</param>
    /// <param name="kernel">The kernel, widened by the factor along an axis that is reduced.</param>
    /// <param name="source">Gives <c>from.Width * channels</c> samples a row, on any range.</param>
    public RowResampler(PixelSize from, PixelSize to, int channels, ResampleKernel kernel, FloatRowSource source)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 4);
        _from = from;
        _to = to;
        _channels = channels;
        _source = source;
        _across = new ResampleTaps(from.Width, to.Width, kernel);
        _down = new ResampleTaps(from.Height, to.Height, kernel);
        _input = new float[(from.Width * channels) + Slack];
        _stride = (to.Width * channels) + Slack;
        _window = new float[checked(_down.Window * _stride)];
        _places = new int[_down.Count];
    }

    /// <summary>Computes row <paramref name="y"/> of the result, which grows from call to call.</summary>
    public void ReadRow(int y, Span<float> row)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(y, _rowNext);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(y, _to.Height);
        ArgumentOutOfRangeException.ThrowIfNotEqual(row.Length, _to.Width * _channels, nameof(row));
        _rowNext = y + 1;

        var first = _down.First(y);
        for (; _rowsRead < first + _down.Count; _rowsRead++)
        {
            _source(_rowsRead, _input.AsSpan(0, _from.Width * _channels));
            ResampleAcross(_window.AsSpan(_rowsRead % _down.Window * _stride, _stride));
        }

        ResampleDown(first, _down.Weights(y), row);
    }

    // A few vectors at a time through all rows: their sums stay in registers, and the rows are read once.
    private void ResampleDown(int first, ReadOnlySpan<float> weights, Span<float> row)
    {
        for (var k = 0; k < weights.Length; k++)
        {
            _places[k] = (first + k) % _down.Window * _stride;
        }

        ReadOnlySpan<int> places = _places.AsSpan(0, weights.Length);
        var i = 0;
        for (; i + (4 * Vector<float>.Count) <= row.Length; i += 4 * Vector<float>.Count)
        {
            var (a, b, c, d) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
            for (var k = 0; k < places.Length; k++)
            {
                var weight = new Vector<float>(weights[k]);
                ref var samples = ref _window[places[k] + i];
                a = Vector.MultiplyAddEstimate(Vector.LoadUnsafe(ref samples), weight, a);
                b = Vector.MultiplyAddEstimate(Vector.LoadUnsafe(ref samples, (nuint)Vector<float>.Count), weight, b);
                c = Vector.MultiplyAddEstimate(
                    Vector.LoadUnsafe(ref samples, (nuint)(2 * Vector<float>.Count)), weight, c);
                d = Vector.MultiplyAddEstimate(
                    Vector.LoadUnsafe(ref samples, (nuint)(3 * Vector<float>.Count)), weight, d);
            }

            a.CopyTo(row[i..]);
            b.CopyTo(row[(i + Vector<float>.Count)..]);
            c.CopyTo(row[(i + (2 * Vector<float>.Count))..]);
            d.CopyTo(row[(i + (3 * Vector<float>.Count))..]);
        }

        for (; i < row.Length; i++)
        {
            var sum = 0f;
            for (var k = 0; k < places.Length; k++)
            {
                sum = float.MultiplyAddEstimate(_window[places[k] + i], weights[k], sum);
            }

            row[i] = sum;
        }
    }

    private void ResampleAcross(Span<float> output)
    {
        if (_channels >= 3)
        {
            ResampleColourAcross(output);
            return;
        }

        for (var x = 0; x < _to.Width; x++)
        {
            var weights = _across.Weights(x);
            var first = _across.First(x) * _channels;
            for (var channel = 0; channel < _channels; channel++)
            {
                var sum = 0f;
                for (var k = 0; k < weights.Length; k++)
                {
                    sum = float.MultiplyAddEstimate(_input[first + channel + (k * _channels)], weights[k], sum);
                }

                output[(x * _channels) + channel] = sum;
            }
        }
    }

    // A vector holds a pixel. With three channels its last lane is nothing, and the next pixel overwrites it.
    private void ResampleColourAcross(Span<float> output)
    {
        for (var x = 0; x < _to.Width; x++)
        {
            var weights = _across.Weights(x);
            ref var pixels = ref _input[_across.First(x) * _channels];
            var sum = Vector128<float>.Zero;
            for (var k = 0; k < weights.Length; k++)
            {
                var pixel = Vector128.LoadUnsafe(ref pixels, (nuint)(k * _channels));
                sum = Vector128.MultiplyAddEstimate(pixel, Vector128.Create(weights[k]), sum);
            }

            sum.CopyTo(output[(x * _channels)..]);
        }
    }
}
