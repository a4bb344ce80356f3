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
    /// Mean difference of the cells that is let pass, in levels of 0 to 255. Faithful networks stay below 1 on pictures
    /// of all kinds.
    /// </summary>
    public const double MeanMax = 4;

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
                    $"The result is not the picture: reduced again it differs by {mean:0.0} levels, {worst:0.0} at worst; nothing was kept."));
        }

        return mean;
    }

    private static int Cells(int length) => Math.Clamp(length / CellPixelsMin, 1, CellsMax);

    // Sums of the samples in each cell; rows come in order.
    private sealed class Grid(PixelSize size, int columns, int rows, int channels)
    {
        private readonly double[] _sums = new double[columns * rows * channels];
        private readonly int[] _columnEnds = Ends(size.Width, columns);
        private readonly int[] _rowEnds = Ends(size.Height, rows);
        private int _row;

        public void Add(int y, ReadOnlySpan<float> row)
        {
            if (y == _rowEnds[_row])
            {
                _row++;
            }

            var cell = _row * columns * channels;
            var x = 0;
            foreach (var end in _columnEnds)
            {
                for (var c = 0; c < channels; c++)
                {
                    var sum = 0f;
                    for (var i = (x * channels) + c; i < end * channels; i += channels)
                    {
                        sum += row[i];
                    }

                    _sums[cell + c] += sum;
                }

                x = end;
                cell += channels;
            }
        }

        public IEnumerable<double> Means() =>
            _sums.Select((sum, i) => 255 * sum / Length(_columnEnds, i / channels % columns)
                / Length(_rowEnds, i / channels / columns));

        private static int[] Ends(int length, int parts) =>
            [.. Enumerable.Range(1, parts).Select(i => (int)((long)length * i / parts))];

        private static int Length(int[] ends, int i) => ends[i] - (i == 0 ? 0 : ends[i - 1]);
    }
}
