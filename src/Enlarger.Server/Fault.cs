namespace Enlarger.Server;

/// <summary>
/// Every refusal. Each vendor folder translates each member into its own status and words, in a switch without a
/// default arm: adding a member here breaks the build in every folder that must decide.
/// </summary>
internal enum Fault
{
    /// <summary>A path of the vendor that is not served.</summary>
    PathUnknown,

    /// <summary>A path that takes other methods, which the header Allow names.</summary>
    MethodUnsupported,

    /// <summary>No key, or one that is unknown or revoked.</summary>
    KeyUnknown,

    /// <summary>The key has fewer credits than the operation costs.</summary>
    CreditsInsufficient,

    /// <summary>More requests a minute than the key may make.</summary>
    RateExceeded,

    /// <summary>More requests at once than the key may make.</summary>
    ConcurrencyExceeded,

    /// <summary>The body is of a type that the route does not take.</summary>
    ContentTypeUnsupported,

    /// <summary>The body is compressed, or encoded in another way.</summary>
    BodyEncoded,

    /// <summary>The body is empty, cut off, or not what its type says.</summary>
    BodyInvalid,

    /// <summary>The body is larger than any that could be accepted.</summary>
    BodyTooLarge,

    /// <summary>A parameter that must be there is not.</summary>
    ParameterMissing,

    /// <summary>A parameter has the wrong type or is out of its range.</summary>
    ParameterInvalid,

    /// <summary>A parameter that the route does not know, where the contract forbids that.</summary>
    ParameterUnknown,

    /// <summary>Not an address of a picture that may be fetched.</summary>
    UrlInvalid,

    /// <summary>The picture could not be fetched from its address.</summary>
    UrlUnreachable,

    /// <summary>The bytes are a damaged picture.</summary>
    ImageUnreadable,

    /// <summary>The bytes are no picture, or one of a format that the route does not take.</summary>
    ImageFormatUnsupported,

    /// <summary>The file has too many bytes.</summary>
    ImageTooLarge,

    /// <summary>The picture, or its result, has too many pixels.</summary>
    ResolutionTooHigh,

    /// <summary>The picture has too few pixels.</summary>
    ResolutionTooLow,

    /// <summary>The id of an earlier result that is not there, or belongs to another key.</summary>
    ResultUnknown,

    /// <summary>The earlier result has been enlarged before, where the contract allows that once.</summary>
    AlreadyEnlarged,

    /// <summary>More work waits than the server takes on.</summary>
    Overloaded,

    /// <summary>The work took longer than the server allows.</summary>
    TimedOut,

    /// <summary>The engine's result is not the picture that went in.</summary>
    ResultWrong,

    /// <summary>A fault of ours. The log has the reason; the caller does not.</summary>
    Internal,
}

/// <summary>
/// Stops a request. The caller sees the message: a sentence without secrets. A vendor that says more than one thing
/// derives its own.
/// </summary>
internal class FaultException(Fault fault, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public Fault Fault { get; } = fault;

    /// <summary>The parameter that is wrong, where there is one.</summary>
    public string? Field { get; init; }

    /// <summary>When to try again, where waiting helps.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
