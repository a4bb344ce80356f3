using Enlarger.Inference.Onnx;
using Enlarger.Inference.Steps;

namespace Enlarger.Inference.Compilation;

/// <summary>Operators that crop, pad, resize or average a picture.</summary>
internal static class SpatialOperators
{
    public static void Slice(GraphBuilder builder, OnnxNode node)
    {
        var starts = node.Ints("starts") ?? builder.ConstantInts(node.Input(1));
        var ends = node.Ints("ends") ?? builder.ConstantInts(node.Input(2));
        var axes = node.Ints("axes") ?? (node.Has(3) ? builder.ConstantInts(node.Input(3)) : null)
            ?? [.. Enumerable.Range(0, starts.Length)];
        var steps = node.Has(4) ? builder.ConstantInts(node.Input(4)) : [.. axes.Select(_ => 1)];
        if (steps.Any(step => step != 1) || starts.Length != axes.Length || ends.Length != axes.Length)
        {
            throw new ModelException("Only slices in steps of 1 are supported.");
        }

        var shape = builder.Shape(node.Input(0));
        int[] lengths = [1, shape.Channels, shape.Height, shape.Width];
        int[] first = [0, 0, 0, 0];
        int[] last = [.. lengths];
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = axes[i] < 0 ? axes[i] + 4 : axes[i];
            first[axis] = Position(starts[i], lengths[axis]);
            last[axis] = Position(ends[i], lengths[axis]);
        }

        var name = node.Input(0);
        if (last[1] - first[1] != shape.Channels)
        {
            ChannelOperators.Slice(builder, name, node.Outputs[0], first[1], last[1] - first[1]);
            name = node.Outputs[0];
        }

        Remap(
            builder,
            name,
            node.Outputs[0],
            new AxisMap(-first[2], last[2] - lengths[2]),
            new AxisMap(-first[3], last[3] - lengths[3]),
            Border.Constant);
    }

    public static void Pad(GraphBuilder builder, OnnxNode node)
    {
        var pads = node.Ints("pads") ?? builder.ConstantInts(node.Input(1));
        if (node.Has(3))
        {
            var axes = builder.ConstantInts(node.Input(3));
            var some = pads;
            pads = new int[8];
            for (var i = 0; i < axes.Length; i++)
            {
                var axis = axes[i] < 0 ? axes[i] + 4 : axes[i];
                (pads[axis], pads[axis + 4]) = (some[i], some[i + axes.Length]);
            }
        }

        if (pads.Length != 8 || pads[0] != 0 || pads[1] != 0 || pads[4] != 0 || pads[5] != 0)
        {
            throw new ModelException("Only rows and columns can be padded.");
        }

        var border = node.Text("mode", "constant") switch
        {
            "constant" => Border.Constant,
            "edge" => Border.Edge,
            "reflect" => Border.Reflect,
            var other => throw new ModelException($"Mode {other} is not supported."),
        };
        var fill = node.Has(2) ? builder.Constant(node.Input(2)).Floats[0] : node.Float("value", 0);
        var (rows, columns) = (new AxisMap(pads[2], pads[6]), new AxisMap(pads[3], pads[7]));
        Remap(builder, node.Input(0), node.Outputs[0], rows, columns, border, fill);
    }

    public static void Resize(GraphBuilder builder, OnnxNode node)
    {
        var shape = builder.Shape(node.Input(0));
        var (up, down) = Factors(builder, node, shape);
        var isOld = node.Operator == "Upsample" || builder.Opset < 11;
        var coordinates = node.Text("coordinate_transformation_mode", isOld ? "asymmetric" : "half_pixel");
        var mode = node.Text("mode", "nearest");
        if (mode == "nearest")
        {
            var rounding = node.Text("nearest_mode", builder.Opset < 11 ? "floor" : "round_prefer_floor");
            var rows = Nearest(up.Rows, down.Rows, coordinates, rounding);
            var columns = Nearest(up.Columns, down.Columns, coordinates, rounding);
            Remap(builder, node.Input(0), node.Outputs[0], rows, columns, Border.Edge);
            return;
        }

        if (mode is not ("linear" or "bilinear") || down != (1, 1))
        {
            throw new ModelException($"Resizing by mode {mode} with these factors is not supported.");
        }

        var linear = coordinates switch
        {
            "half_pixel" or "pytorch_half_pixel" => CoordinateMode.HalfPixel,
            "asymmetric" => CoordinateMode.Asymmetric,
            "align_corners" => CoordinateMode.AlignCorners,
            _ => throw new ModelException($"Coordinates by {coordinates} are not supported."),
        };
        builder.Emit(node.Outputs[0], output => new BilinearStep(
            builder.Map(node.Input(0)), output, up.Rows, up.Columns, linear));
    }

    public static void GlobalAveragePool(GraphBuilder builder, OnnxNode node) =>
        builder.Emit(node.Outputs[0], output => new GlobalMeanStep(builder.Map(node.Input(0)), output));

    public static void ReduceMean(GraphBuilder builder, OnnxNode node)
    {
        var axes = node.Ints("axes") ?? (node.Has(1) ? builder.ConstantInts(node.Input(1)) : []);
        var positive = axes.Select(axis => axis < 0 ? axis + 4 : axis).Order();
        if (!positive.SequenceEqual([2, 3]) || node.Int("keepdims", 1) != 1)
        {
            throw new ModelException("A mean can be taken over rows and columns only, keeping both.");
        }

        GlobalAveragePool(builder, node);
    }

    private static void Remap(
        GraphBuilder builder, string from, string name, AxisMap rows, AxisMap columns, Border border, float fill = 0)
    {
        if (rows == new AxisMap() && columns == rows)
        {
            builder.Alias(name, from);
            return;
        }

        builder.Emit(name, output => new RemapStep(builder.Map(from), output, rows, columns, border, fill));
    }

    private static int Position(int index, int length) => Math.Clamp(index < 0 ? index + length : index, 0, length);

    private static ((int Rows, int Columns) Up, (int Rows, int Columns) Down) Factors(
        GraphBuilder builder, OnnxNode node, MapShape shape)
    {
        // Resize: X, roi, scales, sizes; before opset 11, and Upsample: X, scales; before opset 9 an attribute.
        var isOld = node.Operator == "Upsample" || builder.Opset < 11;
        double rows, columns;
        if (!isOld && node.Has(3))
        {
            var sizes = builder.ConstantInts(node.Input(3));
            (rows, columns) = ((double)sizes[^2] / shape.Height, (double)sizes[^1] / shape.Width);
        }
        else
        {
            var scales = node.Attributes.TryGetValue("scales", out var given) ? given.Floats!
                : builder.Constant(node.Input(isOld ? 1 : 2)).Floats;
            (rows, columns) = (scales[^2], scales[^1]);
        }

        var (upRows, downRows) = Whole(rows);
        var (upColumns, downColumns) = Whole(columns);
        return ((upRows, upColumns), (downRows, downColumns));
    }

    private static (int Up, int Down) Whole(double factor)
    {
        var (up, down) = ((int)Math.Round(factor), (int)Math.Round(1 / factor));
        return Math.Abs(factor - up) < 1e-6 && up is > 0 and <= 64 ? (up, 1)
            : Math.Abs((1 / factor) - down) < 1e-6 && down is > 0 and <= 64 ? (1, down)
            : throw new ModelException($"Resizing by {factor:0.###} is not supported: whole factors only.");
    }

    private static AxisMap Nearest(int up, int down, string coordinates, string rounding)
    {
        // With half-pixel centres, both ways of rounding to the nearest pick the same input when enlarging and when
        // reducing by an odd factor, as no centre lies halfway between two inputs. Reducing by an even factor does.
        if (down == 1 && (coordinates is "half_pixel" or "pytorch_half_pixel"
            ? rounding is "round_prefer_floor" or "round_prefer_ceil"
            : coordinates == "asymmetric" && rounding == "floor"))
        {
            return new AxisMap(Repeat: up);
        }

        if (up == 1 && coordinates == "asymmetric"
            && rounding is "floor" or "round_prefer_floor" or "round_prefer_ceil")
        {
            return new AxisMap(Keep: down);
        }

        if (up == 1 && coordinates is "half_pixel" or "pytorch_half_pixel")
        {
            var phase = rounding switch
            {
                "floor" or "round_prefer_floor" => (down - 1) / 2,
                _ => down / 2,
            };
            return new AxisMap(Keep: down, Phase: phase);
        }

        throw new ModelException($"Nearest neighbours by {coordinates} and {rounding} are not supported.");
    }
}
