using Enlarger.Imaging;

namespace Enlarger.Server.Decoding;

/// <summary>
/// Decodes pictures in processes of their own, which are kept warm. A decoder that does not end is killed with its
/// process, and one that is taken over by a file finds nothing there. Where no process can be started, pictures are
/// decoded in this one.
/// </summary>
internal sealed partial class PictureDecoder(ILogger<PictureDecoder> log) : IHostedService, IDisposable
{
    // A new process has some 60 MiB, and one that holds more than this is not kept: starting takes a tenth of a second.
    private const long KeptBytesMax = 256 << 20;

    // How long a key may have to wait for one that decodes, and how exactly its time is counted.
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(40);

    private readonly Stack<DecoderProcess> _idle = new();
    private readonly HashSet<DecoderProcess> _all = [];
    private readonly Lock _lock = new();
    private bool _isDisposed;

    /// <summary>Starts a first process, so that no request waits for it.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            Return(await StartOneAsync());
        }
        catch (DecoderLostException error)
        {
            LogInProcess(error);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Reads a picture.</summary>
    /// <param name="file">Its file.</param>
    /// <param name="cpuTimeMax">How long it may compute.</param>
    /// <param name="spend">
    /// Told again and again what it has computed since the last time. Decoding stands still until the task has ended.
    /// </param>
    /// <param name="cancel">Ends it at once.</param>
    /// <exception cref="ImageException">The picture was refused, or took too long.</exception>
    public async Task<ReadImage> ReadAsync(
        ReadOnlyMemory<byte> file, TimeSpan cpuTimeMax, Func<TimeSpan, Task> spend, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (Take() is { } idle)
        {
            try
            {
                return await ReadAsync(idle, file, cpuTimeMax, spend, cancel);
            }
            catch (DecoderLostException)
            {
                // It may have been ended before, by whoever frees memory.
                cancel.ThrowIfCancellationRequested();
            }
        }

        DecoderProcess decoder;
        try
        {
            decoder = await StartOneAsync();
        }
        catch (DecoderLostException error)
        {
            LogInProcess(error);
            return await Task.Run(() => ImageReader.Read(file, ImageLimits.Default, cancel), cancel);
        }

        try
        {
            return await ReadAsync(decoder, file, cpuTimeMax, spend, cancel);
        }
        catch (DecoderLostException error)
        {
            cancel.ThrowIfCancellationRequested();
            LogLost();
            var format = ImageReader.Identify(file.Span).DisplayName();
            throw new ImageException(ImageFault.Damaged, $"The {format} file is damaged or cut off.", error);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            foreach (var decoder in _all)
            {
                decoder.Dispose();
            }
        }
    }

    private async Task<ReadImage> ReadAsync(
        DecoderProcess decoder,
        ReadOnlyMemory<byte> file,
        TimeSpan cpuTimeMax,
        Func<TimeSpan, Task> spend,
        CancellationToken cancel)
    {
        var isKept = false;
        try
        {
            using var stop = cancel.Register(decoder.Kill);
            var began = decoder.CpuTime;
            var spent = TimeSpan.Zero;
            var reading = decoder.DecodeAsync(file);
            while (await Task.WhenAny(reading, Task.Delay(Period, cancel)) != reading)
            {
                cancel.ThrowIfCancellationRequested();
                var now = decoder.CpuTime - began;
                if (now > cpuTimeMax)
                {
                    throw new ImageException(
                        ImageFault.TooComplex,
                        $"The image takes more than {cpuTimeMax.TotalSeconds:0} seconds to be read.");
                }

                await StandAside(decoder, spend(now - spent));
                spent = now;
            }

            isKept = reading.Exception?.InnerException is not DecoderLostException
                && decoder.MemoryBytes <= KeptBytesMax;
            return await reading;
        }
        finally
        {
            if (isKept && !cancel.IsCancellationRequested)
            {
                Return(decoder);
            }
            else
            {
                Drop(decoder);
            }
        }
    }

    private static async Task StandAside(DecoderProcess decoder, Task turn)
    {
        if (turn.IsCompleted)
        {
            return;
        }

        decoder.Pause();
        try
        {
            await turn;
        }
        finally
        {
            decoder.Resume();
        }
    }

    private DecoderProcess? Take()
    {
        lock (_lock)
        {
            return _idle.TryPop(out var decoder) ? decoder : null;
        }
    }

    private async Task<DecoderProcess> StartOneAsync()
    {
        var decoder = await DecoderProcess.StartAsync();
        lock (_lock)
        {
            _all.Add(decoder);
            if (_isDisposed)
            {
                decoder.Dispose();
            }
        }

        return decoder;
    }

    private void Return(DecoderProcess decoder)
    {
        lock (_lock)
        {
            if (_idle.Count < Environment.ProcessorCount && !_isDisposed)
            {
                _idle.Push(decoder);
                return;
            }
        }

        Drop(decoder);
    }

    private void Drop(DecoderProcess decoder)
    {
        lock (_lock)
        {
            _all.Remove(decoder);
        }

        decoder.Dispose();
    }

    [LoggerMessage(LogLevel.Warning, "No decoding process could be started; pictures are decoded in the server")]
    private partial void LogInProcess(Exception error);

    [LoggerMessage(LogLevel.Warning, "A decoding process ended while it read a picture, which was refused")]
    private partial void LogLost();
}
