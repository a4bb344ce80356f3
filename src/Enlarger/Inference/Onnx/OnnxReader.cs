using Enlarger.Models;

namespace Enlarger.Inference.Onnx;

/// <summary>Reads ONNX files.</summary>
internal static class OnnxReader
{
    /// <summary>The main graph of the model in <paramref name="file"/>.</summary>
    /// <exception cref="ModelException">Not an ONNX model, damaged, or with parts that are not supported.</exception>
    public static OnnxGraph Read(ReadOnlySpan<byte> file) => throw new NotSupportedException();
}
