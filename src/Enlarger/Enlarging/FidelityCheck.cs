using System.Runtime.Intrinsics;
using Enlarger.Imaging;

namespace Enlarger.Enlarging;

/// <summary>
/// Compares a result with its picture row by row, while both are computed: each is averaged over the cells of the same
/// coarse grid, whatever its size. Black, displaced and half-finished results are detected; detail, which a network is
/// meant to change, is averaged out.
/// </summary>
internal sealed class FidelityCheck
{
    // A cell is at least 8 pixels wide and high, so that a slightly moved edge is no error, and 64 cells a side are
    // enough to find a single tile that failed.
    private const int CellPixelsMin = 8;
    private const int CellsMax = 64;

    // Twice the difference in levels that rounding alone can cause.
    private const double Rounding = 1;

    // Below this standard deviation of its cells, in levels, a picture has too little structure for a correlation.
    private const double StructureMin = 8;

    // With fewer cells, the correlation may be low by chance.
    private const int CorrelationCellsMin = 16;

    private readonly Grid _picture;
    private readonly Grid _result;
    private readonly Grid? _expected;
    private readonly int _spread;
    private readonly FidelityBounds _bounds;

    /// <param name="picture">The size of the picture.</param>
    /// <param name="channels">Its interleaved channels.</param>
    /// <param name="result">The size of the result.</param>
    /// <param name="resultChannels">As many, or three where grey became colour.</param>
    /// <param name="bounds">How much the result may differ.</param>
    /// <param name="isStyled">
    /// The result is compared with what <see cref="AddExpected"/> takes, and not with the picture itself.
    /// </param>
    public FidelityCheck(
        PixelSize picture,
        int channels,
        PixelSize result,
        int resultChannels,
        FidelityBounds bounds,
        bool isStyled = false)
    {
        _bounds = bounds;
        _spread = resultChannels / channels;
        var columns = Cells(Math.Min(picture.Width, result.Width));
        var rows = Cells(Math.Min(picture.Height, result.Height));
        _picture = new Grid(picture, columns, rows, channels);
        _result = new Grid(result, columns, rows, resultChannels);
        _expected = isStyled ? new Grid(picture, columns, rows, resultChannels) : null;
    }

    /// <summary>Takes a row of the picture, samples 0 to 1.</summary>
    public void AddPicture(int y, ReadOnlySpan<float> row) => _picture.Add(y, row);

    /// <summary>Takes a row of the picture in its style, with the channels of the result, samples 0 to 1.</summary>
    public void AddExpected(int y, ReadOnlySpan<float> row) => _expected?.Add(y, row);

    /// <summary>Takes a row of the result, samples 0 to 1.</summary>
    public void AddResult(int y, ReadOnlySpan<float> row) => _result.Add(y, row);

    /// <summary>The mean difference of the cells in levels, once all rows are in.</summary>
    /// <exception cref="ImageException">The result is not the picture.</exception>
    public double Finish()
    {
        var results = _result.Means();
        var pictures = Spread(_picture.Means());
        var (lights, resultLights) = (Brightness(_expected?.Means() ?? pictures), Brightness(results));
        var (mean, worst) = Difference(pictures, results);
        var (checkedMean, checkedWorst) = _bounds.ByColour ? (mean, worst) : Difference(lights, resultLights);

        // Comparisons with NaN are false, so each must be true for a good result.
        var isClose = checkedMean <= _bounds.MeanMax && checkedWorst <= _bounds.CellMax;
        var isSeen = _bounds.PartMax is not { } part || worst <= (Greatest(pictures) * part) + Rounding;
        var isCorrelated = Correlation(lights, resultLights) >= _bounds.CorrelationMin;
        if (!isClose || !isSeen || !isCorrelated)
        {
            throw new ImageException(
                ImageFault.ResultWrong,
                FormattableString.Invariant(
                    $"The result is not the picture: it differs by {mean:0.0} levels, {worst:0.0} at worst."));
        }

        return mean;
    }

    // This file avoids LINQ: compiling it for doubles took a tenth of the time of a whole process for 64x64 pixels.
    private static (double Mean, double Worst) Difference(double[] pictures, double[] results)
    {
        var (sum, worst) = (0.0, 0.0);
        for (var i = 0; i < pictures.Length; i++)
        {
            var difference = Math.Abs(pictures[i] - results[i]);
            sum += difference;
            worst = Math.Max(worst, difference);
        }

        return (sum / pictures.Length, worst);
    }

    private static double Greatest(double[] cells)
    {
        var greatest = cells[0];
        foreach (var cell in cells)
        {
            greatest = Math.Max(greatest, cell);
        }

        return greatest;
    }

    // The correlation of the cells' brightness, -1 to 1; 1 for a picture without structure.
    private static double Correlation(double[] a, double[] b)
    {
        var (meanA, meanB) = (Mean(a), Mean(b));
        var (covariance, varianceA, varianceB) = (0.0, 0.0, 0.0);
        for (var i = 0; i < a.Length; i++)
        {
            covariance += (a[i] - meanA) * (b[i] - meanB) / a.Length;
            varianceA += (a[i] - meanA) * (a[i] - meanA) / a.Length;
            varianceB += (b[i] - meanB) * (b[i] - meanB) / a.Length;
        }

        return a.Length < CorrelationCellsMin || varianceA < StructureMin * StructureMin
            ? 1
            : covariance / Math.Sqrt((varianceA * varianceB) + double.Epsilon);
    }

    private static double Mean(ReadOnlySpan<double> cells)
    {
        var sum = 0.0;
        foreach (var cell in cells)
        {
            sum += cell;
        }

        return sum / cells.Length;
    }

    private double[] Brightness(double[] cells)
    {
        var lights = new double[cells.Length / _result.Channels];
        for (var i = 0; i < lights.Length; i++)
        {
            lights[i] = Mean(cells.AsSpan(i * _result.Channels, _result.Channels));
        }

        return lights;
    }

    // Grey that became colour is compared with each of the three.
    private double[] Spread(double[] cells)
    {
        var spread = new double[cells.Length * _spread];
        for (var i = 0; i < spread.Length; i++)
        {
            spread[i] = cells[i / _spread];
        }

        return spread;
    }

    private static int Cells(int length) => Math.Clamp(length / CellPixelsMin, 1, CellsMax);

    // Sums of the samples in each cell; a pixel on the border of two cells is divided between them by area.
    private sealed class Grid(PixelSize size, int columns, int rows, int channels)
    {
        private readonly double[] _sums = new double[columns * rows * channels];
        private readonly double[] _row = new double[columns * channels];

        public int Channels => channels;

        public void Add(int y, ReadOnlySpan<float> row)
        {
            var width = (double)size.Width / columns;
            for (var column = 0; column < columns; column++)
            {
                var end = Math.Min((column + 1) * width, size.Width);
                Sum(row, column * width, end, _row.AsSpan(column * channels, channels));
            }

            var height = (double)size.Height / rows;
            var first = Math.Min((int)(y / height), rows - 1);
            for (var cell = first; cell < rows && cell * height < y + 1; cell++)
            {
                var part = Math.Min(y + 1, (cell + 1) * height) - Math.Max(y, cell * height);
                for (var i = 0; i < _row.Length; i++)
                {
                    _sums[(cell * _row.Length) + i] += part * _row[i];
                }
            }
        }

        public double[] Means()
        {
            var means = new double[_sums.Length];
            for (var i = 0; i < means.Length; i++)
            {
                means[i] = 255 * _sums[i] / ((double)size.Width / columns * size.Height / rows);
            }

            return means;
        }

        private void Sum(ReadOnlySpan<float> row, double start, double end, Span<double> sums)
        {
            var (first, last) = ((int)start, Math.Min((int)end, size.Width - 1));
            Span<float> inner = stackalloc float[channels];
            SumPixels(row[(first * channels)..(last * channels)], inner);
            for (var c = 0; c < channels; c++)
            {
                // The sum includes all of the first pixel and nothing of the last; correct both by their parts.
                var (left, right) = (row[(first * channels) + c], row[(last * channels) + c]);
                sums[c] = inner[c] - ((start - first) * left) + ((end - last) * right);
            }
        }

        // Four pixels at a time with vectors of fixed length, so that the sums are the same on every processor.
        private void SumPixels(ReadOnlySpan<float> pixels, Span<float> sums)
        {
            if (channels != 3)
            {
                foreach (var sample in pixels)
                {
                    sums[0] += sample;
                }

                return;
            }

            var (a, b, c) = (Vector128<float>.Zero, Vector128<float>.Zero, Vector128<float>.Zero);
            var i = 0;
            for (; i + 12 <= pixels.Length; i += 12)
            {
                a += Vector128.Create(pixels[i..]);
                b += Vector128.Create(pixels[(i + 4)..]);
                c += Vector128.Create(pixels[(i + 8)..]);
            }

            var (red, green, blue) = (a[0] + a[3] + b[2] + c[1], a[1] + b[0] + b[3] + c[2], a[2] + b[1] + c[0] + c[3]);
            for (; i + 2 < pixels.Length; i += 3)
            {
                red += pixels[i];
                green += pixels[i + 1];
                blue += pixels[i + 2];
            }

            (sums[0], sums[1], sums[2]) = (red, green, blue);
        }
    }
}
