namespace Enlarger.Server.Vendors.Pixelcut;

/// <summary>The table of errors in README.md, one row for each <see cref="Fault"/>.</summary>
internal static class PixelcutErrors
{
    public static IResult Answer(HttpContext http, FaultException refusal)
    {
        var (status, code, words) = refusal.Fault switch
        {
            Fault.PathUnknown => (404, "not_found", refusal.Message),
            Fault.MethodUnsupported => (405, "method_not_allowed", refusal.Message),
            Fault.KeyUnknown => (401, "invalid_auth_token", "API Token not found"),
            Fault.CreditsInsufficient => (403, "insufficient_api_credits", "Insufficient credits available"),
            Fault.RateExceeded => (429, "rate_limit_exceeded", "Too many requests"),
            Fault.ConcurrencyExceeded => (429, "rate_limit_exceeded", "Too many requests"),
            Fault.ContentTypeUnsupported => (400, "unsupported_content_type", refusal.Message),
            Fault.BodyEncoded => (415, "unsupported_content_type", refusal.Message),
            Fault.BodyInvalid => (400, "invalid_request_body", refusal.Message),
            Fault.BodyTooLarge => (400, "file_size_too_large", "File size too large"),
            Fault.ParameterMissing => (400, "missing_parameter", refusal.Message),
            Fault.ParameterInvalid => (400, "invalid_parameter", refusal.Message),
            Fault.ParameterUnknown => (400, "invalid_parameter", refusal.Message),
            Fault.UrlInvalid => (400, "invalid_parameter", refusal.Message),
            Fault.UrlUnreachable => (400, "invalid_parameter", refusal.Message),
            Fault.ImageUnreadable => (400, "malformed_image", refusal.Message),
            Fault.ImageFormatUnsupported => (400, "unsupported_image_format", refusal.Message),
            Fault.ImageTooLarge => (400, "file_size_too_large", "File size too large"),
            Fault.ResolutionTooHigh => (400, "resolution_too_high", refusal.Message),
            // The page has no code for a picture that is too small.
            Fault.ResolutionTooLow => (400, "invalid_parameter", refusal.Message),
            // No parameter of this API names an earlier result.
            Fault.ResultUnknown => (400, "invalid_parameter", refusal.Message),
            Fault.AlreadyEnlarged => (400, "invalid_parameter", refusal.Message),
            Fault.Overloaded => (429, "rate_limit_exceeded", "Too many requests"),
            Fault.TimedOut => (500, "internal_error", "Internal service error"),
            Fault.ResultWrong => (500, "internal_error", "Internal service error"),
            Fault.Internal => (500, "internal_error", "Internal service error"),
        };
        return Results.Json(
            new PixelcutError(words, code), PixelcutJson.Default.PixelcutError, statusCode: status);
    }
}
