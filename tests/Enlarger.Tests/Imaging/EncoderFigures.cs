using System.Diagnostics;
using System.Globalization;
using System.Text;
using Enlarger.Imaging;
using Enlarger.Imaging.Vips;
using Enlarger.Tests.Enlarging;

namespace Enlarger.Tests.Imaging;

/// <summary>
/// Time against size for the settings of the encoders, on the samples enlarged four times: the command behind a table
/// of docs/performance.md, which it writes. Runs only when it is asked for, with <c>-explicit only</c>.
/// </summary>
public sealed class EncoderFigures
{
    private const int Repeats = 3;

    // VipsForeignPngFilter.
    private const int None = 0x08;
    private const int Sub = 0x10;
    private const int Up = 0x20;
    private const int Average = 0x40;
    private const int Paeth = 0x80;
    private const int All = None | Sub | Up | Average | Paeth;

    private static readonly Setting[] Settings =
    [
        new("JPEG, optimised tables", "jpegsave_target", ("Q", 90), ("optimize-coding", 1)),
        new("JPEG, standard tables", "jpegsave_target", ("Q", 90), ("optimize-coding", 0)),
        .. Png(6, ("none", None), ("sub", Sub), ("up", Up), ("Paeth", Paeth), ("chosen for each row", All)),
        .. Png(4, ("up", Up)),
        .. Png(3, ("sub", Sub), ("up", Up), ("Paeth", Paeth)),
        .. Png(2, ("sub", Sub), ("up", Up), ("Paeth", Paeth)),
        .. Png(1, ("sub", Sub), ("up", Up), ("Paeth", Paeth)),
        .. from effort in Enumerable.Range(0, 7)
           select new Setting($"WebP, effort {effort}", "webpsave_target", ("Q", 90), ("effort", effort)),
    ];

    [Fact(Explicit = true)]
    public async Task Are_written_down()
    {
        var pictures = new List<PixelImage>();
        foreach (var path in Directory.EnumerateFiles(Repository.Path("samples"), "*.jpg").Order())
        {
            await using var file = File.OpenRead(path);
            var options = new EnlargeOptions { Scale = 4, Model = "photo" };
            pictures.Add((await Enlargement.Of(Enlargement.Read(file), options)).Image);
        }

        var megapixels = pictures.Sum(picture => (double)picture.Width * picture.Height) / 1e6;
        var table = new StringBuilder("| setting | ms a megapixel | KiB a megapixel | PSNR, dB |\n|---|---|---|---|\n");
        foreach (var setting in Settings)
        {
            var measured = pictures.ConvertAll(picture => Measure(picture, setting));
            table.Append(CultureInfo.InvariantCulture, $"| {setting.Name} |")
                .Append(CultureInfo.InvariantCulture, $" {measured.Sum(one => one.Milliseconds) / megapixels:F1} |")
                .Append(CultureInfo.InvariantCulture, $" {measured.Sum(one => one.Bytes) / 1024.0 / megapixels:F0} |")
                .Append(CultureInfo.InvariantCulture, $" {measured.Average(one => one.Decibels):F2} |\n");
        }

        Write(table.ToString().Replace("| Infinity |", "| lossless |", StringComparison.Ordinal));
    }

    private static IEnumerable<Setting> Png(int level, params (string Name, int Flag)[] filters) =>
        from filter in filters
        select new Setting(
            $"PNG, level {level}, filter {filter.Name}",
            "pngsave_target",
            ("compression", level),
            ("filter", filter.Flag));

    private static Measured Measure(PixelImage picture, Setting setting)
    {
        var times = new List<double>();
        using var file = new MemoryStream();
        for (var i = 0; i < Repeats; i++)
        {
            file.SetLength(0);
            var started = Stopwatch.GetTimestamp();
            Encode(picture, setting, file);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        file.Position = 0;
        var decibels = Pictures.Psnr(picture, Enlargement.Read(file));
        return new Measured(times.Order().ElementAt(Repeats / 2), file.Length, decibels);
    }

    // As the program does, row by row, but for the settings.
    private static void Encode(PixelImage picture, Setting setting, Stream file)
    {
        VipsLibrary.Start();
        var callbacks = new VipsCallbacks(TestContext.Current.CancellationToken);
        using var rows = new VipsRows(
            picture.Layout, (y, row) => picture.Row(y).CopyTo(row), new PixelDensity(1, 1), callbacks);
        using var target = new VipsTarget(file, callbacks);
        using var saver = new VipsOperation(setting.Operation);
        foreach (var (name, value) in setting.Arguments)
        {
            if (name == "optimize-coding")
            {
                saver.Set(name, value == 1);
            }
            else
            {
                saver.Set(name, value);
            }
        }

        saver.Set("in", rows.Image).Set("target", target).Run();
    }

    private static void Write(string table)
    {
        const string Start = "<!-- EncoderFigures -->\n";
        const string End = "<!-- end of EncoderFigures -->";
        var path = Repository.Path("docs/performance.md");
        var document = File.ReadAllText(path);
        var from = document.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        var to = document.IndexOf(End, StringComparison.Ordinal);
        File.WriteAllText(path, document[..from] + table + document[to..]);
    }

    private sealed record Setting(string Name, string Operation, params (string Name, int Value)[] Arguments);

    private sealed record Measured(double Milliseconds, long Bytes, double Decibels);
}
