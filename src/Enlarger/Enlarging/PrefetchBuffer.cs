using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Enlarger.Imaging;

namespace Enlarger.Enlarging;

/// <summary>
/// Lets a source of rows run ahead of whoever reads them, in a thread of its own, so that both work at the same time.
/// Rows that wait to be read are bounded in bytes; then the source waits. Its exception comes where the row would.
/// </summary>
internal sealed class PrefetchBuffer : IDisposable
{
    // 16 MiB hold a burst of 128 rows up to a width of 10,000. Wider pictures wait more often, and memory stays.
    public const int BytesMax = 16 << 20;

    // A network gives rows in bursts of up to 128: one waits to be read while the next one comes.
    private const int RowsMax = 256;

    // One is being filled while the other is read.
    private const int RowsMin = 2;

    private readonly FloatRowSource _source;
    private readonly int _height;
    private readonly int _rowLength;
    private readonly int _capacity;
    private readonly float[] _rows;
    private readonly Stopwatch _busy = new();
    private readonly object _turn = new();
    private Thread? _thread;
    private int _written;
    private int _read;
    private bool _stopped;
    private ExceptionDispatchInfo? _failure;

    /// <param name="height">Rows that there are; the source is asked for each once, in order.</param>
    /// <param name="rowLength">Samples of a row.</param>
    /// <param name="source">Gives the rows, in the other thread.</param>
    /// <param name="bytesMax">Bytes of rows that may wait, but at least two rows.</param>
    public PrefetchBuffer(int height, int rowLength, FloatRowSource source, int bytesMax = BytesMax)
    {
        (_height, _rowLength, _source) = (height, rowLength, source);
        var fitting = bytesMax / ((long)rowLength * sizeof(float));
        _capacity = Math.Min(height, (int)Math.Clamp(fitting, RowsMin, RowsMax));
        _rows = GC.AllocateUninitializedArray<float>(checked(_capacity * rowLength));
    }

    /// <summary>Time in which the source worked, without its waiting.</summary>
    public TimeSpan Time
    {
        get
        {
            lock (_turn)
            {
                return _busy.Elapsed;
            }
        }
    }

    /// <summary>Lets the source go; nothing else may touch it from now on.</summary>
    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "Enlarger rows" };
        _thread.Start();
    }

    /// <summary>Copies row <paramref name="y"/>, as soon as it is there; rows are asked for in order.</summary>
    public void ReadRow(int y, Span<float> row)
    {
        lock (_turn)
        {
            while (_written <= y && _failure is null)
            {
                Monitor.Wait(_turn);
            }

            if (_written <= y)
            {
                _failure!.Throw();
            }
        }

        Place(y).CopyTo(row);
        lock (_turn)
        {
            _read = y + 1;
            Monitor.Pulse(_turn);
        }
    }

    /// <summary>Waits until the source has returned from its row; it is not asked for another.</summary>
    public void Dispose()
    {
        lock (_turn)
        {
            _stopped = true;
            Monitor.Pulse(_turn);
        }

        _thread?.Join();
    }

    private void Run()
    {
        try
        {
            for (var y = 0; y < _height && WaitForPlace(y); y++)
            {
                _source(y, Place(y));
                lock (_turn)
                {
                    _busy.Stop();
                    _written = y + 1;
                    Monitor.Pulse(_turn);
                }
            }
        }
#pragma warning disable CA1031 // It belongs to whoever reads the rows, and is thrown there.
        catch (Exception error)
#pragma warning restore CA1031
        {
            lock (_turn)
            {
                _busy.Stop();
                _failure = ExceptionDispatchInfo.Capture(error);
                Monitor.Pulse(_turn);
            }
        }
    }

    // A source that has had to wait goes on once half of the rows are read, and not for each of them.
    private bool WaitForPlace(int y)
    {
        lock (_turn)
        {
            if (y - _read == _capacity)
            {
                while (y - _read > _capacity / 2 && !_stopped)
                {
                    Monitor.Wait(_turn);
                }
            }

            _busy.Start();
            return !_stopped;
        }
    }

    private Span<float> Place(int y) => _rows.AsSpan(y % _capacity * _rowLength, _rowLength);
}
