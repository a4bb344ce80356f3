using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Enlarger.Server.Vendors;

/// <summary>Routes that answer as their vendor does, in refusals too.</summary>
internal static class VendorRoutes
{
    /// <summary>
    /// Maps a route that enlarges a picture. Its body may have at most <paramref name="bodyBytesMax"/>, and
    /// <paramref name="read"/> says what it asks for.
    /// </summary>
    public static void MapUpscale(
        this IEndpointRouteBuilder routes, string path, Vendor vendor, long bodyBytesMax, ReadVendorRequest read)
    {
        var browsers = new BrowserRoute(HttpMethods.Post, $"{HeaderNames.ContentType}, {vendor.KeyHeader}");
        var route = routes.MapPost(
            path,
            (HttpContext http, UpscaleEndpoint endpoint, CancellationToken cancel) =>
                endpoint.AnswerAsync(http, vendor, read, cancel));
        Complete(route, vendor, browsers).AddEndpointFilter((context, next) =>
        {
            context.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>()
                .MaxRequestBodySize = bodyBytesMax;
            return next(context);
        });
        MapOtherMethods(routes, path, vendor, browsers);
    }

    /// <summary>Maps a route that is read, with GET or HEAD.</summary>
    public static void MapGet(this IEndpointRouteBuilder routes, string path, Vendor vendor, Delegate handler)
    {
        var browsers = new BrowserRoute($"{HttpMethods.Get}, {HttpMethods.Head}", vendor.KeyHeader);
        Complete(routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], handler), vendor, browsers);
        MapOtherMethods(routes, path, vendor, browsers);
    }

    /// <summary>Refuses everything below a path that has no route of its own, as the vendor would.</summary>
    public static void MapUnknown(this IEndpointRouteBuilder routes, string path, Vendor vendor) =>
        Complete(
            routes.Map(path + "/{**rest}", IResult () => throw new FaultException(
                Fault.PathUnknown, "There is no such path here.")),
            vendor,
            new BrowserRoute("", ""));

    /// <summary>Says when to come again.</summary>
    public static void AskToWait(HttpResponse response, TimeSpan wait)
    {
        // Whole seconds (RFC 9110, section 10.2.3), and never so few that coming back is in vain.
        var seconds = (long)Math.Max(1, Math.Ceiling(wait.TotalSeconds));
        response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
    }

    // Routing chooses this where no other route of the path takes the method.
    private static void MapOtherMethods(
        IEndpointRouteBuilder routes, string path, Vendor vendor, BrowserRoute browsers)
    {
        Complete(routes.Map(path, Answer), vendor, browsers);

        IResult Answer(HttpContext http)
        {
            http.Response.Headers.Allow = browsers.Methods;
            return HttpMethods.IsOptions(http.Request.Method)
                ? Results.NoContent()
                : throw new FaultException(Fault.MethodUnsupported, $"The method must be {browsers.Methods}.");
        }
    }

    private static RouteHandlerBuilder Complete(RouteHandlerBuilder route, Vendor vendor, BrowserRoute browsers) =>
        route.WithMetadata(vendor, browsers)
            .AddEndpointFilter((context, next) => AnswerAsync(vendor, context, next));

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

        if (refusal.Fault == Fault.BodyEncoded)
        {
            // Which encodings would do (RFC 9110, section 15.5.16).
            http.Response.Headers.AcceptEncoding = "identity";
        }

        return vendor.Refuse(http, refusal);
    }

    private static readonly Action<ILogger, string, string, Exception?> LogFailure =
        LoggerMessage.Define<string, string>(
            LogLevel.Error, new EventId(1, "Failure"), "{Vendor} request {RequestId} failed");
}
