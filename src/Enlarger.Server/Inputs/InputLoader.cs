using Enlarger.Imaging;

namespace Enlarger.Server.Inputs;

/// <summary>
/// Turns what a caller sent into a picture within limits, or a fault. Untrusted image files come in only here.
/// </summary>
internal sealed class InputLoader(ImageDownloader links)
{
    // What is too large is told in the vendor's numbers.
    private static readonly ImageLimits HeaderLimits = ImageLimits.Default with { PixelsMax = long.MaxValue };

    /// <summary>Loads the file and reads its header; nothing is decoded.</summary>
    /// <exception cref="FaultException">It is not there, no picture, or not within the limits.</exception>
    public async Task<SourceImage> LoadAsync(ImageSource source, InputLimits limits, CancellationToken cancel)
    {
        var file = source switch
        {
            ImageSource.Upload upload => upload.File,
            ImageSource.Base64 text => Decode(text.Text, limits),
            ImageSource.Link link => await links.FetchAsync(link.Address, limits.BytesMax, cancel),
            _ => throw new ArgumentOutOfRangeException(nameof(source)),
        };
        if (file.IsEmpty)
        {
            throw new FaultException(Fault.ImageUnreadable, "The image is empty: it has no bytes.");
        }

        if (file.Length > limits.BytesMax)
        {
            throw ImageFaults.TooLarge(file.Length, limits.BytesMax);
        }

        var header = ReadHeader(file, limits);
        CheckSize(header.Layout.Width, header.Layout.Height, limits);
        return new SourceImage(file, header);
    }

    private static ReadOnlyMemory<byte> Decode(Memory<byte> text, InputLimits limits)
    {
        var bytes = Base64Text.CountBytes(text.Span);
        if (bytes > limits.BytesMax)
        {
            throw ImageFaults.TooLarge(bytes, limits.BytesMax);
        }

        return Base64Text.DecodeInPlace(text)
            ?? throw new FaultException(Fault.ImageUnreadable, "The image is not valid base64.");
    }

    private static ImageHeader ReadHeader(ReadOnlyMemory<byte> file, InputLimits limits)
    {
        try
        {
            // A decoder that the vendor has no use for never sees a stranger's bytes.
            var format = ImageReader.Identify(file.Span);
            return limits.Formats.Contains(format)
                ? ImageReader.ReadHeader(file, HeaderLimits)
                : throw new FaultException(
                    Fault.ImageFormatUnsupported, $"{format.DisplayName()} images are not accepted here.");
        }
        catch (ImageException refusal)
        {
            throw ImageFaults.Of(refusal);
        }
    }

    private static void CheckSize(int width, int height, InputLimits limits)
    {
        var pixels = (long)width * height;
        if (Math.Min(width, height) < limits.SideMin)
        {
            throw Refuse(Fault.ResolutionTooLow, $"each side must have at least {limits.SideMin}");
        }

        if (pixels < limits.PixelsMin)
        {
            throw Refuse(Fault.ResolutionTooLow, $"at least {limits.PixelsMin} in all are needed");
        }

        if (!Fits(width, height, limits) && !(limits.EitherWay && Fits(height, width, limits)))
        {
            var turned = limits.EitherWay ? ", or this turned," : "";
            throw Refuse(
                Fault.ResolutionTooHigh, $"at most {limits.WidthMax} x {limits.HeightMax}{turned} are allowed");
        }

        var pixelsMax = Math.Min(limits.PixelsMax, ImageLimits.Default.PixelsMax);
        if (pixels > pixelsMax)
        {
            throw Refuse(Fault.ResolutionTooHigh, $"at most {pixelsMax} in all are allowed");
        }

        FaultException Refuse(Fault fault, string allowed) =>
            new(fault, $"The image has {width} x {height} pixels; {allowed}.");
    }

    private static bool Fits(int width, int height, InputLimits limits) =>
        width <= limits.WidthMax && height <= limits.HeightMax;
}
