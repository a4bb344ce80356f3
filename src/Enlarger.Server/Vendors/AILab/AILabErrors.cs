namespace Enlarger.Server.Vendors.AILab;

/// <summary>The table of errors in README.md, one row for each <see cref="Fault"/>.</summary>
internal static class AILabErrors
{
    private const string Again = " Please try again later. If not resolved promptly, contact the platform.";

    public static IResult Answer(HttpContext http, FaultException refusal)
    {
        var (status, code, meaning) = refusal.Fault switch
        {
            Fault.PathUnknown => (404, "ERROR_RESOURCE_NOT_FOUND", "Resource not found."),
            Fault.MethodUnsupported => (405, "ERROR_ILLEGAL_OPERATION", "Illegal operation."),
            Fault.KeyUnknown => (401, "ERROR_USER_NOT_EXISTS", "The user does not exist."),
            Fault.CreditsInsufficient => (429, "ERROR_NOT_ENOUGH_CREDITS", "Insufficient credits."),
            Fault.RateExceeded => (429, "EXCEEDING_LIMITS", "Exceeds limit."),
            Fault.ConcurrencyExceeded => (429, "EXCEEDING_LIMITS", "Exceeds limit."),
            Fault.ContentTypeUnsupported => (400, "ERROR_INVALID_PARAMETER_FORMAT", "Invalid parameter format."),
            Fault.BodyEncoded => (415, "ERROR_INVALID_PARAMETER_FORMAT", "Invalid parameter format."),
            Fault.BodyInvalid => (400, "ERROR_INVALID_PARAMETER_FORMAT", "Invalid parameter format."),
            Fault.BodyTooLarge => (413, "ERROR_REQUEST_BODY_TOO_LARGE", "Request body size exceeds limit."),
            Fault.ParameterMissing => (400, "MISSING_PARAMETERS", "Missing parameters."),
            Fault.ParameterInvalid => OfParameter(refusal.Field),
            Fault.ParameterUnknown => OfParameter(refusal.Field),
            // No parameter of this API is an address or names an earlier result.
            Fault.UrlInvalid => OfParameter(refusal.Field),
            Fault.UrlUnreachable => OfParameter(refusal.Field),
            Fault.ResultUnknown => OfParameter(refusal.Field),
            Fault.AlreadyEnlarged => OfParameter(refusal.Field),
            Fault.ImageUnreadable => (422, "FILE_DECODING_FAILURE", "File decoding failed."),
            Fault.ImageFormatUnsupported => (415, "UNSUPPORTED_FILE_TYPES", "Unsupported file types."),
            Fault.ImageTooLarge => (413, "FILE_SIZE_EXCEEDS_LIMIT", "File size exceeds limit."),
            Fault.ResolutionTooHigh => (413, "FILE_RESOLUTION_EXCEEDS_LIMITS", "File resolution exceeds limits."),
            Fault.ResolutionTooLow => (422, "ERROR_LOW_RESOLUTION", "File resolution too low."),
            Fault.Overloaded => (503, "ERROR_INSUFFICIENT_RESOURCES", "Insufficient resources."),
            Fault.TimedOut => (504, "AI_SERVICE_TIMEOUT", "AI service timeout." + Again),
            Fault.ResultWrong => (500, "PROCESSING_FAILURE", "Processing failed."),
            Fault.Internal => (500, "SERVICE_INTERNAL_ERROR", "Service internal error." + Again),
        };
        var words = refusal.Message;
        var answer = new AILabEnvelope(http.TraceIdentifier)
        {
            ErrorCode = status,
            ErrorCodeStr = code,
            ErrorMsg = $"{meaning} - {words}",
            ErrorDetail = new AILabErrorDetail(status, code, meaning, words),
        };
        return Results.Json(answer, AILabJson.Default.AILabEnvelope, statusCode: status);
    }

    private static (int Status, string Code, string Meaning) OfParameter(string? field) => field switch
    {
        "output_format" => (400, "ERROR_INVALID_OUTPUT_FORMAT", "Invalid output format."),
        // The only way in which a file is wrong as a parameter; all others are about the picture in it.
        "image" => (400, "PARAMETERS_CANNOT_EMPTY", "Parameters cannot be empty."),
        _ => (400, "ERROR_INVALID_PARAMETER", "Invalid parameter."),
    };
}
