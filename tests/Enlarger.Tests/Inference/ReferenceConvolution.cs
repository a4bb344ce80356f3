namespace Enlarger.Tests.Inference;

/// <summary>Conv and ConvTranspose of the reference, in two dimensions.</summary>
internal static class ReferenceConvolution
{
    public static ReferenceTensor Conv(ReferenceNode node)
    {
        var (x, w, bias) = (node.X, node[1], node.Find(2));
        var (sideY, sideX) = (ReadSide(node, 0), ReadSide(node, 1));
        var channelsOfGroup = w.Shape[1];
        var outputsOfGroup = w.Shape[0] / (int)node.Int("group", 1);
        var (height, width) = (x.Shape[2], x.Shape[3]);
        int[] shape = [x.Shape[0], w.Shape[0], Length(height, sideY), Length(width, sideX)];

        // Offsets are computed by hand only here, where the tests spend nearly all their time.
        var (pixels, weights) = (x.Values, w.Values);
        return ReferenceTensor.Fill(shape, at =>
        {
            var (n, m) = (at[0], at[1]);
            var sum = bias?[m] ?? 0;
            for (var c = 0; c < channelsOfGroup; c++)
            {
                var plane = x.Offset([n, m / outputsOfGroup * channelsOfGroup + c, 0, 0]);
                var kernel = w.Offset([m, c, 0, 0]);
                for (var ky = 0; ky < sideY.Kernel; ky++)
                {
                    for (var kx = 0; kx < sideX.Kernel; kx++)
                    {
                        var py = at[2] * sideY.Stride - sideY.PadBegin + ky * sideY.Dilation;
                        var px = at[3] * sideX.Stride - sideX.PadBegin + kx * sideX.Dilation;
                        if (node.RepeatsEdges)
                        {
                            (py, px) = (Math.Clamp(py, 0, height - 1), Math.Clamp(px, 0, width - 1));
                        }

                        if (py >= 0 && py < height && px >= 0 && px < width)
                        {
                            sum += pixels[plane + py * width + px] * weights[kernel + ky * sideX.Kernel + kx];
                        }
                    }
                }
            }

            return sum;
        });
    }

    public static ReferenceTensor ConvTranspose(ReferenceNode node)
    {
        node.Without("output_shape", "auto_pad");
        var (w, bias) = (node[1], node.Find(2));
        var (sideY, sideX) = (ReadSide(node, 0), ReadSide(node, 1));

        // Pads the input on each side so that every tap of the kernel reads inside of it.
        var around = node.RepeatsEdges ? Math.Max(sideY.Kernel, sideX.Kernel) : 0;
        var x = RepeatEdges(node.X, around);
        var more = node.Ints("output_padding", 0, 0);
        var groups = (int)node.Int("group", 1);
        var (channelsOfGroup, outputsOfGroup) = (x.Shape[1] / groups, w.Shape[1]);
        var height = sideY.Stride * (node.X.Shape[2] - 1) + (int)more[0] + sideY.Reach - sideY.PadBegin - sideY.PadEnd;
        var width = sideX.Stride * (node.X.Shape[3] - 1) + (int)more[1] + sideX.Reach - sideX.PadBegin - sideX.PadEnd;
        int[] shape = [x.Shape[0], outputsOfGroup * groups, height, width];

        // Each input pixel adds a weighted copy of the kernel to the output.
        var y = ReferenceTensor.Fill(shape, at => bias?[at[1]] ?? 0);
        ReferenceTensor.Fill([.. x.Shape, outputsOfGroup, sideY.Kernel, sideX.Kernel], at =>
        {
            var (n, c, m, ky, kx) = (at[0], at[1], at[4], at[5], at[6]);
            var py = (at[2] - around) * sideY.Stride - sideY.PadBegin + ky * sideY.Dilation;
            var px = (at[3] - around) * sideX.Stride - sideX.PadBegin + kx * sideX.Dilation;
            if (py >= 0 && py < height && px >= 0 && px < width)
            {
                var output = c / channelsOfGroup * outputsOfGroup + m;
                y.Values[y.Offset([n, output, py, px])] += x[n, c, at[2], at[3]] * w[c, m, ky, kx];
            }

            return 0;
        });
        return y;
    }

    private static ReferenceTensor RepeatEdges(ReferenceTensor x, int around)
    {
        int[] shape = [x.Shape[0], x.Shape[1], x.Shape[2] + (2 * around), x.Shape[3] + (2 * around)];
        return ReferenceTensor.Fill(shape, at => x[
            at[0],
            at[1],
            Math.Clamp(at[2] - around, 0, x.Shape[2] - 1),
            Math.Clamp(at[3] - around, 0, x.Shape[3] - 1)]);
    }

    private static Side ReadSide(ReferenceNode node, int axis)
    {
        var kernel = node[1].Shape[2 + axis];
        var stride = (int)node.Ints("strides", 1, 1)[axis];
        var dilation = (int)node.Ints("dilations", 1, 1)[axis];
        var pads = node.Ints("pads", 0, 0, 0, 0);
        var side = new Side(kernel, stride, dilation, (int)pads[axis], (int)pads[2 + axis]);

        // SAME makes the output as long as the input over the stride, rounded up; LOWER and UPPER say where the odd
        // pixel goes.
        var length = node.X.Shape[2 + axis];
        var total = Math.Max(((length + stride - 1) / stride - 1) * stride + side.Reach - length, 0);
        return node.Text("auto_pad", "NOTSET") switch
        {
            "NOTSET" => side,
            "VALID" => side with { PadBegin = 0, PadEnd = 0 },
            "SAME_UPPER" => side with { PadBegin = total / 2, PadEnd = total - total / 2 },
            "SAME_LOWER" => side with { PadBegin = total - total / 2, PadEnd = total / 2 },
            var mode => throw new NotSupportedException(mode),
        };
    }

    private static int Length(int length, Side side) =>
        (length + side.PadBegin + side.PadEnd - side.Reach) / side.Stride + 1;

    // One of the two dimensions of a convolution, all lengths in pixels.
    private sealed record Side(int Kernel, int Stride, int Dilation, int PadBegin, int PadEnd)
    {
        public int Reach => (Kernel - 1) * Dilation + 1;
    }
}
