namespace Enlarger.Imaging;

/// <summary>Pixels a millimetre, across and down.</summary>
/// <param name="Across">Pixels a millimetre of a row.</param>
/// <param name="Down">Pixels a millimetre of a column.</param>
public sealed record PixelDensity(double Across, double Down)
{
    private const double MillimetresPerInch = 25.4;
    private const double MillimetresPerMetre = 1000;
    private const double MetresPerInch = 0.0254;

    /// <summary>
    /// The file names no unit: the two numbers only say how the width of a pixel relates to its height, 10 and 20 that
    /// pixels are twice as wide as high.
    /// </summary>
    public bool HasNoUnit { get; init; }

    /// <summary>The same for a picture that was turned by a quarter.</summary>
    internal PixelDensity Turned() => new(Down, Across) { HasNoUnit = HasNoUnit };

    internal static PixelDensity FromInches(double across, double down) =>
        new(across / MillimetresPerInch, down / MillimetresPerInch);

    /// <summary>
    /// Files with whole pixels a metre cannot say 300 dots an inch, only 11811 pixels a metre: what a whole number of
    /// dots an inch is rounded to becomes that number again.
    /// </summary>
    internal static PixelDensity FromMetres(uint across, uint down) => new(FromMetre(across), FromMetre(down));

    /// <summary>Dots an inch.</summary>
    internal (double Across, double Down) Inches => (Across * MillimetresPerInch, Down * MillimetresPerInch);

    /// <summary>Pixels a metre, as PNG and BMP store them; up to the largest number of 31 bits.</summary>
    internal (int Across, int Down) Metres => (ToMetre(Across), ToMetre(Down));

    private static double FromMetre(uint pixels)
    {
        var inch = Math.Round(pixels * MetresPerInch);
        return Math.Round(inch / MetresPerInch).Equals(pixels)
            ? inch / MillimetresPerInch
            : pixels / MillimetresPerMetre;
    }

    private static int ToMetre(double millimetre) =>
        (int)Math.Clamp(Math.Round(millimetre * MillimetresPerMetre), 0, int.MaxValue);
}
