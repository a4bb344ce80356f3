using Enlarger.Server.Inputs;

namespace Enlarger.Server.Vendors.Stablecog;

/// <summary>The table of errors in README.md, one row for each <see cref="Fault"/>.</summary>
internal static class StablecogErrors
{
    // Where nothing is known about when it gets better, a second, as the vendor always says.
    private static readonly TimeSpan RetryAfterDefault = TimeSpan.FromSeconds(1);

    public static IResult Answer(HttpContext http, FaultException refusal)
    {
        var words = refusal.Message;
        var settings = http.Features.Get<StablecogSettings>();
        return refusal.Fault switch
        {
            Fault.PathUnknown => Send(404, new StablecogError("not_found", words)),
            Fault.MethodUnsupported => Send(405, new StablecogError("method_not_allowed", words)),
            Fault.KeyUnknown => Send(401, new StablecogError("Unauthorized")),
            Fault.CreditsInsufficient => Send(400, new StablecogError("insufficient_credits")),
            Fault.RateExceeded => SendTooMany(http, refusal),
            Fault.ConcurrencyExceeded => SendTooMany(http, refusal),
            Fault.ContentTypeUnsupported => Send(400, new StablecogError("json_parse_error", words)),
            Fault.BodyEncoded => Send(415, new StablecogError("json_parse_error", words)),
            Fault.BodyInvalid => Send(400, new StablecogError("json_parse_error", words)),
            Fault.BodyTooLarge when FormBody.IsForm(http.Request) => Send(
                400, new StablecogError("image_url_width_height_error", words)),
            Fault.BodyTooLarge => Send(400, new StablecogError("json_parse_error", words)),
            Fault.ParameterMissing => Send(400, new StablecogError("invalid_image_url", words)),
            // The model is the only parameter that can be of the right type and wrong.
            Fault.ParameterInvalid => Send(400, new StablecogError("invalid_model_id", words)),
            Fault.ParameterUnknown => Send(400, new StablecogError("json_parse_error", words)),
            Fault.UrlInvalid => Send(400, new StablecogError("invalid_image_url", words)),
            Fault.UrlUnreachable => Send(400, new StablecogError("image_url_width_height_error", words)),
            Fault.ImageUnreadable => Send(400, new StablecogError("image_url_width_height_error", words)),
            Fault.ImageFormatUnsupported => Send(400, new StablecogError("image_url_width_height_error", words)),
            Fault.ImageTooLarge => Send(400, new StablecogError("image_url_width_height_error", words)),
            Fault.ResolutionTooHigh => Send(400, new StablecogError("image_url_width_height_error", words)),
            Fault.ResolutionTooLow => Send(400, new StablecogError("image_url_width_height_error", words)),
            Fault.ResultUnknown => Send(400, new StablecogError("output_not_found")),
            Fault.AlreadyEnlarged => Send(400, new StablecogError("image_already_upscaled")),
            Fault.Overloaded => Send(400, new StablecogError("queue_limit_reached")),
            Fault.TimedOut => Send(500, new StablecogError("TIMEOUT", Settings: settings)),
            Fault.ResultWrong => Send(500, new StablecogError(words, Settings: settings)),
            Fault.Internal => Send(500, new StablecogError("An unknown error has occurred")),
        };
    }

    private static IResult Send(int status, StablecogError error) =>
        StablecogJson.Answer(error, StablecogJson.AsGo.StablecogError, status);

    private static StablecogAnswer SendTooMany(HttpContext http, FaultException refusal)
    {
        VendorRoutes.AskToWait(http.Response, refusal.RetryAfter ?? RetryAfterDefault);
        return new StablecogAnswer("Too Many Requests\n"u8.ToArray(), "text/plain; charset=utf-8", 429);
    }
}
