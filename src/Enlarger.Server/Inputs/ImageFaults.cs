using Enlarger.Imaging;

namespace Enlarger.Server.Inputs;

/// <summary>Refusals of pictures: the library's in our terms, and those that several places need.</summary>
internal static class ImageFaults
{
    public static FaultException Of(ImageException refusal)
    {
        var fault = refusal.Fault switch
        {
            ImageFault.Unrecognised or ImageFault.Unsupported => Fault.ImageFormatUnsupported,
            ImageFault.Damaged or ImageFault.TooComplex => Fault.ImageUnreadable,
            ImageFault.TooLarge => Fault.ResolutionTooHigh,
            ImageFault.ResultWrong => Fault.ResultWrong,
        };
        return new FaultException(fault, refusal.Message, refusal);
    }

    public static FaultException TooLarge(long bytes, long bytesMax) =>
        new(Fault.ImageTooLarge, $"The image has {bytes} bytes; {bytesMax} are allowed.");

    /// <summary>For what was not read to its end.</summary>
    public static FaultException TooLarge(long bytesMax) =>
        new(Fault.ImageTooLarge, $"The image has more than the {bytesMax} bytes that are allowed.");
}
