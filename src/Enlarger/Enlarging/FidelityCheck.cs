using Enlarger.Imaging;

namespace Enlarger.Enlarging;

/// <summary>
/// Compares a result with its picture while both pass by: each is averaged over the cells of one coarse grid, so that
/// a result of any size is reduced to the same few numbers. Black, displaced and half-finished results are caught;
/// detail, which a network is there to change, is averaged away.
/// </summary>
internal sealed class FidelityCheck
{
    /// <summary>
    /// Mean difference of the cells that is let pass, in levels of 0 to 255. The faithful networks stay below 0.7 on
    /// photographs and drawings, and reach 2.1 on one that is mostly noise.
    /// </summary>
    public const double MeanMax = 6;

    /// <summary>The same for the worst cell, which may hold one hard edge.</summary>
    public const double CellMax = 32;

    /// <summary>
    /// Part of the brightest cell by which the worst may differ: what is nearly black must not become quite black.
    /// </summary>
    public const double PartMax = 0.5;

    // A cell is at least 8 pixels wide and high, so that a displaced edge is no error, and 64 cells a side are enough
    // to find a single tile that failed.
    private const int CellPixelsMin = 8;
    private const int CellsMax = 64;

    // Levels that rounding alone explains, times two.
    private const double Rounding = 1;

    private readonly Grid _picture;
    private readonly Grid _result;

    /// <param name="picture">The size of the picture.</param>
    /// <param name="result">The size of the result.</param>
    /// <param name="channels">Interleaved channels of both.</param>
    public FidelityCheck(PixelSize picture, PixelSize result, int channels)
    {
        var columns = Cells(Math.Min(picture.Width, result.Width));
        var rows = Cells(Math.Min(picture.Height, result.Height));
        _picture = new Grid(picture, columns, rows, channels);
        _result = new Grid(result, columns, rows, channels);
    }

    /// <summary>Takes a row of the picture, samples 0 to 1.</summary>
    public void AddPicture(int y, ReadOnlySpan<float> row) => _picture.Add(y, row);

    /// <summary>Takes a row of the result, samples 0 to 1.</summary>
    public void AddResult(int y, ReadOnlySpan<float> row) => _result.Add(y, row);

    /// <summary>The mean difference of the cells in levels, once all rows are in.</summary>
    /// <exception cref="ImageException">The result is not the picture.</exception>
    public double Finish()
    {
        var (mean, worst, brightest) = (0.0, 0.0, 0.0);
        var cells = _picture.Means().Zip(_result.Means()).ToArray();
        foreach (var (picture, result) in cells)
        {
            var difference = Math.Abs(picture - result);
            mean += difference / cells.Length;
            worst = Math.Max(worst, difference);
            brightest = Math.Max(brightest, picture);
        }

        if (mean > MeanMax || worst > CellMax || worst > (brightest * PartMax) + Rounding)
        {
            throw new ImageException(
                ImageFault.ResultWrong,
                FormattableString.Invariant(
                    $"The result is not the picture: it differs by {mean:0.0} levels, {worst:0.0} at worst.")
                + " Some networks fail on dithered pictures; the models lanczos and bicubic do not.");
        }

        return mean;
    }

    private static int Cells(int length) => Math.Clamp(length / CellPixelsMin, 1, CellsMax);

    // Sums of the samples in each cell; a pixel on a border belongs to both sides by its parts.
    private sealed class Grid(PixelSize size, int columns, int rows, int channels)
    {
        private readonly double[] _sums = new double[columns * rows * channels];
        private readonly double[] _row = new double[columns * channels];

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

        public IEnumerable<double> Means() =>
            _sums.Select(sum => 255 * sum / ((double)size.Width / columns * size.Height / rows));

        private void Sum(ReadOnlySpan<float> row, double start, double end, Span<double> sums)
        {
            var (first, last) = ((int)start, Math.Min((int)end, size.Width - 1));
            for (var c = 0; c < channels; c++)
            {
                var sum = 0f;
                for (var i = (first * channels) + c; i < last * channels; i += channels)
                {
                    sum += row[i];
                }

                // What the first pixel has too much, and the last too little.
                var (left, right) = (row[(first * channels) + c], row[(last * channels) + c]);
                sums[c] = sum - ((start - first) * left) + ((end - last) * right);
            }
        }
    }
}
