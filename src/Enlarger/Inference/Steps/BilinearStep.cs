namespace Enlarger.Inference.Steps;

/// <summary>Enlarges by whole factors with linear interpolation (ONNX Resize, mode linear).</summary>
internal sealed unsafe class BilinearStep(
    int input, int output, int factorRows, int factorColumns, CoordinateMode mode)
    : Step([input], output)
{
    public override MapShape Infer(ReadOnlySpan<MapShape> inputs) =>
        new(inputs[0].Channels, inputs[0].Height * factorRows, inputs[0].Width * factorColumns);

    // With aligned corners, positions depend on the size of the picture, so no part of it can be computed by itself.
    public override Extent Reads(Axis axis, int input, Extent output, int inputLength) =>
        mode == CoordinateMode.AlignCorners
            ? new Extent(0, inputLength)
            : new Extent(
                Position(axis, output.Start, inputLength).Low,
                Position(axis, output.End - 1, inputLength).High + 1);

    public override void Run(StepMaps maps, Extent rows, Extent columns)
    {
        var (from, to) = (maps.Input(0), maps.Output);
        for (var y = rows.Start; y < rows.End; y++)
        {
            var vertical = Position(Axis.Rows, y, from.Shape.Height);
            var upper = from.Row(vertical.Low);
            var lower = from.Row(vertical.High);
            var target = to.Pixel(y, columns.Start);
            for (var x = columns.Start; x < columns.End; x++, target += to.PixelStride)
            {
                var horizontal = Position(Axis.Columns, x, from.Shape.Width);
                var left = horizontal.Low * from.PixelStride;
                var right = horizontal.High * from.PixelStride;
                for (var c = 0; c < to.Shape.Channels; c++)
                {
                    var above = Mix(upper[left + c], upper[right + c], horizontal.Part);
                    var below = Mix(lower[left + c], lower[right + c], horizontal.Part);
                    target[c] = Mix(above, below, vertical.Part);
                }
            }
        }
    }

    public override string Describe() => $"Bilinear {factorRows} {factorColumns} {mode}";

    private static float Mix(float low, float high, float part) => low + ((high - low) * part);

    private (int Low, int High, float Part) Position(Axis axis, int output, int length)
    {
        var factor = axis == Axis.Rows ? factorRows : factorColumns;

        // In integers, so that a pixel has the same weights in a tile as in the whole picture.
        var (numerator, denominator) = mode switch
        {
            CoordinateMode.HalfPixel => ((2L * output) + 1 - factor, 2 * factor),
            CoordinateMode.Asymmetric => ((long)output, factor),
            CoordinateMode.AlignCorners => (output * (length - 1L), Math.Max(1, (length * factor) - 1)),
        };
        var low = (int)Floor.Divide(numerator, denominator);
        var part = (numerator - ((long)low * denominator)) / (float)denominator;
        return (Math.Clamp(low, 0, length - 1), Math.Clamp(low + 1, 0, length - 1), part);
    }
}
