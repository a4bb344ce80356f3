using System.Diagnostics;
using System.Globalization;
using Enlarger.Server.Accounts;
using Enlarger.Server.Vendors;

namespace Enlarger.Server.Observability;

/// <summary>
/// Around every request: gives it an id, answers what nobody caught, and writes one line and the figures at its end.
/// </summary>
internal sealed partial class RequestLog(
    RequestDelegate next, ServerMetrics metrics, TimeProvider time, ILogger<RequestLog> log)
{
    public const string IdHeader = "X-Request-Id";

    // What nginx logs when the client has gone before the answer; no client ever sees it.
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext http)
    {
        var clock = Stopwatch.GetTimestamp();
        var record = new RequestRecord();
        http.Features.Set(record);
        http.TraceIdentifier = TimedId.Make(time.GetUtcNow()).ToString();
        http.Response.Headers[IdHeader] = http.TraceIdentifier;
        try
        {
            await next(http);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered, and there is nothing to be repaired.
            http.Response.StatusCode = ClientClosedRequest;
        }
        catch (Exception error)
        {
            await AnswerAsync(http, error);
        }
        finally
        {
            Report(http, record, Stopwatch.GetElapsedTime(clock));
        }
    }

    private async Task AnswerAsync(HttpContext http, Exception error)
    {
        var status = (error as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status500InternalServerError;
        if (status >= StatusCodes.Status500InternalServerError)
        {
            LogFailure(error, http.TraceIdentifier);
        }

        if (http.Response.HasStarted)
        {
            // Half an answer must not pass for a whole one.
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.Headers[IdHeader] = http.TraceIdentifier;
        await PlainErrors.WriteAsync(http, status);
    }

    private void Report(HttpContext http, RequestRecord record, TimeSpan total)
    {
        var endpoint = http.GetEndpoint();
        var vendor = endpoint?.Metadata.GetMetadata<Vendor>()?.Name
            ?? (endpoint is RouteEndpoint ? "enlarger" : "none");
        var status = http.Response.HasStarted || !http.RequestAborted.IsCancellationRequested
            ? http.Response.StatusCode
            : ClientClosedRequest;
        metrics.Observe(record, vendor, status, total);
        // Probes come every few seconds, for ever.
        var level = endpoint?.Metadata.GetMetadata<Probe>() is null ? LogLevel.Information : LogLevel.Debug;
        if (!log.IsEnabled(level))
        {
            return;
        }

        // Addresses may hold secrets, and their names alone protect results: only the route is logged.
        var route = (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "(no such route)";
        var method = Method(http.Request.Method);
        var key = OneLine(http.Features.Get<Account>()?.Name ?? "-");
        var details = Details(record);
        var milliseconds = total.TotalMilliseconds;
        LogRequest(level, http.TraceIdentifier, vendor, method, route, key, status, details, milliseconds);
    }

    private static string Details(RequestRecord record)
    {
        var fetch = record.Fetch is { } time ? Invariant($" fetch={time.TotalMilliseconds:F1}ms") : "";
        if (record.Job is not { } job)
        {
            return fetch;
        }

        var (from, to, times) = (job.Enlarged.Source, job.Enlarged.Result, job.Times.Engine);
        return Invariant($" {job.Operation} {from.Width}x{from.Height}->{to.Width}x{to.Height}")
            + Invariant($" bytes={job.SourceBytes}->{job.ResultBytes} credits={job.Credits}{fetch}")
            + Invariant($" queue={job.Times.Waited.TotalMilliseconds:F1}ms")
            + Invariant($" decode={times.Decode.TotalMilliseconds:F1}ms")
            + Invariant($" infer={times.Infer.TotalMilliseconds:F1}ms encode={times.Encode.TotalMilliseconds:F1}ms");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // Whoever writes names and methods must not write lines of the log.
    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));

    private static string Method(string method) =>
        method.Length <= 16 && method.All(char.IsAsciiLetterUpper) ? method : "(other)";

    [LoggerMessage(
        Message = "{RequestId} {Vendor} {Method} {Route} key={KeyName} status={Status}{Details} total={TotalMs:F1}ms")]
    private partial void LogRequest(
        LogLevel level,
        string requestId,
        string vendor,
        string method,
        string route,
        string keyName,
        int status,
        string details,
        double totalMs);

    [LoggerMessage(LogLevel.Error, "{RequestId} failed")]
    private partial void LogFailure(Exception error, string requestId);
}

/// <summary>Marks routes that machines ask every few seconds.</summary>
internal sealed record Probe;
