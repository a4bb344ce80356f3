using Enlarger.Models;

namespace Enlarger.Inference;

/// <summary>An image-to-image convolutional network, compiled from an ONNX file. Safe to share between threads.</summary>
public sealed class Network
{
    /// <summary>Compiles the ONNX model in <paramref name="onnx"/>.</summary>
    /// <exception cref="ModelException">Not an ONNX file, or a node that is not supported; it is named.</exception>
    public static Network Load(ReadOnlySpan<byte> onnx) => throw new NotSupportedException();

    /// <summary>
    /// Runs the network on one whole picture, untiled, on the calling thread.
    /// </summary>
    /// <param name="input">Planar samples, channel by channel: [channels, height, width].</param>
    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Columns of the input.</param>
    /// <param name="cancel">Stops within a few rows.</param>
    /// <returns>Planar samples of the output and its size.</returns>
    public (float[] Output, int Height, int Width) Run(
        ReadOnlySpan<float> input, int height, int width, CancellationToken cancel = default) =>
        throw new NotSupportedException();
}
