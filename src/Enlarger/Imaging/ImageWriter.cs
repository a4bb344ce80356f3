using Enlarger.Imaging.Bmp;
using Enlarger.Imaging.Colour;

namespace Enlarger.Imaging;

/// <summary>How a picture is written.</summary>
/// <param name="Format">The format of the file.</param>
/// <param name="Quality">
/// 1 to 100 for JPEG, WebP and AVIF; null takes the format's default. Others are lossless.
/// </param>
public sealed record WriteOptions(ImageFormat Format, int? Quality = null);

/// <summary>Writes pictures row by row, so that a large one is never whole in memory.</summary>
public static class ImageWriter
{
    private const int QualityMin = 1;
    private const int QualityMax = 100;

    /// <summary>Pulls the rows of a picture and writes its file to <paramref name="target"/>.</summary>
    /// <remarks>
    /// <para>
    /// What a format cannot hold is fitted to it: 16 bits are rounded to 8, or to 12 in AVIF; for JPEG the picture is
    /// flattened onto white, weighted by alpha as the samples are encoded; for GIF, and for grey in WebP and AVIF,
    /// colours are converted from their profile to sRGB. The same rows and metadata give the same bytes.
    /// </para>
    /// <para>
    /// Profiles that are damaged or describe other channels are left out, as are EXIF and XMP that are damaged. Both
    /// get the new size and density, and EXIF loses its thumbnail; all other tags stay, in TIFF those that describe the
    /// picture. Only JPEG and TIFF carry IPTC; GIF and BMP carry neither that nor EXIF nor XMP. Texts of PNG stay in
    /// PNG; elsewhere, some have a place in EXIF. Where no density is known, the file tells none.
    /// </para>
    /// <para>
    /// Memory does not grow with the height for JPEG, PNG, TIFF and BMP; TIFF uses a temporary file. WebP, AVIF and GIF
    /// hold the picture while they encode it.
    /// </para>
    /// <para>An exception of <paramref name="rows"/> or of the stream ends the writing and is thrown as it was.</para>
    /// </remarks>
    /// <returns>What the format cannot hold and was left out, one English sentence each.</returns>
    /// <exception cref="ImageException">The format cannot hold a picture of that size.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    public static IReadOnlyList<string> Write(
        PixelLayout layout,
        ImageMetadata metadata,
        RowSource rows,
        Stream target,
        WriteOptions options,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Quality is < QualityMin or > QualityMax)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.Quality, $"Quality must be {QualityMin} to {QualityMax}.");
        }

        CheckSize(layout, options.Format);
        cancel.ThrowIfCancellationRequested();
        var fitted = RowFitting.LayoutFor(layout, options.Format);
        var source = RowFitting.Fit(layout, rows, options.Format);
        var (travelling, notes) = MetadataFitting.Fit(metadata, fitted, options.Format);
        using var label = metadata.CodePoints is { } codes && LabelStream.Holds(options.Format)
            ? new LabelStream(target, options.Format, codes)
            : null;
        if (options.Format == ImageFormat.Bmp)
        {
            BmpWriter.Write(fitted, travelling, source, target, cancel);
        }
        else
        {
            PictureEncoder.Write(fitted, travelling, source, label ?? target, options, cancel);
        }

        label?.Complete();
        return [.. notes, .. ColourLosses.Of(layout, metadata, options.Format)];
    }

    /// <summary>Refuses a picture that is too large for a format, before anything is made of it.</summary>
    internal static void CheckSize(PixelLayout layout, ImageFormat format)
    {
        var sideMax = format.SideMax();
        if (layout.Width > sideMax || layout.Height > sideMax)
        {
            throw new ImageException(
                ImageFault.TooLarge,
                $"{format.DisplayName()} holds at most {sideMax} pixels a side and the picture is " +
                $"{layout.Width} x {layout.Height}; PNG and TIFF can hold it.");
        }

        if (format == ImageFormat.Bmp && !BmpWriter.Fits(layout))
        {
            throw new ImageException(
                ImageFault.TooLarge,
                $"A BMP file holds at most 2 GiB and {layout.Width} x {layout.Height} pixels are more; " +
                "PNG and TIFF can hold them.");
        }
    }
}
