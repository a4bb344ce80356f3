using Enlarger.Imaging;
using Enlarger.Models;

namespace Enlarger;

/// <summary>What is asked of <see cref="ImageEnlarger"/>.</summary>
public sealed record EnlargeOptions
{
    /// <summary>The smallest scale that may be asked for.</summary>
    public const double ScaleMin = 1;

    /// <summary>The largest scale that may be asked for: a 4x network, run twice.</summary>
    public const double ScaleMax = 16;

    /// <summary>
    /// Times larger on each side, 1 to 16, fractions too. Ignored where <see cref="Size"/> or <see cref="Megapixels"/>
    /// is given.
    /// </summary>
    public double Scale { get; init; } = 4;

    /// <summary>
    /// The size of the result in pixels, up to 16 times that of the picture. One of the sides may be 0: it then follows
    /// from the other one and the proportions of the picture. Where both are given, <see cref="Fit"/> says what
    /// becomes of a picture of other proportions.
    /// </summary>
    public (int Width, int Height)? Size { get; init; }

    /// <summary>How the picture fills a <see cref="Size"/> of other proportions.</summary>
    public SizeFit Fit { get; init; }

    /// <summary>
    /// The number of pixels of the result in millions, more than 0. The proportions are kept, and the sides rounded
    /// down so that it is not exceeded. Ignored where <see cref="Size"/> is given.
    /// </summary>
    public double? Megapixels { get; init; }

    /// <summary>
    /// A model's name, or the path of an ONNX file. <see cref="ModelStore.Auto"/> looks at the picture and chooses.
    /// </summary>
    public string Model { get; init; } = ModelStore.Auto;

    /// <summary>
    /// 0 to 1: how much JPEG blocks, noise and blur are taken away before the picture is enlarged; 1 is all that the
    /// network for it finds, and between them the difference is scaled. Null leaves it to the model: <c>auto</c>
    /// restores what is clearly damaged, and others nothing.
    /// </summary>
    public double? Restore { get; init; }

    /// <summary>The format of the result; null keeps that of the picture.</summary>
    public ImageFormat? Format { get; init; }

    /// <summary>1 to 100 for JPEG, WebP and AVIF; null takes the format's default.</summary>
    public int? Quality { get; init; }

    /// <summary>
    /// The largest file that the result may be, in bytes, 1 or more. The highest quality up to <see cref="Quality"/>
    /// (or the format's default) is searched for at which it is not larger; formats without a quality are only checked.
    /// The rows wait in a temporary file meanwhile. A picture that cannot be that small is refused.
    /// </summary>
    public long? BytesMax { get; init; }

    /// <summary>
    /// The density that the result says it has, in dots an inch, more than 0; null keeps that of the picture. GIF has
    /// no place for it.
    /// </summary>
    public double? Dpi { get; init; }

    /// <summary>Drops EXIF, XMP, IPTC and density. The colour profile stays, or the colours would change.</summary>
    public bool Strip { get; init; }

    /// <summary>
    /// Threads that compute networks; 0 takes all cores. The result does not depend on it. Encoding runs beside them.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>Enhances the picture while it is enlarged; null keeps to it faithfully. Allows a scale of 1.</summary>
    public EnhanceOptions? Enhance { get; init; }

    /// <summary>How large a picture may be.</summary>
    public ImageLimits Limits { get; init; } = ImageLimits.Default;

    internal void Check()
    {
        Require(
            Size is null or ( >= 0, >= 0) and not (0, 0),
            nameof(Size),
            "A side must be 1 or more, or 0 where it follows from the other one.");
        // No comparison with NaN is true.
        Require(
            Size is not null || Megapixels is not null || Scale is >= ScaleMin and <= ScaleMax,
            nameof(Scale),
            $"The scale must be {ScaleMin} to {ScaleMax}.");
        Require(
            Megapixels is null or (> 0 and < double.PositiveInfinity),
            nameof(Megapixels),
            "Megapixels must be more than 0.");
        Require(Dpi is null or (> 0 and < double.PositiveInfinity), nameof(Dpi), "The density must be more than 0.");
        Require(BytesMax is null or >= 1, nameof(BytesMax), "The largest file must have 1 byte or more.");
        Require(Enum.IsDefined(Fit), nameof(Fit), "There is no such fit.");
        EnhanceOptions.CheckPart(Restore ?? 0, nameof(Restore));
        Enhance?.Check();
    }

    private static void Require(bool isTrue, string name, string message)
    {
        if (!isTrue)
        {
            throw new ArgumentException(message, name);
        }
    }
}
