using System.Diagnostics;
using Enlarger.Choosing;
using Enlarger.Enlarging;
using Enlarger.Imaging;
using Enlarger.Inference;
using Enlarger.Inference.Tiling;
using Enlarger.Models;

namespace Enlarger;

/// <summary>Enlarges pictures. One instance serves any number of pictures, also at the same time.</summary>
/// <param name="models">Where the networks come from.</param>
public sealed class ImageEnlarger(ModelStore models)
{
    /// <summary>An enlarger with the models of this library.</summary>
    public ImageEnlarger()
        : this(new ModelStore())
    {
    }

    /// <summary>
    /// Lets a network enlarge next to nothing, so that code is compiled which the first picture would wait for.
    /// </summary>
    /// <remarks>Optional. Call it as soon as it is known that a picture will come, and await nothing.</remarks>
    /// <returns>The work, on the thread pool.</returns>
    public Task PrepareAsync() => Task.Run(() =>
    {
        // As many pixels as the narrowest picture is extended to.
        const int Side = 16;
        var model = models.Get(ModelStore.Photo);
        model.Network(model.Scales[^1]).Enlarge(new float[Side * Side * 3], Side, Side, threads: 1);
    });

    /// <summary>Reads a picture, enlarges it and writes the result.</summary>
    /// <remarks>
    /// The work is done on the thread pool, and on a thread or two of its own. The same picture, options and version
    /// give the same bytes, whatever the number of threads. Working memory beyond the picture itself does not grow
    /// with its height, but for what encoders of WebP, AVIF and GIF hold, and six bytes a pixel of a picture whose
    /// alpha varies.
    /// </remarks>
    /// <param name="source">The file to read, from its current position to its end.</param>
    /// <param name="target">
    /// Where the result goes. After an exception, throw away what it received. Where it can seek, and the network that
    /// <see cref="ModelStore.Auto"/> chose fails the fidelity check, it is cut back to where it began, and a kernel
    /// without a network takes over.
    /// </param>
    /// <param name="options">Scale or size, model, format.</param>
    /// <param name="progress">Told the finished part, 0 to 1, every few rows.</param>
    /// <param name="cancel">Stops within the time of a band of rows.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentException">The options are out of their ranges.</exception>
    /// <exception cref="ImageException">The picture was refused, or its result failed the fidelity check.</exception>
    /// <exception cref="ModelException">The model is unknown, or cannot do this.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    public Task<EnlargeResult> EnlargeAsync(
        Stream source,
        Stream target,
        EnlargeOptions options,
        IProgress<double>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        return RunAsync(() => ImageReader.Read(source, options.Limits, cancel), target, options, progress, cancel);
    }

    /// <summary>Enlarges a picture that was read before and writes the result.</summary>
    /// <param name="picture">The picture; the limits of the options are not applied to it.</param>
    /// <param name="target">Where the result goes. After an exception, throw away what it received.</param>
    /// <param name="options">Scale or size, model, format.</param>
    /// <param name="progress">Told the finished part, 0 to 1, every few rows.</param>
    /// <param name="cancel">Stops within the time of a band of rows.</param>
    /// <inheritdoc cref="EnlargeAsync(Stream, Stream, EnlargeOptions, IProgress{double}?, CancellationToken)"/>
    public Task<EnlargeResult> EnlargeAsync(
        ReadImage picture,
        Stream target,
        EnlargeOptions options,
        IProgress<double>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return RunAsync(() => picture, target, options, progress, cancel);
    }

    private Task<EnlargeResult> RunAsync(
        Func<ReadImage> read,
        Stream target,
        EnlargeOptions options,
        IProgress<double>? progress,
        CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads, nameof(options));
        options.Check();
        return Task.Run(
            () =>
            {
                try
                {
                    return Enlarge(read, target, options, progress, cancel);
                }
                catch (OperationCanceledException) when (cancel.IsCancellationRequested)
                {
                    // Threads inside stop by a token of their own; the caller knows only this one.
                    throw new OperationCanceledException(cancel);
                }
            },
            cancel);
    }

    private EnlargeResult Enlarge(
        Func<ReadImage> readPicture,
        Stream target,
        EnlargeOptions options,
        IProgress<double>? progress,
        CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var asked = models.Get(options.Model);
        var read = readPicture();
        var start = target.CanSeek ? target.Position : 0;
        var choice = ModelChoice.For(read.Image, asked, options, models);
        var decoded = clock.Elapsed;

        var format = options.Format ?? read.Format;
        try
        {
            return Enlarge(read, choice, options, format, target, progress, (clock, decoded), cancel);
        }
        catch (ImageException refusal) when (refusal.Fault == ImageFault.ResultWrong
            && asked.Name == ModelStore.Auto && target.CanSeek)
        {
            // What auto chose cannot do this picture, and a kernel can do any.
            target.SetLength(start);
            target.Position = start;
            var kernel = choice with { Model = models.Get(ModelStore.Fallback), Restoration = null };
            var result = Enlarge(read, kernel, options, format, target, progress, (clock, decoded), cancel);
            return result with { Notes = [.. result.Notes, FellBack(choice.Model, kernel.Model)] };
        }
    }

    private static string FellBack(Model model, Model kernel) =>
        $"The result of the network {model.Name} was too far from the picture, so {kernel.Name} was used instead.";

    private static EnlargeResult Enlarge(
        ReadImage read,
        ModelChoice choice,
        EnlargeOptions options,
        ImageFormat format,
        Stream target,
        IProgress<double>? progress,
        (Stopwatch Clock, TimeSpan Decoded) times,
        CancellationToken cancel)
    {
        var image = read.Image;
        var started = times.Clock.Elapsed;
        var crop = CoverCrop.Of(new PixelSize(image.Width, image.Height), options);
        if (crop is not null)
        {
            image = crop.Cut(image);
            options = options with { Size = (crop.Enlarged.Width, crop.Enlarged.Height), Fit = SizeFit.Fill };
        }

        var plan = EnlargePlan.For(new PixelSize(image.Width, image.Height), options, choice);
        var threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        var enlarged = plan.LayoutOf(image);
        var layout = crop?.LayoutOf(enlarged) ?? enlarged;
        ImageWriter.CheckSize(layout, format);
        using var rows = new EnlargedRows(image, plan, new TilingOptions { Threads = threads }, cancel);
        var result = crop?.Rows(enlarged, ReadRow) ?? ReadRow;
        var written = Write(result, layout, MetadataFor(image, options), format, options, target, cancel);

        return new EnlargeResult(
            read.Image.Layout, read.Format, read.Frames, layout, format, choice.Model.Name, rows.Fidelity,
            new EnlargeTimes(times.Decoded, rows.Time, times.Clock.Elapsed - started - rows.Time))
        {
            Quality = written.Quality,
            Traits = choice.Traits,
            Restored = choice.Restoration?.Strength ?? 0,
            UnknownWords = plan.Enhancement?.UnknownWords ?? [],
            Notes = [.. FramesNote(read.Frames), .. read.Notes, .. crop?.Notes ?? [], .. written.Notes],
        };

        void ReadRow(int y, Span<byte> samples)
        {
            const int RowsPerReport = 32;
            rows.Read(y, samples);
            if ((y + 1) % RowsPerReport == 0 || y + 1 == rows.Layout.Height)
            {
                progress?.Report((y + 1.0) / rows.Layout.Height);
            }
        }
    }

    private static string[] FramesNote(int frames) =>
        frames > 1 ? [$"The file has {frames} frames; only the first was enlarged."] : [];

    private static ImageMetadata MetadataFor(PixelImage image, EnlargeOptions options)
    {
        const double MillimetresPerInch = 25.4;
        var metadata = options.Strip ? image.Metadata.Stripped() : image.Metadata;
        return options.Dpi is { } dpi
            ? metadata with { Density = new PixelDensity(dpi / MillimetresPerInch, dpi / MillimetresPerInch) }
            : metadata;
    }

    private static WrittenFile Write(
        RowSource rows,
        PixelLayout layout,
        ImageMetadata metadata,
        ImageFormat format,
        EnlargeOptions options,
        Stream target,
        CancellationToken cancel)
    {
        var writing = new WriteOptions(format, options.Quality);
        if (options.BytesMax is { } bytesMax)
        {
            return new QualitySearch(layout, metadata, writing, bytesMax, cancel).Write(rows, target);
        }

        var losses = ImageWriter.Write(layout, metadata, rows, target, writing, cancel);
        return new WrittenFile(format.HasQuality() ? options.Quality ?? format.QualityDefault() : null, losses);
    }
}
