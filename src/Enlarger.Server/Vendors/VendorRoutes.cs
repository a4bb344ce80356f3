using System.Globalization;
using Microsoft.AspNetCore.Http.Features;

namespace Enlarger.Server.Vendors;

/// <summary>Routes that answer as their vendor does, in refusals too.</summary>
internal static class VendorRoutes
{
    /// <summary>Maps a route that takes a body of at most <paramref name="bodyBytesMax"/>.</summary>
    public static void MapPost(
        this IEndpointRouteBuilder routes, string path, Vendor vendor, long bodyBytesMax, Delegate handler) =>
        routes.MapPost(path, handler)
            .WithMetadata(vendor)
            .AddEndpointFilter((context, next) =>
            {
                context.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>()
                    .MaxRequestBodySize = bodyBytesMax;
                return AnswerAsync(vendor, context, next);
            });

    public static void MapGet(this IEndpointRouteBuilder routes, string path, Vendor vendor, Delegate handler) =>
        routes.MapGet(path, handler)
            .WithMetadata(vendor)
            .AddEndpointFilter((context, next) => AnswerAsync(vendor, context, next));

    /// <summary>Says when to come again.</summary>
    public static void AskToWait(HttpResponse response, TimeSpan wait)
    {
        // Whole seconds (RFC 9110, section 10.2.3), and never so few that coming back is in vain.
        var seconds = (long)Math.Max(1, Math.Ceiling(wait.TotalSeconds));
        response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
    }

    private static async ValueTask<object?> AnswerAsync(
        Vendor vendor, EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        try
        {
            return await next(context);
        }
        catch (FaultException refusal)
        {
            return Refuse(vendor, http, refusal);
        }
        catch (BadHttpRequestException error)
        {
            return Refuse(
                vendor,
                http,
                new FaultException(Fault.BodyInvalid, "The request body could not be read.", error));
        }
        catch (Exception error) when (!http.RequestAborted.IsCancellationRequested)
        {
            var log = http.RequestServices.GetRequiredService<ILogger<Vendor>>();
            LogFailure(log, vendor.Name, http.TraceIdentifier, error);
            return Refuse(vendor, http, new FaultException(Fault.Internal, "The server failed.", error));
        }
    }

    private static IResult Refuse(Vendor vendor, HttpContext http, FaultException refusal)
    {
        if (refusal.RetryAfter is { } wait)
        {
            AskToWait(http.Response, wait);
        }

        return vendor.Refuse(http, refusal);
    }

    private static readonly Action<ILogger, string, string, Exception?> LogFailure =
        LoggerMessage.Define<string, string>(
            LogLevel.Error, new EventId(1, "Failure"), "{Vendor} request {RequestId} failed");
}
