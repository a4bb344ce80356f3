namespace Enlarger.Imaging.Colour;

/// <summary>Says what of a picture's channels and colours a format cannot hold.</summary>
internal static class ColourLosses
{
    /// <summary>A sentence for each loss.</summary>
    public static IEnumerable<string> Of(PixelLayout layout, ImageMetadata metadata, ImageFormat format)
    {
        if (layout.HasExtra && !RowFitting.HoldsLast(layout, format))
        {
            yield return "The extra channel, which is no transparency, was left out: "
                + $"{format.DisplayName()} cannot hold it.";
        }

        if (metadata.CodePoints is not { IsHdr: true } codes || LabelStream.Holds(format))
        {
            yield break;
        }

        var kind = codes.Transfer == CodePoints.Pq ? "PQ" : "HLG";
        var isConverted = format == ImageFormat.Gif || (format == ImageFormat.Webp && layout.ColourChannels == 1);
        yield return isConverted
            ? $"The picture is HDR ({kind}) and was converted to sRGB: what is brighter than white became white."
            : $"The picture is HDR ({kind}), which {format.DisplayName()} can only say in its colour profile: programs "
                + "that do not look for it there show what is brighter than white as white.";
    }
}
