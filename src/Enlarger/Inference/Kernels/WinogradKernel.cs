using System.Runtime.CompilerServices;

namespace Enlarger.Inference.Kernels;

/// <summary>A map that squares are computed from. Strides count floats.</summary>
internal unsafe struct WinogradInput
{
    /// <summary>The rows at the first column that is read: four for each row of squares, and two more.</summary>
    public float** Rows;

    /// <summary>From a pixel to the next.</summary>
    public int Stride;

    /// <summary>Channels: a multiple of sixteen.</summary>
    public int Channels;
}

/// <summary>
/// Squares of 4x4 output pixels that are computed together, row by row of squares. Strides count floats.
/// </summary>
internal unsafe struct WinogradBlocks
{
    /// <summary>Columns and rows of a square.</summary>
    public const int Side = 4;

    /// <summary>Columns and rows of the input that a square depends on.</summary>
    public const int Reach = Side + 2;

    /// <summary>
    /// Input channels whose products are summed up at a time: the numbers of so many, and the sums, stay in L2.
    /// </summary>
    public const int ChannelsAtOnce = 64;

    /// <summary>Numbers in which a square is computed, one for each pair of frequencies.</summary>
    public const int Frequencies = Reach * Reach;

    /// <summary>The maps that are read: their channels follow each other.</summary>
    public WinogradInput* Inputs;

    /// <summary>How many maps there are.</summary>
    public int InputCount;

    /// <summary>Channels of all maps.</summary>
    public int InputChannels;

    /// <summary>The output rows at the first column, four for each row of squares; null below the picture.</summary>
    public float** Outputs;

    /// <summary>From a pixel of the output to the next.</summary>
    public int OutputStride;

    /// <summary>Columns of the output; the last square of a row may reach beyond them.</summary>
    public int Width;

    /// <summary>Vectors of output channels.</summary>
    public int OutputVectors;

    /// <summary>Rows of squares.</summary>
    public int BlockRows;

    /// <summary>
    /// For each frequency, for each pair of output vectors (the last may be alone), for each input channel: the
    /// weights of the pair.
    /// </summary>
    public float* Weights;

    /// <summary>A number for each output channel.</summary>
    public float* Bias;

    /// <summary>What negative outputs are multiplied with: 1 none, 0 ReLU, else leaky or parametric ReLU.</summary>
    public float* Slopes;

    /// <summary>Room for <see cref="ScratchLength"/> floats, aligned to a cache line.</summary>
    public float* Scratch;

    /// <summary>Squares in a row.</summary>
    public readonly int BlockColumns => (Width + Side - 1) / Side;

    /// <summary>Floats between the numbers of a frequency: the squares', and a line so that no cache set is hit by all.
    /// </summary>
    public static int FrequencyStride(int blocks, int channels) => (blocks * channels) + Cache.Line;

    /// <summary>
    /// Floats that computing takes: the frequencies of inputs and outputs, and a row of squares halfway.
    /// </summary>
    public readonly int ScratchLength(int vectorLength)
    {
        var blocks = WinogradTiles.Round(BlockRows * BlockColumns);
        return (Frequencies
                * (FrequencyStride(blocks, ChannelsAtOnce) + FrequencyStride(blocks, OutputVectors * vectorLength)))
            + (Reach * ((Side * BlockColumns) + 2) * Cache.Line);
    }
}

/// <summary>How squares are grouped for the products of a frequency.</summary>
internal static class WinogradTiles
{
    /// <summary>The number of squares that are computed for so many: sums of sixes and fours.</summary>
    public static int Round(int blocks) => blocks <= 4 ? 4 : (blocks + 1) / 2 * 2;

    /// <summary>How many of such a number are summed in sixes; the rest is none, four or eight.</summary>
    public static int InSixes(int rounded) => (rounded % 6) switch
    {
        0 => rounded,
        4 => rounded - 4,
        _ => rounded - 8,
    };
}

/// <summary>
/// Convolution of 3x3 by F(4x4, 3x3) of Winograd (Lavin and Gray, "Fast algorithms for convolutional neural networks",
/// 2016): squares of 6x6 inputs are transformed to 36 frequencies, in which the convolution is a product for each pair
/// of channels, a quarter of the multiplications. The points are 0, 1, -1, 2, -2 and infinity.
/// </summary>
/// <remarks>
/// A square's result depends on its own inputs alone and on the order of its sums, never on what is computed with it.
/// The loops are unrolled by hand, since sums must stay in registers.
/// </remarks>
internal static unsafe partial class WinogradKernel<TVector>
    where TVector : unmanaged, IVector<TVector>
{
    private const int Side = WinogradBlocks.Side;
    private const int Reach = WinogradBlocks.Reach;

    // Pixels between what is read and what is fetched into the cache: memory takes as long as they do.
    private const int Ahead = 4;

    public static void Run(in WinogradBlocks run)
    {
        var columns = run.BlockColumns;
        var blocks = WinogradTiles.Round(run.BlockRows * columns);
        var outputs = run.OutputVectors * TVector.Count;
        var outputStride = WinogradBlocks.FrequencyStride(blocks, outputs);
        var to = run.Scratch;
        var half = to + (WinogradBlocks.Frequencies * outputStride);
        var from = half + (Reach * ((Side * columns) + 2) * Cache.Line);

        var done = 0;
        for (var i = 0; i < run.InputCount; i++)
        {
            var input = run.Inputs[i];
            for (var c = 0; c < input.Channels; c += WinogradBlocks.ChannelsAtOnce)
            {
                var channels = Math.Min(WinogradBlocks.ChannelsAtOnce, input.Channels - c);
                var inputStride = WinogradBlocks.FrequencyStride(blocks, channels);
                for (var row = 0; row < run.BlockRows; row++)
                {
                    var rows = input.Rows + (row * Side);
                    var square = from + (row * columns * channels);
                    TransformInputs(rows, input.Stride, c, channels, columns, square, inputStride, half);
                }

                for (var f = 0; f < WinogradBlocks.Frequencies; f++)
                {
                    var product = new Product
                    {
                        Left = from + (f * inputStride),
                        Weights = run.Weights + (f * (nint)run.InputChannels * outputs),
                        Blocks = blocks,
                        Inputs = channels,
                        AllInputs = run.InputChannels,
                        Outputs = outputs,
                        Sums = to + (f * outputStride),
                        IsFirst = done == 0,
                        Before = done,
                    };
                    Multiply(product);
                }

                done += channels;
            }
        }

        for (var row = 0; row < run.BlockRows; row++)
        {
            TransformOutputs(run, run.Outputs + (row * Side), to + (row * columns * outputs), outputStride, outputs);
        }
    }

    // First down the columns, which neighbouring squares share, then along the rows of each square.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransformInputs(
        float** rows, nint pixel, int first, int channels, int blocks, float* target, int stride, float* half)
    {
        const int Wide = Cache.Line;
        var line = ((blocks * Side) + 2) * Wide;
        for (var c = 0; c < channels; c += Wide)
        {
            nint place = first + c;
            for (var x = half; x < half + line; x += Wide, place += pixel)
            {
                var ahead = place + (Ahead * pixel);
                Cache.Fetch(rows[0] + ahead);
                Cache.Fetch(rows[1] + ahead);
                Cache.Fetch(rows[2] + ahead);
                Cache.Fetch(rows[3] + ahead);
                Cache.Fetch(rows[4] + ahead);
                Cache.Fetch(rows[5] + ahead);
                for (var v = 0; v < Wide; v += TVector.Count)
                {
                    var at = place + v;
                    TransformInput(
                        TVector.Load(rows[0] + at), TVector.Load(rows[1] + at), TVector.Load(rows[2] + at),
                        TVector.Load(rows[3] + at), TVector.Load(rows[4] + at), TVector.Load(rows[5] + at),
                        x + v, line);
                }
            }

            for (var y = 0; y < Reach; y++)
            {
                var source = half + (y * line);
                var square = target + (y * Reach * stride) + c;
                for (var b = 0; b < blocks; b++)
                {
                    for (var v = 0; v < Wide; v += TVector.Count)
                    {
                        var at = source + v;
                        TransformInput(
                            TVector.Load(at), TVector.Load(at + Wide), TVector.Load(at + (2 * Wide)),
                            TVector.Load(at + (3 * Wide)), TVector.Load(at + (4 * Wide)), TVector.Load(at + (5 * Wide)),
                            square + v, stride);
                    }

                    source += Side * Wide;
                    square += channels;
                }
            }
        }
    }

    // The rows of B^T in the paper.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransformInput(
        TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, TVector d5, float* target, nint stride)
    {
        var two = TVector.Broadcast(2);
        var four = TVector.Broadcast(4);
        var five = TVector.Broadcast(-5);
        TVector.MultiplyAdd(d0, four, TVector.MultiplyAdd(d2, five, d4)).Store(target);
        TVector.MultiplyAdd(d1, four, TVector.MultiplyAdd(d3, five, d5)).Store(target + (5 * stride));
        var minus = TVector.Broadcast(-4);
        var even = TVector.MultiplyAdd(d2, minus, d4);
        var odd = TVector.MultiplyAdd(d1, minus, d3);
        (even + odd).Store(target + stride);
        (even - odd).Store(target + (2 * stride));
        even = d4 - d2;
        odd = two * (d3 - d1);
        (even + odd).Store(target + (3 * stride));
        (even - odd).Store(target + (4 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransformOutputs(in WinogradBlocks run, float** rows, float* source, int stride, int outputs)
    {
        var half = stackalloc float[Side * Reach * TVector.Count];
        var square = stackalloc float[Side * Side * TVector.Count];
        var line = Reach * TVector.Count;
        for (var b = 0; b < run.BlockColumns; b++, source += outputs)
        {
            var width = Math.Min(Side, run.Width - (b * Side));
            var isWhole = width == Side && rows[Side - 1] != null;
            FetchSquare(rows, ((nint)b + 2) * Side * run.OutputStride, Side * run.OutputStride);
            for (var c = 0; c < outputs; c += TVector.Count)
            {
                var frequency = source + c;
                for (var x = 0; x < Reach; x++, frequency += stride)
                {
                    TransformOutput(frequency, Reach * stride, half + (x * TVector.Count), line);
                }

                var bias = TVector.Load(run.Bias + c);
                var slope = TVector.Load(run.Slopes + c);
                var place = ((nint)b * Side * run.OutputStride) + c;
                for (var y = 0; y < Side; y++)
                {
                    var target = isWhole ? rows[y] + place : square;
                    var step = isWhole ? run.OutputStride : TVector.Count;
                    Finish(half + (y * line), target, step, bias, slope);
                    if (!isWhole && rows[y] != null)
                    {
                        CopyPart(square, rows[y] + place, run.OutputStride, width);
                    }
                }
            }
        }
    }

    // What is written waits for what lies there. Rows below the picture are null, where asking does no harm.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchSquare(float** rows, nint first, int length)
    {
        for (var y = 0; y < Side; y++)
        {
            for (nint i = 0; i < length; i += Cache.Line)
            {
                Cache.Fetch(rows[y] + first + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransformOutput(float* source, nint stride, float* target, nint step)
    {
        Combine(source, stride, out var r0, out var r1, out var r2, out var r3);
        r0.Store(target);
        r1.Store(target + step);
        r2.Store(target + (2 * step));
        r3.Store(target + (3 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(float* source, float* target, nint step, TVector bias, TVector slope)
    {
        Combine(source, TVector.Count, out var r0, out var r1, out var r2, out var r3);
        ConvKernel<TVector>.Activate(r0 + bias, slope).Store(target);
        ConvKernel<TVector>.Activate(r1 + bias, slope).Store(target + step);
        ConvKernel<TVector>.Activate(r2 + bias, slope).Store(target + (2 * step));
        ConvKernel<TVector>.Activate(r3 + bias, slope).Store(target + (3 * step));
    }

    // The rows of A^T in the paper.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Combine(
        float* source, nint stride, out TVector r0, out TVector r1, out TVector r2, out TVector r3)
    {
        var m1 = TVector.Load(source + stride);
        var m2 = TVector.Load(source + (2 * stride));
        var m3 = TVector.Load(source + (3 * stride));
        var m4 = TVector.Load(source + (4 * stride));
        var (sum, difference) = (m1 + m2, m1 - m2);
        var (sum2, difference2) = (m3 + m4, m3 - m4);
        r0 = TVector.Load(source) + sum + sum2;
        r1 = TVector.MultiplyAdd(difference2, TVector.Broadcast(2), difference);
        r2 = TVector.MultiplyAdd(sum2, TVector.Broadcast(4), sum);
        r3 = TVector.MultiplyAdd(difference2, TVector.Broadcast(8), difference)
            + TVector.Load(source + (5 * stride));
    }

    private static void CopyPart(float* source, float* target, nint stride, int width)
    {
        for (var x = 0; x < width; x++)
        {
            TVector.Load(source + (x * TVector.Count)).Store(target + (x * stride));
        }
    }
}
