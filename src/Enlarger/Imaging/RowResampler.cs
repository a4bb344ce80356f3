using System.Numerics;
using System.Runtime.Intrinsics;

namespace Enlarger.Imaging;

/// <summary>Gives row <paramref name="y"/>; asked for once each, top to bottom.</summary>
internal delegate void FloatRowSource(int y, Span<float> samples);

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
    private readonly float[][] _window;
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
        _window = new float[_down.Window][];
        for (var i = 0; i < _window.Length; i++)
        {
            _window[i] = new float[(to.Width * channels) + Slack];
        }
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
            ResampleAcross(_window[_rowsRead % _window.Length]);
        }

        var weights = _down.Weights(y);
        var k = 0;
        for (; k + 4 <= weights.Length; k += 4)
        {
            AddFourRows(row, first + k, weights.Slice(k, 4), k > 0);
        }

        for (; k < weights.Length; k++)
        {
            AddRow(row, first + k, weights[k], k > 0);
        }
    }

    // Four rows at a time, because the memory traffic of the sum would otherwise cost more than the arithmetic.
    private void AddFourRows(Span<float> row, int first, ReadOnlySpan<float> weights, bool add)
    {
        var a = Row(first);
        var b = Row(first + 1);
        var c = Row(first + 2);
        var d = Row(first + 3);
        var (wa, wb, wc, wd) = (weights[0], weights[1], weights[2], weights[3]);
        var i = 0;
        for (; i + Vector<float>.Count <= row.Length; i += Vector<float>.Count)
        {
            var sum = new Vector<float>(a[i..]) * wa;
            sum = Vector.MultiplyAddEstimate(new Vector<float>(b[i..]), new Vector<float>(wb), sum);
            sum = Vector.MultiplyAddEstimate(new Vector<float>(c[i..]), new Vector<float>(wc), sum);
            sum = Vector.MultiplyAddEstimate(new Vector<float>(d[i..]), new Vector<float>(wd), sum);
            if (add)
            {
                sum += new Vector<float>(row[i..]);
            }

            sum.CopyTo(row[i..]);
        }

        for (; i < row.Length; i++)
        {
            var sum = float.MultiplyAddEstimate(b[i], wb, a[i] * wa);
            sum = float.MultiplyAddEstimate(c[i], wc, sum);
            sum = float.MultiplyAddEstimate(d[i], wd, sum);
            row[i] = add ? row[i] + sum : sum;
        }
    }

    private void AddRow(Span<float> row, int y, float weight, bool add)
    {
        var source = Row(y);
        var vector = new Vector<float>(weight);
        var i = 0;
        for (; i + Vector<float>.Count <= row.Length; i += Vector<float>.Count)
        {
            var sum = new Vector<float>(source[i..]) * vector;
            (add ? sum + new Vector<float>(row[i..]) : sum).CopyTo(row[i..]);
        }

        for (; i < row.Length; i++)
        {
            row[i] = (add ? row[i] : 0) + (source[i] * weight);
        }
    }

    private ReadOnlySpan<float> Row(int y) => _window[y % _window.Length];

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
        ReadOnlySpan<float> input = _input;
        for (var x = 0; x < _to.Width; x++)
        {
            var weights = _across.Weights(x);
            var pixels = input[(_across.First(x) * _channels)..];
            var sum = Vector128<float>.Zero;
            for (var k = 0; k < weights.Length; k++)
            {
                var pixel = Vector128.Create(pixels[(k * _channels)..]);
                sum = Vector128.MultiplyAddEstimate(pixel, Vector128.Create(weights[k]), sum);
            }

            sum.CopyTo(output[(x * _channels)..]);
        }
    }
}
