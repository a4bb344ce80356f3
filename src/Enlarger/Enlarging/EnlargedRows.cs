using System.Diagnostics;
using Enlarger.Choosing;
using Enlarger.Enhancing;
using Enlarger.Imaging;
using Enlarger.Inference.Tiling;

namespace Enlarger.Enlarging;

/// <summary>
/// The rows of an enlarged picture: picture, restoring, networks, reduction, fidelity check. Enhancement has a stage
/// before and one after the networks; the networks are checked without it, and then the whole result with it. Alpha, or
/// another extra channel, passes through the same networks by itself and is never restored or enhanced.
/// </summary>
/// <remarks>
/// Up to the last network, rows are prefetched in a thread of their own; the rest is done on the reader's thread.
/// Networks of colours and of alpha take turns, so that together they use no more threads than one of them.
/// </remarks>
internal sealed class EnlargedRows : IDisposable
{
    private readonly PixelImage _image;
    private readonly AlphaBleed? _bleed;
    private readonly List<NetworkRows> _networks = [];
    private readonly List<PrefetchBuffer> _prefetch = [];
    private readonly Lock _networkTurn = new();
    private readonly CancellationTokenSource _stop;
    private readonly FloatRowSource _colours;
    private readonly FloatRowSource _alpha;
    private readonly FidelityCheck _check;
    private readonly List<FidelityCheck> _stageChecks = [];
    private readonly float[] _colourRow;
    private readonly float[] _alphaRow;
    private readonly float[] _pictureAlphaRow;
    private readonly Stopwatch _watch = new();

    /// <param name="image">The picture.</param>
    /// <param name="plan">What to run and how large the result is.</param>
    /// <param name="tiling">Threads and memory.</param>
    /// <param name="cancel">Cancels within a band of rows.</param>
    public EnlargedRows(PixelImage image, EnlargePlan plan, TilingOptions tiling, CancellationToken cancel)
    {
        _image = image;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var (size, colours) = (new PixelSize(image.Width, image.Height), image.Layout.ColourChannels);
        Layout = plan.LayoutOf(image);
        _colourRow = new float[checked(plan.Size.Width * Layout.ColourChannels)];
        var hasPlane = Layout.Channels > Layout.ColourChannels;
        _alphaRow = new float[hasPlane ? plan.Size.Width : 0];
        _pictureAlphaRow = new float[image.Width];
        var enhancement = plan.Enhancement is { IsFaithful: false } wanted ? wanted : null;
        var plain = plan.Passes.Count > 0 ? FidelityBounds.Faithful : FidelityBounds.Kernel;
        var bounds = enhancement is null ? plain : FidelityBounds.Of(enhancement, plain);
        var isStyled = enhancement is { Style.IsPlain: false };
        _check = new FidelityCheck(size, colours, plan.Size, Layout.ColourChannels, bounds, isStyled);

        var constant = hasPlane ? ConstantAlpha(image) : 1;
        _bleed = constant is null && image.Layout.HasAlpha ? new AlphaBleed(image) : null;
        var restoration = plan.Choice.Restoration;
        var picture = restoration is null ? ReadPicture : Restored(restoration, tiling);
        if (enhancement is null)
        {
            _colours = Chain(picture, colours);
        }
        else
        {
            var enhancer = new Enhancer(image, plan.Size, enhancement, restoration?.Strength ?? 0);
            var check = new FidelityCheck(size, colours, plan.Size, colours, plain);
            picture = isStyled ? Watched(picture, Styled(enhancer)) : picture;
            var enlarged = Chain(Watched(enhancer.Prepare(picture), check.AddPicture), colours);
            _colours = enhancer.Finish(Watched(enlarged, check.AddResult));
            _stageChecks.Add(check);
        }

        _alpha = constant is { } value ? (_, row) => row.Fill(value)
            : Chain((y, row) => Samples.ReadAlpha(_image, y, row), 1);
        _prefetch.ForEach(buffer => buffer.Start());

        FloatRowSource Chain(FloatRowSource source, int channels)
        {
            var at = size;
            var model = plan.Choice.Model;
            foreach (var scale in plan.Passes)
            {
                var rows = new NetworkRows(model.Network(scale), at, channels, source, tiling, _stop.Token);
                _networks.Add(rows);
                (source, at) = (rows.ReadRow, rows.To);
            }

            // Without computation, reading samples directly is faster than through another thread.
            if (plan.Passes.Count > 0 || enhancement is not null || restoration is not null)
            {
                var buffer = new PrefetchBuffer(at.Height, at.Width * channels, InTurn(source));
                _prefetch.Add(buffer);
                source = buffer.ReadRow;
            }

            var kernel = model.Kernel ?? ResampleKernel.Lanczos3;
            return at == plan.Size ? source : new RowResampler(at, plan.Size, channels, kernel, source).ReadRow;
        }
    }

    /// <summary>Size, channels and depth of the result.</summary>
    public PixelLayout Layout { get; }

    /// <summary>Mean difference from the picture in levels, known once the last row has been read.</summary>
    public double Fidelity { get; private set; }

    /// <summary>
    /// Time in which rows were computed, without waiting for the reader: that of the slower of the two threads.
    /// </summary>
    public TimeSpan Time => _prefetch.Aggregate(
        _watch.Elapsed, (time, buffer) => buffer.Time > time ? buffer.Time : time);

    /// <summary>Computes row <paramref name="y"/>; rows must be read in order.</summary>
    /// <exception cref="ImageException">With the last row: the result is not the picture.</exception>
    public void Read(int y, Span<byte> samples)
    {
        _watch.Start();
        _colours(y, _colourRow);
        if (_alphaRow.Length > 0)
        {
            _alpha(y, _alphaRow);
        }

        Samples.Write(Layout, _colourRow, _alphaRow, samples);
        _check.AddResult(y, _colourRow);
        if (y == Layout.Height - 1)
        {
            _stageChecks.ForEach(check => check.Finish());
            Fidelity = _check.Finish();
        }

        _watch.Stop();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _prefetch.ForEach(buffer => buffer.Dispose());
        foreach (var rows in _networks)
        {
            rows.Dispose();
        }

        _stop.Dispose();
    }

    private FloatRowSource InTurn(FloatRowSource source) => (y, row) =>
    {
        lock (_networkTurn)
        {
            source(y, row);
        }
    };

    private static FloatRowSource Watched(FloatRowSource source, FloatRowWatch watch) => (y, row) =>
    {
        source(y, row);
        watch(y, row);
    };

    private static float? ConstantAlpha(PixelImage image)
    {
        var row = new float[image.Width];
        Samples.ReadAlpha(image, 0, row);
        var first = row[0];
        for (var y = 0; y < image.Height; y++)
        {
            Samples.ReadAlpha(image, y, row);
            if (row.AsSpan().ContainsAnyExcept(first))
            {
                return null;
            }
        }

        return first;
    }

    // Blends the picture with its restored version. The network reads rows earlier than they are blended, so each is
    // read twice.
    private FloatRowSource Restored(Restoration restoration, TilingOptions tiling)
    {
        var (size, channels) = (new PixelSize(_image.Width, _image.Height), _image.Layout.ColourChannels);
        var check = new FidelityCheck(size, channels, size, channels, FidelityBounds.Faithful);
        var picture = Watched(ReadPicture, check.AddPicture);
        var rows = new NetworkRows(restoration.Network, size, channels, picture, tiling, _stop.Token);
        _networks.Add(rows);
        _stageChecks.Add(check);
        var (original, strength) = (new float[size.Width * channels], (float)restoration.Strength);
        return Watched(Mixed, check.AddResult);

        void Mixed(int y, Span<float> row)
        {
            rows.ReadRow(y, row);
            if (strength == 1)
            {
                return;
            }

            ReadUnwatched(y, original);
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = original[i] + (strength * (row[i] - original[i]));
            }
        }
    }

    private FloatRowWatch Styled(Enhancer enhancer)
    {
        var expected = new float[_image.Width * Layout.ColourChannels];
        return (y, row) =>
        {
            enhancer.Style(y, row, expected);
            _check.AddExpected(y, expected);
        };
    }

    private void ReadPicture(int y, Span<float> row)
    {
        ReadUnwatched(y, row);
        _check.AddPicture(y, row);
    }

    private void ReadUnwatched(int y, Span<float> row)
    {
        Samples.ReadColours(_image, y, row);
        if (_bleed is not null)
        {
            Samples.ReadAlpha(_image, y, _pictureAlphaRow);
            _bleed.Apply(y, _pictureAlphaRow, row);
        }
    }

    // Receives each row that passes.
    private delegate void FloatRowWatch(int y, ReadOnlySpan<float> row);
}
