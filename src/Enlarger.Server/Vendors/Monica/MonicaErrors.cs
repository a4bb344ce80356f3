namespace Enlarger.Server.Vendors.Monica;

/// <summary>The table of errors in README.md, one row for each <see cref="Fault"/>.</summary>
internal static class MonicaErrors
{
    private const string Invalid = "invalid_request_error";
    private const string Failed = "The server had an error while processing your request";
    private const string Overloaded = "The engine is currently overloaded, please try again later";
    private const string RateReached = "Rate limit reached for requests";
    private const string QuotaExceeded =
        "You exceeded your current quota, please check your plan and billing details";

    public static IResult Answer(HttpContext http, FaultException refusal)
    {
        var words = refusal.Message;
        var (status, type, code, message) = refusal.Fault switch
        {
            Fault.PathUnknown => (404, Invalid, "unknown_url", words),
            Fault.MethodUnsupported => (405, Invalid, "method_not_supported", words),
            Fault.KeyUnknown => (401, Invalid, "invalid_api_key", WrongKey(http.Request)),
            Fault.CreditsInsufficient => (429, "insufficient_quota", "insufficient_quota", QuotaExceeded),
            Fault.RateExceeded => (429, "requests", "rate_limit_exceeded", RateReached),
            Fault.ConcurrencyExceeded => (429, "requests", "rate_limit_exceeded", RateReached),
            Fault.ContentTypeUnsupported => (400, Invalid, null, words),
            Fault.BodyEncoded => (415, Invalid, null, words),
            Fault.BodyInvalid => (400, Invalid, null, words),
            Fault.BodyTooLarge => (400, Invalid, null, words),
            Fault.ParameterMissing => (400, Invalid, "missing_required_parameter", words),
            Fault.ParameterInvalid => (400, Invalid, "invalid_value", words),
            Fault.ParameterUnknown => (400, Invalid, "unknown_parameter", words),
            Fault.UrlInvalid => (400, Invalid, "invalid_image_url", words),
            Fault.UrlUnreachable => (400, Invalid, "failed_to_download_image", words),
            Fault.ImageUnreadable => (400, Invalid, "image_parse_error", words),
            Fault.ImageFormatUnsupported => (400, Invalid, "unsupported_image_media_type", words),
            Fault.ImageTooLarge => (400, Invalid, "image_file_too_large", words),
            Fault.ResolutionTooHigh => (400, Invalid, "image_too_large", words),
            Fault.ResolutionTooLow => (400, Invalid, "image_too_small", words),
            // No parameter of this API names an earlier result.
            Fault.ResultUnknown => (400, Invalid, "invalid_value", words),
            Fault.AlreadyEnlarged => (400, Invalid, "invalid_value", words),
            Fault.Overloaded => (503, "server_error", null, Overloaded),
            Fault.TimedOut => (503, "server_error", null, Overloaded),
            Fault.ResultWrong => (500, "server_error", null, Failed),
            Fault.Internal => (500, "server_error", null, Failed),
        };
        var error = new MonicaError(message, type, FieldOf(refusal), code);
        return Results.Json(new MonicaRefusal(error), MonicaJson.Default.MonicaRefusal, statusCode: status);
    }

    private static string WrongKey(HttpRequest http) =>
        Vendor.ReadBearer(http) is null ? "Invalid Authentication" : "Incorrect API key provided";

    // What is wrong with the picture is wrong with the only parameter that leads to it.
    private static string? FieldOf(FaultException refusal) => refusal.Fault switch
    {
        Fault.UrlInvalid or Fault.UrlUnreachable => "image",
        Fault.ImageUnreadable or Fault.ImageFormatUnsupported or Fault.ImageTooLarge => "image",
        Fault.ResolutionTooHigh or Fault.ResolutionTooLow => "image",
        _ => refusal.Field,
    };
}
