using System.Runtime.ExceptionServices;

namespace Enlarger.Inference;

/// <summary>
/// The threads that compute bands together. They take tasks in order and wait for those that must be done before.
/// </summary>
/// <param name="tasks">The work on a band.</param>
/// <param name="begin">Starts the next band, while nobody works on one; says whether there is one.</param>
/// <param name="work">Does a task; the second number is that of the thread.</param>
internal sealed class BandCrew(BandTasks tasks, Func<bool> begin, Action<int, int> work)
{
    // For each task, how many bands it has been done for.
    private readonly long[] _finished = new long[tasks.Count];
    private long _taken = -1;
    private long _done;
    private long _begun;
    private bool _ended;
    private int _helping;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Computes all bands, on this thread and others; an exception of any of them ends all.</summary>
    public void Run(int threads)
    {
        for (var i = 1; i < threads; i++)
        {
            var thread = i;
            _ = Task.Run(() => Help(thread), CancellationToken.None);
        }

        // All must have stopped before anybody frees what they work on. Who has not begun yet will find it ended.
        TakeTasks(0);
        Interlocked.MemoryBarrier();
        var spin = new SpinWait();
        while (Volatile.Read(ref _helping) > 0)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        _failure?.Throw();
    }

    private void Help(int thread)
    {
        Interlocked.Increment(ref _helping);
        TakeTasks(thread);
        Interlocked.Decrement(ref _helping);
    }

    private void TakeTasks(int thread)
    {
        try
        {
            while (!Volatile.Read(ref _ended) && TakeTask(thread))
            {
            }
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(error), null);
            Volatile.Write(ref _ended, true);
        }
    }

    private bool TakeTask(int thread)
    {
        var (band, task) = Math.DivRem(Interlocked.Increment(ref _taken), tasks.Count);
        if (task == 0)
        {
            // A band must be finished before rows of the next take the place of its oldest.
            if (!WaitFor(ref _done, band * tasks.Count))
            {
                return false;
            }

            if (!begin())
            {
                Volatile.Write(ref _ended, true);
                return false;
            }

            Volatile.Write(ref _begun, band + 1);
        }
        else if (!WaitFor(ref _begun, band + 1))
        {
            return false;
        }

        foreach (var earlier in tasks[(int)task].After)
        {
            if (!WaitFor(ref _finished[earlier], band + 1))
            {
                return false;
            }
        }

        work((int)task, thread);
        Volatile.Write(ref _finished[task], band + 1);
        Interlocked.Increment(ref _done);
        return true;
    }

    // Until the counter has got there; false when the work has ended otherwise.
    private bool WaitFor(ref long counter, long value)
    {
        // What is waited for takes microseconds, less than falling asleep would.
        var spin = new SpinWait();
        while (Volatile.Read(ref counter) < value)
        {
            if (Volatile.Read(ref _ended))
            {
                return false;
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }

        return true;
    }
}
