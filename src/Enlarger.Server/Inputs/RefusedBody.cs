using Microsoft.AspNetCore.Http.Features;

namespace Enlarger.Server.Inputs;

/// <summary>
/// Reads what is left of the body of a request that was refused, after the answer has been sent. Most clients send all
/// of a body before they look for the answer; where the connection is closed before, they see that and not the answer.
/// </summary>
internal sealed class RefusedBody(RequestDelegate next)
{
    // More than any route takes. Whoever sends more than this sees a broken connection.
    private const long BytesMax = 64 << 20;

    // A body of 25 MB over a slow link of 7 Mbit/s.
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(30);

    public async Task InvokeAsync(HttpContext http)
    {
        await next(http);
        var hasBody = http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
        if (!hasBody || http.Response.StatusCode < 400 || http.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        using var late = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        late.CancelAfter(TimeMax);
        try
        {
            await http.Response.CompleteAsync();
            if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            {
                limit.MaxRequestBodySize = BytesMax;
            }

            var buffer = new byte[16 << 10];
            for (var read = 1L; read > 0 && !late.IsCancellationRequested;)
            {
                read = await http.Request.Body.ReadAsync(buffer, late.Token);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The caller has gone, sends too much, or takes too long.
        }
    }
}
