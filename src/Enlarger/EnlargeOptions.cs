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

    /// <summary>Times larger on each side, 1 to 16, fractions too. Ignored where <see cref="Size"/> is given.</summary>
    public double Scale { get; init; } = 4;

    /// <summary>The exact size of the result, whatever the shape of the picture.</summary>
    public (int Width, int Height)? Size { get; init; }

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
        EnhanceOptions.CheckPart(Restore ?? 0, nameof(Restore));
        Enhance?.Check();
    }
}
