using System.Collections.Concurrent;
using Enlarger.Server;
using Enlarger.Server.Inputs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Enlarger.Tests.Inputs;

/// <summary>Fetches as the server does, in a network of the test's.</summary>
internal static class Fetching
{
    public const long BytesMax = 100_000;

    public static async Task<byte[]> FetchAsync(
        string address,
        OutboundSockets? network = null,
        InputSettings? settings = null,
        ILogger<ImageDownloader>? log = null,
        long bytesMax = BytesMax)
    {
        using var fetcher = new ImageDownloader(
            Options.Create(settings ?? new InputSettings()),
            network ?? new OutboundSockets(),
            TimeProvider.System,
            log ?? new LogBook<ImageDownloader>());
        return (await fetcher.FetchAsync(address, bytesMax, TestContext.Current.CancellationToken)).ToArray();
    }

    public static Task<byte[]> FetchPrivateAsync(Uri address, int seconds = 30) =>
        FetchAsync(
            address.ToString(), settings: new InputSettings { AllowPrivateUrls = true, FetchSecondsMax = seconds });

    public static async Task<FaultException> RefusedAsync(Fault fault, Task<byte[]> fetch)
    {
        var refusal = await Assert.ThrowsAsync<FaultException>(() => fetch);
        Assert.Equal((fault, refusal.Message), (refusal.Fault, refusal.Message));
        return refusal;
    }
}

/// <summary>What was logged, as it would be printed.</summary>
internal sealed class LogBook<T> : ILogger<T>
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) => Lines.Enqueue($"{formatter(state, exception)} {exception}");
}
