namespace Enlarger.Imaging.Colour;

/// <summary>How much light a sample stands for: a power, the curve of sRGB, or one of the two for HDR.</summary>
/// <param name="Gamma">The exponent, where it is a power.</param>
/// <param name="Code">A number of ITU-T H.273, table 3, where it is not.</param>
internal readonly record struct ToneCurve(double Gamma, byte Code)
{
    // BT.2408: the light of a page's white, in candela per square metre, and the brightest of HLG's reference display.
    private const double WhiteNits = 203;
    private const double HlgPeakNits = 1000;
    private const double PqPeakNits = 10_000;

    public static ToneCurve Srgb { get; } = new(0, CodePoints.SrgbTransfer);

    public static ToneCurve Power(double gamma) => new(gamma, 0);

    /// <summary>The curve of a number of ITU-T H.273; null where there is none that is known.</summary>
    public static ToneCurve? Of(byte code) => code switch
    {
        // What the camera does is told; displays answer with a power of 2.4 (BT.1886).
        1 or 6 or 7 or 14 or 15 => Power(2.4),
        4 => Power(2.2),
        5 => Power(2.8),
        8 => Power(1),
        CodePoints.SrgbTransfer => Srgb,
        17 => Power(2.6),
        CodePoints.Pq or CodePoints.Hlg => new(0, code),
        _ => null,
    };

    /// <summary>
    /// The light of a sample of PQ or HLG, both 0 to 1. The white of a page is 1, and what is brighter is 1 as well: a
    /// display without HDR then shows the picture as bright as others, with its lights cut off.
    /// </summary>
    public double HdrLight(double sample)
    {
        var nits = Code == CodePoints.Pq ? PqPeakNits * Pq(sample) : HlgPeakNits * Hlg(sample);
        return Math.Min(1, nits / WhiteNits);
    }

    // SMPTE ST 2084, 5.1.
    private static double Pq(double sample)
    {
        const double m1 = 2610.0 / 16384;
        const double m2 = 2523.0 / 4096 * 128;
        const double c1 = 3424.0 / 4096;
        const double c2 = 2413.0 / 4096 * 32;
        const double c3 = 2392.0 / 4096 * 32;
        var power = Math.Pow(sample, 1 / m2);
        return Math.Pow(Math.Max(power - c1, 0) / (c2 - (c3 * power)), 1 / m1);
    }

    // BT.2100, table 5: the light of the scene, and a gamma of 1.2 for a display of 1000 candela.
    private static double Hlg(double sample)
    {
        const double a = 0.17883277;
        const double b = 1 - (4 * a);
        var c = 0.5 - (a * Math.Log(4 * a));
        var scene = sample <= 0.5 ? sample * sample / 3 : (Math.Exp((sample - c) / a) + b) / 12;
        return Math.Pow(scene, 1.2);
    }
}
