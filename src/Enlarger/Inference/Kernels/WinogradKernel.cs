namespace Enlarger.Inference.Kernels;

/// <summary>
/// Convolution of 3x3 by F(4x4, 3x3) of Winograd (Lavin and Gray, "Fast algorithms for convolutional neural networks",
/// 2016): input tiles of 6x6 are transformed to 36 points, at each of which the convolution is a product for each pair
/// of channels, a quarter of the multiplications. Along each axis the points are 0, 1, -1, 2, -2 and infinity.
/// </summary>
/// <remarks>
/// An output tile depends only on its own input tile and on the order of its sums, never on tiles computed together
/// with it. The loops are unrolled by hand, since sums must stay in registers.
/// </remarks>
internal static unsafe partial class WinogradKernel<TVector>
    where TVector : unmanaged, IVector<TVector>
{
    private const int OutputSide = WinogradTiles.OutputSide;
    private const int InputSide = WinogradTiles.InputSide;

    // How many pixels ahead input is prefetched: transforming so many takes about as long as a read from memory.
    private const int PrefetchPixels = 4;

    public static void Run(in WinogradTiles run)
    {
        var columns = run.TileColumns;
        var tiles = WinogradBatches.Round(run.TileRows * columns);
        var outputs = run.OutputVectors * TVector.Count;
        var outputStride = WinogradTiles.PointStride(tiles, outputs);
        var to = run.Scratch;
        var intermediate = to + (WinogradTiles.Points * outputStride);
        var from = intermediate + (InputSide * ((OutputSide * columns) + 2) * Cache.Line);

        var done = 0;
        for (var i = 0; i < run.InputCount; i++)
        {
            var input = run.Inputs[i];
            for (var c = 0; c < input.Channels; c += WinogradTiles.ChannelsAtOnce)
            {
                var channels = Math.Min(WinogradTiles.ChannelsAtOnce, input.Channels - c);
                var inputStride = WinogradTiles.PointStride(tiles, channels);
                for (var row = 0; row < run.TileRows; row++)
                {
                    var rows = input.Rows + (row * OutputSide);
                    var target = from + (row * columns * channels);
                    TransformInputs(rows, input.Stride, c, channels, columns, target, inputStride, intermediate);
                }

                for (var p = 0; p < WinogradTiles.Points; p++)
                {
                    var product = new Product
                    {
                        Left = from + (p * inputStride),
                        Weights = run.Weights + (p * (nint)run.InputChannels * outputs),
                        Tiles = tiles,
                        Inputs = channels,
                        AllInputs = run.InputChannels,
                        Outputs = outputs,
                        Sums = to + (p * outputStride),
                        IsFirst = done == 0,
                        Before = done,
                    };
                    Multiply(product);
                }

                done += channels;
            }
        }

        for (var row = 0; row < run.TileRows; row++)
        {
            var rows = run.Outputs + (row * OutputSide);
            TransformOutputs(run, rows, to + (row * columns * outputs), outputStride, outputs);
        }
    }
}
