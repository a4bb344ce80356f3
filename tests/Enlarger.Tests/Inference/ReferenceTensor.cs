using Enlarger.Inference.Onnx;

namespace Enlarger.Tests.Inference;

/// <summary>A dense tensor in row-major order. Integers are stored as doubles and marked as integers.</summary>
internal sealed record ReferenceTensor(int[] Shape, double[] Values, bool IsInteger = false)
{
    public int Rank => Shape.Length;

    public double this[params ReadOnlySpan<int> index] => Values[Offset(index)];

    public static ReferenceTensor Of(OnnxTensor tensor) => new(
        [.. tensor.Shape.Select(length => (int)length)],
        tensor.Floats.Length > 0 ? [.. tensor.Floats.Select(x => (double)x)] : [.. tensor.Ints.Select(x => (double)x)],
        tensor.Type is OnnxType.Int32 or OnnxType.Int64 or OnnxType.UInt8 or OnnxType.Bool);

    public static ReferenceTensor Scalar(double value, bool isInteger) => new([], [value], isInteger);

    public static ReferenceTensor List(IEnumerable<long> values)
    {
        double[] list = [.. values.Select(x => (double)x)];
        return new([list.Length], list, IsInteger: true);
    }

    /// <summary>Computes each element from its index; the array of the index is reused.</summary>
    public static ReferenceTensor Fill(int[] shape, Func<int[], double> element, bool isInteger = false)
    {
        var values = new double[shape.Aggregate(1, (a, b) => a * b)];
        var index = new int[shape.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = element(index);
            for (var axis = shape.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--)
            {
                index[axis] = 0;
            }
        }

        return new(shape, values, isInteger);
    }

    public int Offset(ReadOnlySpan<int> index)
    {
        var offset = 0;
        for (var axis = 0; axis < Shape.Length; axis++)
        {
            // Without this check a wrong index would silently read another element.
            if ((uint)index[axis] >= (uint)Shape[axis])
            {
                throw new ArgumentOutOfRangeException(nameof(index), $"{index[axis]} of {Shape[axis]}");
            }

            offset = offset * Shape[axis] + index[axis];
        }

        return offset;
    }

    /// <summary>An axis counted from the end where it is negative, as in every ONNX operator.</summary>
    public int Axis(long axis) => (int)(axis < 0 ? axis + Rank : axis);

    public long[] ToInts() => [.. Values.Select(x => (long)x)];
}
