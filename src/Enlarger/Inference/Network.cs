using Enlarger.Inference.Compilation;
using Enlarger.Inference.Kernels;
using Enlarger.Inference.Onnx;
using Enlarger.Inference.Scheduling;
using Enlarger.Inference.Steps;
using Enlarger.Inference.Tiling;

namespace Enlarger.Inference;

/// <summary>
/// An image-to-image convolutional network, compiled from an ONNX file. Safe to share between threads.
/// </summary>
public sealed class Network
{
    private readonly KernelSet _kernels;
    private NetworkGeometry? _geometry;

    private Network(CompiledGraph graph, KernelSet kernels)
    {
        Graph = graph;
        _kernels = kernels;
    }

    /// <summary>Channels of the input: 3 for RGB, 1 for networks that run on each channel by itself.</summary>
    public int Channels => Graph.InputChannels;

    /// <summary>Output pixels for an input pixel, along each side: 1 to 16.</summary>
    /// <exception cref="ModelException">The network does not enlarge pictures.</exception>
    public int Scale => Geometry.Scale;

    /// <summary>
    /// The farthest distance in pixels at which an input pixel can change an output pixel, computed from the graph;
    /// null where it is the whole picture.
    /// </summary>
    /// <exception cref="ModelException">The network does not enlarge pictures.</exception>
    public int? ReceptiveField => Geometry.ReceptiveField;

    /// <summary>The number of trained parameters: weights, biases and slopes of convolutions.</summary>
    public long Parameters =>
        Graph.Steps.OfType<ConvStep>().Sum(conv => (long)conv.Weights.Length + conv.Bias.Length + conv.TrainedSlopes);

    /// <summary>
    /// Multiplications for each input pixel, as direct convolutions do them; two floating-point operations each.
    /// </summary>
    public double MultipliesPerInputPixel
    {
        get
        {
            const int Side = 1 << 12;
            var shapes = Graph.Infer(new MapShape(Channels, Side, Side));
            return Graph.Steps.Sum(step =>
                step.MultipliesPerPixel * shapes[step.Output].Height / Side * shapes[step.Output].Width / Side);
        }
    }

    internal CompiledGraph Graph { get; }

    internal NetworkGeometry Geometry => _geometry ??= NetworkGeometry.Of(Graph);

    /// <summary>Compiles the ONNX model in <paramref name="onnx"/>.</summary>
    /// <exception cref="ModelException">
    /// Not an ONNX file, or it has a node that is not supported, which the message names.
    /// </exception>
    public static Network Load(ReadOnlySpan<byte> onnx) => Load(onnx, KernelSet.Best);

    /// <summary>
    /// Compiles a network whose weights are interpolated linearly between those of two networks of the same
    /// architecture, of which one was fine-tuned from the other (Wang and others, "Deep network interpolation for
    /// continuous imagery effect transition", 2019).
    /// </summary>
    /// <param name="onnx">The ONNX file of the first network.</param>
    /// <param name="other">The ONNX file of the other network.</param>
    /// <param name="amount">0 gives the first, 1 the other.</param>
    /// <exception cref="ArgumentOutOfRangeException">The amount is not 0 to 1.</exception>
    /// <exception cref="ModelException">
    /// One is not an ONNX model that can be compiled, or they have different operators or shapes.
    /// </exception>
    public static Network LoadBetween(ReadOnlySpan<byte> onnx, ReadOnlySpan<byte> other, double amount)
    {
        // Written so that NaN is refused, too.
        if (amount is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(amount), amount, "The amount must be 0 to 1.");
        }

        var graph = OnnxReader.Read(onnx).Interpolate(OnnxReader.Read(other), (float)amount);
        return new Network(GraphCompiler.Compile(graph, inBlocks: true), KernelSet.Best);
    }

    /// <summary>
    /// Runs the network on one whole picture, untiled, on the calling thread, as the ONNX standard says: where its
    /// convolutions pad with zeros, the border of the result differs visibly. <see cref="Enlarge(ReadOnlyMemory{float},
    /// int, int, int, CancellationToken)"/> mirrors the picture beyond its border instead.
    /// </summary>
    /// <param name="input">Planar samples, channel by channel: [channels, height, width].</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="cancel">Cancels within a few rows.</param>
    /// <returns>Planar samples of the output and its size.</returns>
    /// <exception cref="ArgumentException">
    /// The number of samples is not channels x height x width.
    /// </exception>
    /// <exception cref="ModelException">The network cannot run on a picture of this size.</exception>
    public (float[] Output, int Height, int Width) Run(
        ReadOnlySpan<float> input, int height, int width, CancellationToken cancel = default) =>
        Run(input, height, width, Padding.AsExported, cancel);

    /// <summary>The same with another padding.</summary>
    internal (float[] Output, int Height, int Width) Run(
        ReadOnlySpan<float> input, int height, int width, Padding padding, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNotEqual(input.Length, checked(Channels * height * width), nameof(input));
        var shape = new MapShape(Channels, height, width);
        var size = Graph.Infer(shape)[Graph.Output];
        if (size.Height < 1 || size.Width < 1)
        {
            throw new ModelException($"Nothing is left of a picture of {width}x{height}.");
        }

        var plan = Plan(shape, new Extent(0, size.Height), Math.Max(1, size.Height / height), padding);
        using var run = new TileRun(Graph, plan, threads: 1);
        return (Run(run, input.ToArray(), shape, size, cancel), size.Height, size.Width);
    }

    /// <summary>
    /// Enlarges a picture in memory with several threads. The result does not depend on their number. The picture is
    /// mirrored beyond its border, and that margin is cropped from the result.
    /// </summary>
    /// <param name="picture">RGB samples from 0 to 1, interleaved: [height, width, 3].</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="threads">Threads that compute; 0 for one on each core.</param>
    /// <param name="cancel">Cancels within a few rows.</param>
    /// <returns>RGB samples from 0 to 1: [height * Scale, width * Scale, 3].</returns>
    /// <exception cref="ArgumentException">The number of samples is not height x width x 3.</exception>
    /// <exception cref="ModelException">The network does not enlarge pictures of 1 or 3 channels.</exception>
    public float[] Enlarge(
        ReadOnlyMemory<float> picture, int height, int width, int threads = 0, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        var result = GC.AllocateUninitializedArray<float>(checked(height * Scale * width * Scale * 3));
        Enlarge(picture, height, width, result, threads, cancel);
        return result;
    }

    /// <summary>The same into an array of the caller, which can be reused.</summary>
    /// <param name="picture">RGB samples from 0 to 1, interleaved: [height, width, 3].</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="result">Receives RGB samples from 0 to 1: [height * Scale, width * Scale, 3].</param>
    /// <param name="threads">Threads that compute; 0 for one on each core.</param>
    /// <param name="cancel">Cancels within a few rows; the rest of the result stays unchanged.</param>
    /// <exception cref="ArgumentException">The picture or the result has another number of samples.</exception>
    /// <exception cref="ModelException">The network does not enlarge pictures of 1 or 3 channels.</exception>
    public void Enlarge(
        ReadOnlyMemory<float> picture,
        int height,
        int width,
        Span<float> result,
        int threads = 0,
        CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        ArgumentOutOfRangeException.ThrowIfNotEqual(picture.Length, checked(height * width * 3), nameof(picture));
        CheckEnlarges();

        var options = new TilingOptions { Threads = threads == 0 ? Environment.ProcessorCount : threads };
        using var rows = new NetworkRows(this, new Imaging.PixelSize(width, height), 3, Source, options, cancel);
        var length = rows.To.Width * 3;
        ArgumentOutOfRangeException.ThrowIfNotEqual(result.Length, checked(length * rows.To.Height), nameof(result));
        for (var y = 0; y < rows.To.Height; y++)
        {
            rows.ReadRow(y, result.Slice(y * length, length));
        }

        void Source(int y, Span<float> row) => picture.Span.Slice(y * width * 3, width * 3).CopyTo(row);
    }

    /// <summary>Compiles for given kernels, so that tests can run all of them on one machine.</summary>
    /// <param name="onnx">The file.</param>
    /// <param name="kernels">The kernels for one vector length.</param>
    /// <param name="inBlocks">
    /// Convolutions may be computed by Winograd's algorithm; else all are direct, which rounds less.
    /// </param>
    internal static Network Load(ReadOnlySpan<byte> onnx, KernelSet kernels, bool inBlocks = true) =>
        new(GraphCompiler.Compile(OnnxReader.Read(onnx), inBlocks), kernels);

    /// <summary>Checks that the network enlarges pictures of 1 or 3 channels.</summary>
    /// <exception cref="ModelException">It does not.</exception>
    internal void CheckEnlarges()
    {
        var side = 2 * Geometry.Alignment * (Geometry.Margin + 1);
        var channels = Graph.Infer(new MapShape(Channels, side, side))[Graph.Output].Channels;
        if (Channels is not (1 or 3) || channels != Channels)
        {
            throw new ModelException(
                $"The network must take and give pictures of 1 or 3 channels, not {Channels} and {channels}.");
        }
    }

    internal BandPlan Plan(MapShape input, Extent kept, int scale, Padding padding) =>
        new(Graph, _kernels, input, kept, scale, padding);

    private static unsafe float[] Run(
        TileRun run, float[] input, MapShape shape, MapShape size, CancellationToken cancel)
    {
        var output = new float[size.Channels * size.Height * size.Width];
        run.Produce(size.Height, Fill, Take, cancel);
        return output;

        void Fill(int y, float* row)
        {
            for (var i = 0; i < shape.Width * shape.Channels; i++)
            {
                var (x, c) = (i / shape.Channels, i % shape.Channels);
                row[i] = input[(((c * shape.Height) + y) * shape.Width) + x];
            }
        }

        void Take(int y, float* row, int pixelStride)
        {
            for (var c = 0; c < size.Channels; c++)
            {
                for (var x = 0; x < size.Width; x++)
                {
                    output[(((c * size.Height) + y) * size.Width) + x] = row[(x * pixelStride) + c];
                }
            }
        }
    }
}
