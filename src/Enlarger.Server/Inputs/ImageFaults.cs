using Enlarger.Imaging;

namespace Enlarger.Server.Inputs;

/// <summary>Puts the library's refusals into ours.</summary>
internal static class ImageFaults
{
    public static FaultException Of(ImageException refusal)
    {
        var fault = refusal.Fault switch
        {
            ImageFault.Unrecognised or ImageFault.Unsupported => Fault.ImageFormatUnsupported,
            ImageFault.Damaged => Fault.ImageUnreadable,
            ImageFault.TooLarge => Fault.ResolutionTooHigh,
            ImageFault.ResultWrong => Fault.ResultWrong,
        };
        return new FaultException(fault, refusal.Message, refusal);
    }
}
