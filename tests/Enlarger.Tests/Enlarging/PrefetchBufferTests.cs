using Enlarger.Enlarging;
using Enlarger.Imaging;

namespace Enlarger.Tests.Enlarging;

public sealed class PrefetchBufferTests
{
    private const int RowLength = 3;
    private const int RowBytes = RowLength * sizeof(float);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(1000, 0)]
    [InlineData(1000, 7)]
    [InlineData(1000, 5000)]
    public void Every_row_comes_once_and_in_order(int height, int rows)
    {
        var asked = new List<int>();
        using var ahead = Started(height, rows, (y, row) =>
        {
            asked.Add(y);
            row.Fill(y);
        });
        var read = new float[RowLength];
        for (var y = 0; y < height; y++)
        {
            ahead.ReadRow(y, read);

            Assert.All(read, sample => Assert.Equal(y, sample));
        }

        Assert.Equal(Enumerable.Range(0, height), asked);
    }

    [Fact]
    public void No_more_rows_wait_than_bytes_are_allowed()
    {
        const int Height = 500;
        const int Rows = 8;
        var (read, furthest) = (0, 0);
        using var stalled = new ManualResetEventSlim();
        using var ahead = Started(Height, Rows, (y, row) =>
        {
            furthest = Math.Max(furthest, y - Volatile.Read(ref read));
            if (y == Rows - 1)
            {
                stalled.Set();
            }
        });

        // Nothing is read yet, so the source goes on until the buffer is full.
        stalled.Wait(TestContext.Current.CancellationToken);
        var row = new float[RowLength];
        for (var y = 0; y < Height; y++)
        {
            ahead.ReadRow(y, row);
            Volatile.Write(ref read, y + 1);
        }

        // The row that is being read may be counted by one thread and not yet by the other.
        Assert.InRange(furthest, Rows - 1, Rows);
    }

    [Fact]
    public void An_exception_comes_where_its_row_would()
    {
        const int Bad = 3;
        using var ahead = Started(10, 5, (y, row) =>
        {
            if (y == Bad)
            {
                throw new InvalidDataException("bad row");
            }
        });
        var row = new float[RowLength];
        for (var y = 0; y < Bad; y++)
        {
            ahead.ReadRow(y, row);
        }

        Assert.Equal("bad row", Assert.Throws<InvalidDataException>(() => ahead.ReadRow(Bad, row)).Message);
        Assert.Throws<InvalidDataException>(() => ahead.ReadRow(Bad, row));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    public void Nothing_runs_once_it_is_disposed(int rowsRead)
    {
        const int Height = 1_000_000;
        var (asked, disposed, late) = (0, false, false);
        var ahead = Started(Height, 16, (y, row) =>
        {
            late |= Volatile.Read(ref disposed);
            Volatile.Write(ref asked, y + 1);
        });
        var row = new float[RowLength];
        for (var y = 0; y < rowsRead; y++)
        {
            ahead.ReadRow(y, row);
        }

        ahead.Dispose();
        Volatile.Write(ref disposed, true);

        Assert.InRange(asked, rowsRead, rowsRead + 16);
        Assert.False(late);
    }

    [Fact]
    public void What_was_never_started_can_be_disposed()
    {
        var ahead = new PrefetchBuffer(2, RowLength, (_, _) => throw new InvalidOperationException("asked"));

        ahead.Dispose();
    }

    private static PrefetchBuffer Started(int height, int rows, FloatRowSource source)
    {
        var ahead = new PrefetchBuffer(height, RowLength, source, rows * RowBytes);
        ahead.Start();
        return ahead;
    }
}
