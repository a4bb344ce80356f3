namespace Enlarger.Imaging;

/// <summary>Why a picture was refused.</summary>
public enum ImageFault
{
    /// <summary>The bytes are no picture that we know.</summary>
    Unrecognised,

    /// <summary>The bytes are a picture of a kind that is not read, such as SVG or JPEG XL.</summary>
    Unsupported,

    /// <summary>The bytes are a picture that is damaged or cut off.</summary>
    Damaged,

    /// <summary>More bytes, pixels or pixels a side than allowed, in the picture or in its result.</summary>
    TooLarge,

    /// <summary>
    /// More scans, frames, pages, tiles or other parts than any camera or editor writes, or more work than is allowed.
    /// </summary>
    TooComplex,

    /// <summary>The result failed the fidelity check: it is not the picture that went in.</summary>
    ResultWrong,
}

/// <summary>A picture was refused; the message is a sentence for the person who sent it.</summary>
public sealed class ImageException(ImageFault fault, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The kind of refusal.</summary>
    public ImageFault Fault { get; } = fault;
}
