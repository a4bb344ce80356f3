namespace Enlarger.Tests.Inference;

/// <summary>Resize and Upsample of the reference, along height and width.</summary>
internal static class ReferenceResize
{
    // Upsample became Resize in opset 10, which got coordinate modes in opset 11. Older ones correspond to "asymmetric"
    // and "floor".
    public static ReferenceTensor Upsample(ReferenceNode node)
    {
        var scales = node.Opset < 9 ? node.Attribute("scales")!.Floats! : [.. node[1].Values.Select(x => (float)x)];
        return Resample(node.X, [.. scales.Select(x => (double)x)], null, Mode(node), "asymmetric", "floor");
    }

    public static ReferenceTensor Resize(ReferenceNode node)
    {
        node.Without("axes", "antialias", "keep_aspect_ratio_policy");
        if (node.Opset == 10)
        {
            return Resample(node.X, node[1].Values, null, Mode(node), "asymmetric", "floor");
        }

        var scales = node.Find(2) is { Values.Length: > 0 } tensor ? tensor.Values : null;
        return Resample(
            node.X,
            scales,
            node.Find(3)?.ToInts(),
            Mode(node),
            node.Text("coordinate_transformation_mode", "half_pixel"),
            node.Text("nearest_mode", "round_prefer_floor"));
    }

    private static string Mode(ReferenceNode node) => node.Text("mode", "nearest");

    private static ReferenceTensor Resample(
        ReferenceTensor x, double[]? scales, long[]? sizes, string mode, string coordinates, string nearest)
    {
        int[] shape = [.. x.Shape.Select((length, axis) =>
            sizes is null ? (int)Math.Floor(length * scales![axis]) : (int)sizes[axis])];
        Assert.Equal(x.Shape[..2], shape[..2]);
        double Scale(int axis) => scales?[axis] ?? (double)shape[axis] / x.Shape[axis];

        return ReferenceTensor.Fill(shape, at =>
        {
            var py = Source(at[2], x.Shape[2], shape[2], Scale(2), coordinates);
            var px = Source(at[3], x.Shape[3], shape[3], Scale(3), coordinates);
            double Pixel(double row, double column) => x[
                at[0], at[1], (int)Math.Clamp(row, 0, x.Shape[2] - 1), (int)Math.Clamp(column, 0, x.Shape[3] - 1)];

            if (mode == "nearest")
            {
                return Pixel(Round(py, nearest), Round(px, nearest));
            }

            Assert.Equal("linear", mode);
            var (top, left) = (Math.Floor(py), Math.Floor(px));
            var (down, right) = (py - top, px - left);
            return (1 - down) * ((1 - right) * Pixel(top, left) + right * Pixel(top, left + 1))
                + down * ((1 - right) * Pixel(top + 1, left) + right * Pixel(top + 1, left + 1));
        });
    }

    // The input coordinate of an output pixel.
    private static double Source(int i, int input, int output, double scale, string coordinates) => coordinates switch
    {
        "asymmetric" => i / scale,
        "half_pixel" => (i + 0.5) / scale - 0.5,
        "pytorch_half_pixel" => output > 1 ? (i + 0.5) / scale - 0.5 : 0,
        "align_corners" => output > 1 ? i * (input - 1.0) / (output - 1) : 0,
        _ => throw new NotSupportedException(coordinates),
    };

    private static double Round(double x, string mode) => mode switch
    {
        "floor" => Math.Floor(x),
        "ceil" => Math.Ceiling(x),
        "round_prefer_floor" => Math.Ceiling(x - 0.5),
        "round_prefer_ceil" => Math.Floor(x + 0.5),
        _ => throw new NotSupportedException(mode),
    };
}
