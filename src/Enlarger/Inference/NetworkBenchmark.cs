using System.Diagnostics;
using Enlarger.Imaging;
using Enlarger.Models;

namespace Enlarger.Inference;

/// <summary>Measures how fast a network runs.</summary>
public static class NetworkBenchmark
{
    /// <summary>
    /// Enlarges a picture of noise once, in memory, in strips and rows as <see cref="ImageEnlarger"/> does. Nothing is
    /// decoded, encoded or checked.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="threads">Worker threads, 1 or more.</param>
    /// <param name="cancel">Stops within the time of a band of rows.</param>
    /// <returns>Wall time. The first run of a network is slower than those that follow.</returns>
    /// <exception cref="ModelException">The network cannot enlarge such a picture.</exception>
    public static TimeSpan Run(
        Network network, int width, int height, int threads, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        var noise = Noise(width * network.Channels);

        var started = Stopwatch.GetTimestamp();
        var options = new TilingOptions { Threads = threads };
        using var rows = new NetworkRows(
            network, new PixelSize(width, height), network.Channels, ReadSource, options, cancel);
        var row = new float[rows.To.Width * network.Channels];
        for (var y = 0; y < rows.To.Height; y++)
        {
            rows.ReadRow(y, row);
        }

        return Stopwatch.GetElapsedTime(started);

        // Each row begins elsewhere in the noise, which is as good as a picture of it and fits any size.
        void ReadSource(int y, Span<float> samples)
        {
            var start = (int)(y * 7919L % noise.Length);
            noise.AsSpan(start).CopyTo(samples);
            noise.AsSpan(0, start).CopyTo(samples[(noise.Length - start)..]);
        }
    }

    private static float[] Noise(int length)
    {
        var random = new Random(1);
        var noise = new float[length];
        for (var i = 0; i < length; i++)
        {
            noise[i] = random.NextSingle();
        }

        return noise;
    }
}
