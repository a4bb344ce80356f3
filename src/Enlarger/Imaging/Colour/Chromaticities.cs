namespace Enlarger.Imaging.Colour;

/// <summary>A point of the CIE 1931 diagram.</summary>
internal readonly record struct Chromaticity(double X, double Y)
{
    /// <summary>The colour of luminance 1, as X, Y and Z.</summary>
    public double[] ToXyz() => [X / Y, 1, (1 - X - Y) / Y];

    /// <summary>It lies in the diagram, and so that it can be divided by.</summary>
    public bool IsSound => X > 0 && Y > 0 && X + Y <= 1;
}

/// <summary>The primaries and the white point of an RGB space.</summary>
internal sealed record Chromaticities(Chromaticity Red, Chromaticity Green, Chromaticity Blue, Chromaticity White)
{
    private static readonly Chromaticity D65 = new(0.3127, 0.3290);
    private static readonly Chromaticity IlluminantC = new(0.310, 0.316);

    /// <summary>sRGB and BT.709.</summary>
    public static Chromaticities Srgb { get; } = new(new(0.64, 0.33), new(0.30, 0.60), new(0.15, 0.06), D65);

    /// <summary>Adobe RGB (1998), 4.3.1.</summary>
    public static Chromaticities AdobeRgb { get; } = new(new(0.64, 0.33), new(0.21, 0.71), new(0.15, 0.06), D65);

    /// <summary>Those of a number of ITU-T H.273, table 2; null where there is none that is known.</summary>
    public static Chromaticities? Of(byte code) => code switch
    {
        CodePoints.Bt709 => Srgb,
        4 => new(new(0.67, 0.33), new(0.21, 0.71), new(0.14, 0.08), IlluminantC),
        5 => new(new(0.64, 0.33), new(0.29, 0.60), new(0.15, 0.06), D65),
        6 or 7 => new(new(0.630, 0.340), new(0.310, 0.595), new(0.155, 0.070), D65),
        8 => new(new(0.681, 0.319), new(0.243, 0.692), new(0.145, 0.049), IlluminantC),
        9 => new(new(0.708, 0.292), new(0.170, 0.797), new(0.131, 0.046), D65),
        11 => new(new(0.680, 0.320), new(0.265, 0.690), new(0.150, 0.060), new(0.314, 0.351)),
        12 => new(new(0.680, 0.320), new(0.265, 0.690), new(0.150, 0.060), D65),
        22 => new(new(0.630, 0.340), new(0.295, 0.605), new(0.155, 0.077), D65),
        _ => null,
    };

    /// <summary>All four are in the diagram, and the primaries are no line.</summary>
    public bool IsSound =>
        Red.IsSound && Green.IsSound && Blue.IsSound && White.IsSound
        && Math.Abs(((Green.X - Red.X) * (Blue.Y - Red.Y)) - ((Blue.X - Red.X) * (Green.Y - Red.Y))) > 1e-3;

    /// <summary>They differ by no more than files round to.</summary>
    public bool IsNear(Chromaticities other)
    {
        return Near(Red, other.Red) && Near(Green, other.Green) && Near(Blue, other.Blue) && Near(White, other.White);

        static bool Near(Chromaticity a, Chromaticity b) => Math.Abs(a.X - b.X) < 0.002 && Math.Abs(a.Y - b.Y) < 0.002;
    }

    /// <summary>
    /// Each primary as X, Y and Z relative to the white D50 of profiles: the columns of the matrix in ISO 15076-1, F.3.
    /// The white is adapted as annex E says, with the matrix of Bradford.
    /// </summary>
    /// <param name="adaptation">The matrix from this white to D50, row by row.</param>
    public double[][] ToD50(out double[] adaptation)
    {
        double[][] primaries = [Red.ToXyz(), Green.ToXyz(), Blue.ToXyz()];
        double[] columns =
        [
            primaries[0][0], primaries[1][0], primaries[2][0],
            primaries[0][1], primaries[1][1], primaries[2][1],
            primaries[0][2], primaries[1][2], primaries[2][2],
        ];

        // How much of each makes the white.
        var amounts = Matrix3.Multiply(Matrix3.Invert(columns), White.ToXyz());
        var adapting = Bradford(White.ToXyz());
        adaptation = adapting;
        return [.. primaries.Select((primary, i) =>
            Matrix3.Multiply(adapting, [.. primary.Select(value => value * amounts[i])]))];
    }

    private static double[] Bradford(double[] white)
    {
        double[] cone = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296];
        var from = Matrix3.Multiply(cone, white);
        var to = Matrix3.Multiply(cone, IccProfile.WhiteD50);
        double[] scale = [to[0] / from[0], 0, 0, 0, to[1] / from[1], 0, 0, 0, to[2] / from[2]];
        return Matrix3.Product(Matrix3.Invert(cone), Matrix3.Product(scale, cone));
    }
}
