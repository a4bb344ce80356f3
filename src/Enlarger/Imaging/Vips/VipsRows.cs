using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Enlarger.Imaging.Vips;

/// <summary>
/// A picture of libvips whose pixels are pulled from a <see cref="RowSource"/>: each row once, top to bottom, never two
/// at a time. libvips asks for rectangles, from threads of its own; a window of recent rows answers.
/// </summary>
internal sealed unsafe class VipsRows : IDisposable
{
    // A strip has sixteen rows; twice that lets a saver whose strips do not start at multiples of it look back.
    private const int WindowRowsMin = 32;

    private readonly PixelLayout _layout;
    private readonly RowSource _rows;
    private readonly VipsCallbacks _callbacks;
    private readonly Lock _lock = new();
    private readonly GCHandle _self;
    private byte[] _window;
    private int _windowRows;
    private int _nextRow;

    public VipsRows(PixelLayout layout, RowSource rows, PixelDensity density, VipsCallbacks callbacks)
    {
        _layout = layout;
        _rows = rows;
        _callbacks = callbacks;
        _windowRows = Math.Min(WindowRowsMin, layout.Height);
        _window = new byte[checked(_windowRows * layout.RowBytes)];
        _self = GCHandle.Alloc(this);
        Image = new VipsImage(VipsNative.NewImage());
        VipsNative.InitFields(
            Image,
            layout.Width,
            layout.Height,
            layout.Channels,
            layout.BitDepth == 16 ? VipsBandFormat.UShort : VipsBandFormat.Byte,
            coding: 0,
            Interpretation(layout),
            density.Across,
            density.Down);

        // One worker pulls the rows in order; the encoder runs beside it in a thread of its own.
        Image.SetInt(VipsImage.ConcurrencyField, 1);
        nint none = 0;
        if (VipsNative.Pipeline(Image, VipsDemand.FatStrip, &none) != 0
            || VipsNative.Generate(Image, 0, &OnGenerate, 0, GCHandle.ToIntPtr(_self), 0) != 0)
        {
            Dispose();
            throw VipsException.Drain("vips_image_generate");
        }
    }

    /// <summary>The picture; its pixels can be asked for as long as this object is not disposed.</summary>
    public VipsImage Image { get; }

    public void Dispose()
    {
        Image.Dispose();
        _self.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnGenerate(VipsRegion* region, void* sequence, nint self, nint unused, int* stop)
    {
        var rows = (VipsRows)GCHandle.FromIntPtr(self).Target!;
        return rows._callbacks.Try(() => rows.Fill(region)) ? 0 : -1;
    }

    private static VipsInterpretation Interpretation(PixelLayout layout) =>
        (layout.ColourChannels, layout.BitDepth) switch
        {
            (1, 8) => VipsInterpretation.Grey,
            (1, _) => VipsInterpretation.Grey16,
            (_, 8) => VipsInterpretation.Srgb,
            _ => VipsInterpretation.Rgb16,
        };

    private void Fill(VipsRegion* region)
    {
        lock (_lock)
        {
            var bottom = region->Top + region->Height;
            if (region->Height > _windowRows)
            {
                Grow(region->Height);
            }

            while (_nextRow < bottom)
            {
                _rows(_nextRow, WindowRow(_nextRow));
                _nextRow++;
            }

            if (region->Top < _nextRow - _windowRows)
            {
                throw new InvalidOperationException($"Row {region->Top} was asked for after row {_nextRow - 1}.");
            }

            var pixelBytes = _layout.Channels * (_layout.BitDepth / 8);
            for (var y = 0; y < region->Height; y++)
            {
                var target = new Span<byte>(region->Samples + (long)y * region->RowBytes, region->Width * pixelBytes);
                WindowRow(region->Top + y).Slice(region->Left * pixelBytes, target.Length).CopyTo(target);
            }
        }
    }

    private Span<byte> WindowRow(int y)
    {
        var rowBytes = (int)_layout.RowBytes;
        return _window.AsSpan(y % _windowRows * rowBytes, rowBytes);
    }

    private void Grow(int rows)
    {
        var old = _window;
        var oldRows = _windowRows;
        var rowBytes = (int)_layout.RowBytes;
        _windowRows = rows;
        _window = new byte[checked(rows * rowBytes)];
        for (var y = Math.Max(0, _nextRow - oldRows); y < _nextRow; y++)
        {
            old.AsSpan(y % oldRows * rowBytes, rowBytes).CopyTo(WindowRow(y));
        }
    }
}
