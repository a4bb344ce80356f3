using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Enlarger.Inference;
using Enlarger.Models;

namespace Enlarger.Server.Commands;

/// <summary><c>enlarger bench</c>: how fast a network runs on this machine.</summary>
internal sealed class BenchCommand : Command
{
    public const string CommandPath = "enlarger bench";

    public const string Examples = """
        Examples:
          enlarger bench                                       the default model, on all cores
          enlarger bench -m photo -s 2 --size 1920x1080 --json
          enlarger bench --interactive                         for programs: a measurement for each line

        The time is the median of the repeats, after a warm-up run: the network alone, in memory. Gflops count two
        operations for each multiplication of a direct convolution, also where the engine needs fewer. Megapixels are
        those of the result. With --interactive, each line on standard input such as
        {"model":"photo","width":256,"height":256,"threads":2} is measured once and answered with a line of JSON.
        """;

    private const int RepeatsMax = 1000;

    // Picture and result are whole in memory, as they are for other engines: 16 times this as floats is 3 GiB.
    private const long PixelsMax = 1 << 24;

    private static readonly (int Width, int Height) DefaultSize = (480, 320);

    private readonly Option<string> _model = SharedOptions.Model("photo");
    private readonly Option<(int Width, int Height)?> _size = SharedOptions.Size(
        $"The size of the picture that is enlarged. [default: {DefaultSize.Width}x{DefaultSize.Height}]");

    private readonly Option<int?> _scale = SharedOptions.Ranged(
        "--scale", "-s", "Which of the model's networks; 4 or its largest without it.", 1, 16);

    private readonly Option<int?> _threads = SharedOptions.Threads();

    private readonly Option<int?> _repeat = SharedOptions.Ranged(
        "--repeat", null, "Runs that are counted; 5 without it.", 1, RepeatsMax);

    private readonly Option<bool> _json = new("--json") { Description = "Print the figures as a line of JSON." };

    private readonly Option<bool> _interactive = new("--interactive")
    {
        Description = "Read what to measure from standard input, and keep the networks loaded.",
    };

    private readonly ConsoleStreams _streams;
    private readonly ModelStore _models;

    // Kept, as ONNX Runtime keeps its own: the system takes as long to hand out fresh memory as a small network runs.
    private float[] _result = [];

    public BenchCommand(ConsoleStreams streams, ModelStore models)
        : base("bench", "Measure how fast a network runs on this machine.")
    {
        _streams = streams;
        _models = models;
        _model.CompletionSources.Add(_ => ModelsCommand.Names(models));
        foreach (var option in (Option[])[_model, _size, _scale, _threads, _repeat, _json, _interactive])
        {
            Options.Add(option);
        }

        SetAction((result, cancel) => result.GetValue(_interactive)
            ? AnswerAsync(cancel)
            : Task.FromResult(Measure(result, cancel)));
    }

    private int Measure(ParseResult result, CancellationToken cancel)
    {
        var model = ModelsCommand.Get(_models, result.GetRequiredValue(_model), CommandPath);
        var (width, height) = result.GetValue(_size) ?? DefaultSize;
        var threads = result.GetValue(_threads) ?? Environment.ProcessorCount;
        var request = new BenchRequest(model.Name, width, height, threads, result.GetValue(_scale));
        try
        {
            Run(request, cancel);
            var runs = Enumerable.Range(0, result.GetValue(_repeat) ?? 5).Select(_ => Run(request, cancel)).ToList();
            var report = runs.OrderBy(run => run.Milliseconds).ElementAt(runs.Count / 2);
            _streams.Out.WriteLine(result.GetValue(_json) ? CommandJson.Line(report) : report.ToLine());
            return CommandLine.Done;
        }
        catch (ModelException error)
        {
            throw new UsageException(error.Message, CommandPath);
        }
    }

    private async Task<int> AnswerAsync(CancellationToken cancel)
    {
        using var reader = new StreamReader(_streams.Input);
        while (await reader.ReadLineAsync(cancel).AsTask().WaitAsync(cancel) is { } line)
        {
            await _streams.Out.WriteLineAsync(Answer(line, cancel));
            await _streams.Out.FlushAsync(cancel);
        }

        return CommandLine.Done;
    }

    // A line that cannot be answered is answered so, and the next one may be better.
    private string Answer(string line, CancellationToken cancel)
    {
        try
        {
            return CommandJson.Line(Run(CommandJson.Parse<BenchRequest>(line), cancel));
        }
        catch (JsonException)
        {
            return CommandJson.Line(new BenchError("The line is no request in JSON: model, width, height, threads."));
        }
        catch (ModelException error)
        {
            return CommandJson.Line(new BenchError(error.Message));
        }
    }

    private BenchReport Run(BenchRequest request, CancellationToken cancel)
    {
        if (request is { Width: < 1 } or { Height: < 1 } or { Threads: < 1 or > SharedOptions.ThreadsMax })
        {
            throw new JsonException();
        }

        if ((long)request.Width * request.Height > PixelsMax)
        {
            throw new ModelException($"A picture of {request.Width}x{request.Height} is too large to measure with.");
        }

        var model = _models.Get(request.Model);
        if (model.Scales.Count == 0)
        {
            throw new ModelException($"The model \"{model.Name}\" has no network that could be measured.");
        }

        var network = model.Network(request.Scale ?? (model.Scales.Contains(4) ? 4 : model.Scales[^1]));
        var picture = Noise(request.Width * request.Height * 3);
        var length = checked(picture.Length * network.Scale * network.Scale);
        if (_result.Length < length)
        {
            _result = new float[length];
        }

        var result = _result.AsSpan(0, length);
        var started = Stopwatch.GetTimestamp();
        network.Enlarge(picture, request.Height, request.Width, result, request.Threads, cancel);
        var time = Stopwatch.GetElapsedTime(started);
        var pixels = (double)request.Width * request.Height;
        return new BenchReport(
            model.Name,
            network.Scale,
            request.Width,
            request.Height,
            request.Threads,
            Math.Round(time.TotalMilliseconds, 3),
            Math.Round(2 * network.MultipliesPerInputPixel * pixels / time.TotalSeconds / 1e9, 2),
            Math.Round(pixels * network.Scale * network.Scale / time.TotalSeconds / 1e6, 3));
    }

    private static float[] Noise(int length)
    {
        var random = new Random(1);
        var noise = new float[length];
        foreach (ref var sample in noise.AsSpan())
        {
            sample = random.NextSingle();
        }

        return noise;
    }
}

/// <summary>What to measure.</summary>
internal sealed record BenchRequest(string Model, int Width, int Height, int Threads, int? Scale = null);

/// <summary>Why it cannot be measured.</summary>
internal sealed record BenchError(string Error);

/// <summary>How fast a network was.</summary>
internal sealed record BenchReport(
    string Model,
    int Scale,
    int Width,
    int Height,
    int Threads,
    double Milliseconds,
    double Gflops,
    double MegapixelsPerSecond)
{
    public string ToLine() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Model} {Scale}x on {Width}x{Height}, {Threads} threads: {Milliseconds:F1} ms, {Gflops:F1} gflops, "
        + $"{MegapixelsPerSecond:F2} megapixels a second");
}
