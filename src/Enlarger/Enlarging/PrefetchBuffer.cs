using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Enlarger.Imaging;

namespace Enlarger.Enlarging;

/// <summary>
/// Prefetches rows of a source in a thread of its own, so that source and reader work at the same time. The buffer is
/// bounded in bytes: when it is full, the source waits. An exception of the source is thrown when its row is read.
/// </summary>
internal sealed class PrefetchBuffer : IDisposable
{
    // 16 MiB hold a burst of 128 rows up to a width of 10,000. Wider pictures wait more often instead of taking more
    // memory.
    public const int BytesMax = 16 << 20;

    // A network yields rows in bursts of up to 128: one burst can be read while the next is computed.
    private const int RowsMax = 256;

    // One row is filled while the other is read.
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

    /// <param name="height">The number of rows; the source is asked for each once, in order.</param>
    /// <param name="rowLength">Samples of a row.</param>
    /// <param name="source">Called for each row on the other thread.</param>
    /// <param name="bytesMax">The size of the buffer, which holds at least two rows.</param>
    public PrefetchBuffer(int height, int rowLength, FloatRowSource source, int bytesMax = BytesMax)
    {
        (_height, _rowLength, _source) = (height, rowLength, source);
        var fitting = bytesMax / ((long)rowLength * sizeof(float));
        _capacity = Math.Min(height, (int)Math.Clamp(fitting, RowsMin, RowsMax));
        _rows = GC.AllocateUninitializedArray<float>(checked(_capacity * rowLength));
    }

    /// <summary>Time in which the source worked, without waiting for free rows.</summary>
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

    /// <summary>Starts the thread; nothing else may use the source from now on.</summary>
    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "Enlarger rows" };
        _thread.Start();
    }

    /// <summary>Copies row <paramref name="y"/>, waiting for it if necessary; rows must be read in order.</summary>
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

        Slot(y).CopyTo(row);
        lock (_turn)
        {
            _read = y + 1;
            Monitor.Pulse(_turn);
        }
    }

    /// <summary>Stops the thread, waiting for the source to finish its current row.</summary>
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
            for (var y = 0; y < _height && WaitForSlot(y); y++)
            {
                _source(y, Slot(y));
                lock (_turn)
                {
                    _busy.Stop();
                    _written = y + 1;
                    Monitor.Pulse(_turn);
                }
            }
        }
#pragma warning disable CA1031 // The exception is thrown again on the thread that reads the rows.
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

    // A full buffer is refilled once half of it is read, rather than row by row, which would switch threads too often.
    private bool WaitForSlot(int y)
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

    private Span<float> Slot(int y) => _rows.AsSpan(y % _capacity * _rowLength, _rowLength);
}
