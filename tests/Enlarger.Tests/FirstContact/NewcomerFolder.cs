using System.Diagnostics;
using System.Text.RegularExpressions;
using Enlarger.Imaging;

namespace Enlarger.Tests.FirstContact;

/// <summary>
/// A folder as a newcomer has it: the launcher, the samples, and whatever pictures a documented line names. Its data
/// folder is its own; nothing else is set.
/// </summary>
internal sealed partial class NewcomerFolder : IDisposable
{
    private const string Sample = "samples/kitten-on-lawn.jpg";

    // A picture called old is a damaged one, or there would be nothing to restore.
    private const int QualityOfOld = 15;

    // The launcher builds if anything has changed: once for a run of the tests.
    private static readonly Lazy<Task> Built = new(BuildAsync);

    private readonly TemporaryFolder _folder = new();

    private NewcomerFolder()
    {
        File.CreateSymbolicLink(_folder["enlarger"], Launcher);
        Directory.CreateDirectory(_folder["samples"]);
        foreach (var sample in Directory.EnumerateFiles(Repository.Path("samples"), "*.jpg")
            .Where(path => !path.Contains('@', StringComparison.Ordinal)))
        {
            File.Copy(sample, _folder["samples/" + Path.GetFileName(sample)]);
        }
    }

    public static string Launcher => Repository.Path("enlarger");

    public string this[string path] => _folder[path];

    public string Data => _folder["data"];

    public static async Task<NewcomerFolder> MakeAsync()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("PATH")!.Split(':')
                .Any(path => File.Exists(Path.Combine(path, "curl"))),
            "Needs bash, grep and curl.");
        await Built.Value;
        return new NewcomerFolder();
    }

    /// <summary>Makes the pictures that a line reads and that are not there.</summary>
    public async Task PrepareAsync(IEnumerable<string> names)
    {
        foreach (var name in names.Where(name => !Path.Exists(_folder[name])))
        {
            var extension = Path.GetExtension(name);
            if (extension == ".onnx")
            {
                Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
                File.Copy(Repository.Path("models/photo-fast_x4.onnx"), _folder[name]);
            }
            else if (ImageFormats.Find(extension.TrimStart('.')) is { } format)
            {
                await SaveAsync(name, format);
            }
            else
            {
                await SaveAsync($"{name}/one.jpg", ImageFormat.Jpeg);
                await SaveAsync($"{name}/more/two.png", ImageFormat.Png);
            }
        }
    }

    /// <summary>Runs commands in bash, as a terminal in this folder would, and returns what they print.</summary>
    public async Task<(int ExitCode, string Out, string Error)> RunAsync(string commands, string key = "")
    {
        var start = Shell(commands);
        start.WorkingDirectory = _folder.Root;
        start.Environment["ENLARGER_DATA"] = Data;
        start.Environment["KEY"] = key;
        start.Environment["PATH"] = $"{_folder.Root}:{start.Environment["PATH"]}";
        return await RunAsync(start);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task BuildAsync()
    {
        var (exitCode, _, error) = await RunAsync(Shell($"'{Launcher}' --version"));
        Assert.True(exitCode == 0, error);
    }

    private static ProcessStartInfo Shell(string commands) => new("bash")
    {
        ArgumentList = { "-c", "set -e -o pipefail\n" + commands },
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    private static async Task<(int ExitCode, string Out, string Error)> RunAsync(ProcessStartInfo start)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var shell = Process.Start(start)!;
        var output = shell.StandardOutput.ReadToEndAsync(cancel);
        var error = await shell.StandardError.ReadToEndAsync(cancel);
        await shell.WaitForExitAsync(cancel);
        return (shell.ExitCode, await output, error);
    }

    private async Task SaveAsync(string name, ImageFormat format)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        await using var sample = File.OpenRead(Repository.Path(Sample));
        await using var file = File.Create(_folder[name]);
        await new ImageEnlarger().EnlargeAsync(sample, file, new EnlargeOptions
        {
            Scale = 1,
            Model = "bicubic",
            Format = format,
            Quality = Old().IsMatch(name) && format.HasQuality() ? QualityOfOld : null,
        });
    }

    [GeneratedRegex(@"\bold\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Old();
}
