using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Enlarger.Imaging;

namespace Enlarger.Server.Decoding;

/// <summary>The decoding process could not be started, or has ended.</summary>
internal sealed class DecoderLostException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// A process of this program that decodes one picture after the other, see <see cref="DecodingProgram"/>. It can be
/// made to stand still, and killed, at any moment.
/// </summary>
/// <remarks>
/// One thread starts it and talks to it: the kernel ends the process together with the thread that started it.
/// </remarks>
internal sealed partial class DecoderProcess : IDisposable
{
    private const int SigContinue = 18;
    private const int SigStop = 19;

    private readonly BlockingCollection<Work> _work = new(boundedCapacity: 1);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private Process? _process;
    private bool _isKilled;

    private DecoderProcess()
    {
    }

    /// <summary>What the process has computed in its life.</summary>
    public TimeSpan CpuTime => Ask(process => process.TotalProcessorTime);

    /// <summary>The memory that it holds.</summary>
    public long MemoryBytes => Ask(process =>
    {
        process.Refresh();
        return process.WorkingSet64;
    });

    /// <exception cref="DecoderLostException">It cannot be started.</exception>
    public static async Task<DecoderProcess> StartAsync()
    {
        var decoder = new DecoderProcess();
        new Thread(decoder.Serve) { IsBackground = true, Name = "Enlarger decoder" }.Start();
        await decoder._started.Task;
        return decoder;
    }

    /// <summary>Decodes a file; one at a time.</summary>
    /// <exception cref="ImageException">The picture was refused.</exception>
    /// <exception cref="DecoderLostException">The process ended, or was killed. It is of no more use.</exception>
    public Task<ReadImage> DecodeAsync(ReadOnlyMemory<byte> file)
    {
        var work = new Work(file);
        _work.Add(work);
        return work.Picture.Task;
    }

    /// <summary>Stands still until it is resumed, where the system can do that without a risk.</summary>
    public void Pause() => Signal(SigStop);

    public void Resume() => Signal(SigContinue);

    public void Kill()
    {
        lock (_lock)
        {
            _isKilled = true;
            Ask(process =>
            {
                process.Kill();
                return true;
            });
        }
    }

    /// <summary>Lets the process end; what it decodes is lost.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        Kill();
    }

    private void Serve()
    {
        try
        {
            var process = Start();
            using var input = process.StandardInput.BaseStream;
            using var output = process.StandardOutput.BaseStream;
            if (output.ReadByte() != DecodingProgram.Ready)
            {
                throw new DecoderLostException("The decoding process ended before it was ready.");
            }

            _started.SetResult();
            foreach (var work in _work.GetConsumingEnumerable())
            {
                Exchange(work, input, output);
            }
        }
#pragma warning disable CA1031 // Whoever waits for this process is told, and decodes otherwise.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _started.TrySetException(error as DecoderLostException
                ?? new DecoderLostException("The decoding process could not be started.", error));
        }
        finally
        {
            End();
        }
    }

    private static void Exchange(Work work, Stream input, Stream output)
    {
        try
        {
            DecodeReply.WriteLength(input, work.File.Length);
            input.Write(work.File.Span);
            input.Flush();
            work.Picture.SetResult(DecodeReply.ReadPicture(output));
        }
        catch (ImageException refusal)
        {
            work.Picture.SetException(refusal);
        }
#pragma warning disable CA1031 // Killed, crashed, or out of its mind: in any case it is not used again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            work.Picture.SetException(new DecoderLostException("The decoding process ended.", error));
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(Program.File)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var argument in Program.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.ArgumentList.Add(DecodingProgram.Argument);
        start.ArgumentList.Add(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        // Nothing listens for a debugger, and nobody maps a file to hold code.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        // Pictures of more than 100 MB would otherwise pass through a temporary file, which the process may not write.
        start.Environment["VIPS_DISC_THRESHOLD"] = "64g";
        lock (_lock)
        {
            _process = Process.Start(start)
                ?? throw new DecoderLostException("The decoding process could not be started.");
            return _isKilled ? throw new DecoderLostException("The decoding process is not needed.") : _process;
        }
    }

    private void End()
    {
        lock (_lock)
        {
            Kill();
            _process?.Dispose();
            _process = null;
        }

        _work.CompleteAdding();
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work.Picture.TrySetException(new DecoderLostException("The decoding process ended."));
        }
    }

    // Elsewhere a process that stands still would stay when the server is killed.
    private void Signal(int signal)
    {
        if (OperatingSystem.IsLinux())
        {
            Ask(process => process.HasExited ? -1 : SendSignal(process.Id, signal));
        }
    }

    // Nothing of a process that has not started or has just ended.
    private T? Ask<T>(Func<Process, T> ask)
    {
        lock (_lock)
        {
            try
            {
                return _process is { } process ? ask(process) : default;
            }
            catch (Exception error) when (error is InvalidOperationException or Win32Exception)
            {
                return default;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    private sealed record Work(ReadOnlyMemory<byte> File)
    {
        public TaskCompletionSource<ReadImage> Picture { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>How this program is started once more, however it was installed.</summary>
    private static class Program
    {
        private static readonly string Name = typeof(Program).Assembly.GetName().Name!;
        private static readonly string Beside =
            Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? $"{Name}.exe" : Name);

        private static readonly string Library = Path.Combine(AppContext.BaseDirectory, $"{Name}.dll");

        // Beside its libraries; or by the runtime, where there are only those; or it is one file that holds all.
        public static string File { get; } =
            System.IO.File.Exists(Beside) ? Beside
            : System.IO.File.Exists(Library) ? Runtime()
            : Environment.ProcessPath ?? Name;

        public static IReadOnlyList<string> Arguments { get; } =
            !System.IO.File.Exists(Beside) && System.IO.File.Exists(Library) ? ["exec", Library] : [];

        // DOTNET/shared/Microsoft.NETCore.App/VERSION/ lies below the folder of the program "dotnet".
        private static string Runtime() => Path.GetFullPath(
            Path.Combine(
                RuntimeEnvironment.GetRuntimeDirectory(),
                "..",
                "..",
                "..",
                OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
    }
}
