using System.Buffers;

namespace Enlarger.Inference.Steps;

/// <summary>Pads, crops, and enlarges or reduces by nearest neighbour.</summary>
internal sealed unsafe class RemapStep(
    int input, int output, AxisMap rows, AxisMap columns, Border border, float fill = 0)
    : Step([input], output)
{
    /// <summary>The factor, if all that this step does is enlarging by nearest neighbour; else 0.</summary>
    public int Enlarges => rows == columns && rows == new AxisMap(Repeat: rows.Repeat) ? rows.Repeat : 0;

    public override MapShape Infer(ReadOnlySpan<MapShape> inputs) =>
        new(inputs[0].Channels, rows.OutputLength(inputs[0].Height), columns.OutputLength(inputs[0].Width));

    public override Extent Reads(Axis axis, int input, Extent output, int inputLength)
    {
        var map = axis == Axis.Rows ? rows : columns;

        // Run may replace a constant border by the edge, so the edge counts as read.
        var known = border == Border.Constant ? Border.Edge : border;
        var last = map.Before + map.RepeatedLength(inputLength) - 1;

        // Sources are monotonic between these positions, so their extremes are at these.
        Span<int> turns = [output.Start, output.End - 1, map.Before, last];
        var (low, high) = (int.MaxValue, -1);
        foreach (var position in turns)
        {
            var source = position >= output.Start && position < output.End
                ? map.Source(position, inputLength, known)
                : -1;
            if (source >= 0)
            {
                low = Math.Min(low, source);
                high = Math.Max(high, source);
            }
        }

        return high < 0 ? new Extent(0, 0) : new Extent(low, high + 1);
    }

    // Some networks pad with zeros by a Pad node instead of in their convolutions. Both are the same border, which is
    // repeated edges if the run asks for that.
    private Border BorderOf(FeatureMap from) => border == Border.Constant && from.RepeatsEdges ? Border.Edge : border;

    public override void Run(StepMaps maps, Extent rowsWanted, Extent columnsWanted)
    {
        var (from, to) = (maps.Input(0), maps.Output);
        var around = BorderOf(from);
        var width = columnsWanted.Length;
        var sources = ArrayPool<int>.Shared.Rent(width);
        for (var x = 0; x < width; x++)
        {
            sources[x] = columns.Source(columnsWanted.Start + x, from.Shape.Width, around);
        }

        for (var y = rowsWanted.Start; y < rowsWanted.End; y++)
        {
            var row = rows.Source(y, from.Shape.Height, around);
            var target = to.Pixel(y, columnsWanted.Start);
            if (row < 0)
            {
                new Span<float>(target, width * to.PixelStride).Fill(fill);
                continue;
            }

            CopyRow(from.Row(row), from.PixelStride, target, to, sources.AsSpan(0, width));
        }

        ArrayPool<int>.Shared.Return(sources);
    }

    public override string Describe() => $"Remap {rows} {columns} {border} {fill}";

    private void CopyRow(float* source, int sourceStride, float* target, FeatureMap to, ReadOnlySpan<int> sources)
    {
        var channels = to.Shape.Channels;
        for (var x = 0; x < sources.Length; x++, target += to.PixelStride)
        {
            var pixel = source + (sources[x] * sourceStride);
            for (var c = 0; c < channels; c++)
            {
                target[c] = sources[x] < 0 ? fill : pixel[c];
            }
        }
    }
}
