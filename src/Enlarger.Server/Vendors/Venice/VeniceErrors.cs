using System.Text.Json.Nodes;

namespace Enlarger.Server.Vendors.Venice;

/// <summary>The table of errors in README.md, one row for each <see cref="Fault"/>.</summary>
internal static class VeniceErrors
{
    private const string Invalid = "Invalid request parameters";
    private const string AtCapacity = "The model is at capacity. Please try again later.";

    // Where nothing is known about when it gets better.
    private static readonly TimeSpan RetryAfterDefault = TimeSpan.FromSeconds(1);

    public static IResult Answer(HttpContext http, FaultException refusal)
    {
        var (status, words) = refusal.Fault switch
        {
            Fault.PathUnknown => (404, "Not found"),
            Fault.MethodUnsupported => (405, "Method not allowed"),
            Fault.KeyUnknown => (401, "Authentication failed"),
            Fault.CreditsInsufficient => (402, "Insufficient USD or Diem balance to complete request"),
            Fault.RateExceeded => (429, "Rate limit exceeded"),
            Fault.ConcurrencyExceeded => (429, "Rate limit exceeded"),
            Fault.ContentTypeUnsupported => (415, "Invalid request content-type"),
            Fault.BodyEncoded => (415, "Invalid request content-encoding"),
            Fault.BodyInvalid => (400, Invalid),
            Fault.BodyTooLarge => (413, "File size exceeds maximum limit"),
            Fault.ParameterMissing => (400, Invalid),
            Fault.ParameterInvalid => (400, Invalid),
            Fault.ParameterUnknown => (400, Invalid),
            Fault.UrlInvalid => (400, Invalid),
            Fault.UrlUnreachable => (400, Invalid),
            Fault.ImageUnreadable => (400, Invalid),
            Fault.ImageFormatUnsupported => (400, Invalid),
            Fault.ImageTooLarge => (413, "File size exceeds maximum limit"),
            Fault.ResolutionTooHigh => (400, Invalid),
            Fault.ResolutionTooLow => (400, Invalid),
            Fault.ResultUnknown => (400, Invalid),
            Fault.AlreadyEnlarged => (400, Invalid),
            Fault.Overloaded => (503, AtCapacity),
            // The contract has no 504, and whoever comes later may well be served in time.
            Fault.TimedOut => (503, AtCapacity),
            Fault.ResultWrong => (500, "Inference processing failed"),
            Fault.Internal => (500, "Inference processing failed"),
        };
        if (status is 429 or 503)
        {
            VendorRoutes.AskToWait(http.Response, refusal.RetryAfter ?? RetryAfterDefault);
        }

        var issues = status == 400 ? IssuesOf(refusal) : null;
        return Send(status, new VeniceError(words, issues is null ? null : DetailsOf(issues), issues));
    }

    private static IResult Send(int status, VeniceError error) =>
        Results.Json(error, VeniceJson.Readable.VeniceError, statusCode: status);

    private static IReadOnlyList<VeniceIssue> IssuesOf(FaultException refusal) => refusal switch
    {
        VeniceInvalidException invalid => invalid.Issues,
        { Fault: Fault.ImageUnreadable or Fault.ImageFormatUnsupported } => ImageIssue(
            $"Invalid or corrupt image. {refusal.Message} "
            + "Must be a valid image format (jpeg, png, webp, or avif) less than 25MB."),
        { Fault: Fault.ResolutionTooLow } => ImageIssue(
            $"Image dimensions must be at least {VeniceApi.PixelsMin} pixels. {refusal.Message}"),
        { Fault: Fault.ResolutionTooHigh } => ImageIssue(
            $"Final dimensions after scaling must not exceed {VeniceApi.ResultPixelsMax} pixels. {refusal.Message}"),
        _ => [VeniceIssue.Custom(refusal.Field, refusal.Message)],
    };

    private static VeniceIssue[] ImageIssue(string words) => [VeniceIssue.Custom("image", words)];

    // As zod's error.format() has it: messages about a field under its name, those about the whole body at the top.
    private static JsonObject DetailsOf(IEnumerable<VeniceIssue> issues)
    {
        var details = new JsonObject { ["_errors"] = new JsonArray() };
        foreach (var issue in issues.SelectMany(WithReasons))
        {
            var place = details;
            if (issue.Path is [var field])
            {
                place = details[field] as JsonObject ?? new JsonObject { ["_errors"] = new JsonArray() };
                details[field] ??= place;
            }

            place["_errors"]!.AsArray().Add((JsonNode)issue.Message);
        }

        return details;
    }

    private static IEnumerable<VeniceIssue> WithReasons(VeniceIssue issue) =>
        issue.UnionErrors?.SelectMany(error => error.Issues) ?? [issue];
}
