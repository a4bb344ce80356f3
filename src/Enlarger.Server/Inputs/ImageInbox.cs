using System.Buffers.Text;
using System.Diagnostics;
using Enlarger.Imaging;

namespace Enlarger.Server.Inputs;

/// <summary>Turns what a caller sent into a picture within limits, or a fault. The door for foreign bytes.</summary>
internal sealed class ImageInbox(LinkFetcher links)
{
    public async Task<SourceImage> LoadAsync(ImageSource source, InputLimits limits, CancellationToken cancel)
    {
        var file = source switch
        {
            ImageSource.Upload upload => upload.File,
            ImageSource.Base64 text => Decode(text.Text.Span),
            ImageSource.Link link => await FetchAsync(link.Address, limits.BytesMax, cancel),
            _ => throw new ArgumentOutOfRangeException(nameof(source)),
        };
        return Check(file, limits);
    }

    private async Task<ReadOnlyMemory<byte>> FetchAsync(string address, long bytesMax, CancellationToken cancel)
    {
        var clock = Stopwatch.GetTimestamp();
        try
        {
            return await links.FetchAsync(address, bytesMax, cancel);
        }
        finally
        {
            RequestRecord.Current?.Fetch = Stopwatch.GetElapsedTime(clock);
        }
    }

    private static byte[] Decode(ReadOnlySpan<byte> text)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, bytes, out _, out var count) == System.Buffers.OperationStatus.Done
            ? bytes[..count]
            : throw new FaultException(Fault.ImageUnreadable, "The image is not valid base64.");
    }

    private static SourceImage Check(ReadOnlyMemory<byte> file, InputLimits limits)
    {
        if (file.Length > limits.BytesMax)
        {
            throw new FaultException(
                Fault.ImageTooLarge, $"The image has {file.Length} bytes; {limits.BytesMax} are allowed.");
        }

        ImageHeader header;
        try
        {
            header = ImageReader.ReadHeader(file, ImageLimits.Default);
        }
        catch (ImageException refusal)
        {
            throw ImageFaults.Of(refusal);
        }

        var (width, height) = (header.Layout.Width, header.Layout.Height);
        if (!limits.Formats.Contains(header.Format))
        {
            throw new FaultException(
                Fault.ImageFormatUnsupported, $"{header.Format.DisplayName()} images are not accepted here.");
        }

        if (Math.Min(width, height) < limits.SideMin || (long)width * height < limits.PixelsMin)
        {
            throw new FaultException(Fault.ResolutionTooLow, $"The image has only {width} x {height} pixels.");
        }

        var fits = Fits(width, height, limits) || (limits.EitherWay && Fits(height, width, limits));
        if (!fits || (long)width * height > limits.PixelsMax)
        {
            throw new FaultException(Fault.ResolutionTooHigh, $"The image has {width} x {height} pixels.");
        }

        return new SourceImage(file, header);
    }

    private static bool Fits(int width, int height, InputLimits limits) =>
        width <= limits.WidthMax && height <= limits.HeightMax;
}
