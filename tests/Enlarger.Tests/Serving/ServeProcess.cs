using System.Diagnostics;
using System.Text;

namespace Enlarger.Tests.Serving;

/// <summary><c>enlarger serve</c> as a process of its own, on a port of its own.</summary>
internal sealed class ServeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _error = new();
    private readonly List<(string Text, TaskCompletionSource Said)> _awaited = [];
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<string?> _key;

    private ServeProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.BeginErrorReadLine();
        _key = _process.StandardOutput.ReadLineAsync();
    }

    public int Id => _process.Id;

    /// <summary>What it has said so far, or said.</summary>
    public string Error
    {
        get
        {
            lock (_error)
            {
                return _error.ToString();
            }
        }
    }

    /// <summary>Starts a server on a data folder. It need not come up: see <see cref="AddressAsync"/>.</summary>
    public static ServeProcess Start(string dataFolder, params string[] arguments) =>
        Start(dataFolder, new Dictionary<string, string>(StringComparer.Ordinal), arguments);

    /// <summary>The same with variables of the environment.</summary>
    public static ServeProcess Start(
        string dataFolder, IReadOnlyDictionary<string, string> variables, params string[] arguments) =>
        Start(Path.Combine(AppContext.BaseDirectory, "Enlarger.Server"), dataFolder, variables, arguments);

    /// <summary>The same with another build of the program, such as the published one.</summary>
    public static ServeProcess StartProgram(string program, string dataFolder, params string[] arguments) =>
        Start(program, dataFolder, new Dictionary<string, string>(StringComparer.Ordinal), arguments);

    private static ServeProcess Start(
        string program, string dataFolder, IReadOnlyDictionary<string, string> variables, string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            ArgumentList = { "serve", "--data", dataFolder },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return new ServeProcess(start);
    }

    /// <summary>Where it listens, once it does.</summary>
    public async Task<Uri> AddressAsync(CancellationToken cancel)
    {
        var ended = _process.WaitForExitAsync(cancel);
        Assert.True(await Task.WhenAny(_address.Task, ended) == _address.Task, $"It ended: {Error}");
        return await _address.Task;
    }

    /// <summary>Waits for a text within a line of its standard error; an end without it fails the test.</summary>
    public async Task SaidAsync(string text, CancellationToken cancel)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_error)
        {
            if (_error.ToString().Contains(text, StringComparison.Ordinal))
            {
                return;
            }

            _awaited.Add((text, said));
        }

        // It ends after all lines have been heard.
        var ended = _process.WaitForExitAsync(cancel);
        await Task.WhenAny(said.Task, ended);
        Assert.True(said.Task.IsCompleted, $"It ended without \"{text}\": {Error}");
    }

    /// <summary>The key that it made, as the first on its data folder does.</summary>
    public async Task<string> KeyAsync(CancellationToken cancel) =>
        await _key.WaitAsync(cancel) ?? throw new InvalidOperationException($"It made no key: {Error}");

    /// <summary>Sends a signal such as <c>TERM</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end. The first line of its standard output is the key, where it made one.</summary>
    public async Task<(int ExitCode, string[] Out)> EndAsync(CancellationToken cancel)
    {
        await _process.WaitForExitAsync(cancel);
        // A stream has one reader at a time: the first line is waited for before the rest is asked for.
        var key = await _key;
        var rest = await _process.StandardOutput.ReadToEndAsync(cancel);
        return (_process.ExitCode, key is null ? [] : [key, .. rest.Split('\n')[..^1]]);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Hear(string? line)
    {
        const string Mark = " listens on ";
        if (line is null)
        {
            return;
        }

        lock (_error)
        {
            _error.Append(line).Append('\n');
            foreach (var (text, said) in _awaited)
            {
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    said.TrySetResult();
                }
            }
        }

        var at = line.IndexOf(Mark, StringComparison.Ordinal);
        if (at >= 0)
        {
            _address.TrySetResult(new Uri(line[(at + Mark.Length)..].Split(' ')[0]));
        }
    }
}
