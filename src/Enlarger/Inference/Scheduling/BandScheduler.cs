using System.Runtime.ExceptionServices;

namespace Enlarger.Inference.Scheduling;

/// <summary>
/// Runs the tasks of band after band on several threads: each thread takes the next task in order and waits for the
/// dependencies of that task.
/// </summary>
/// <param name="tasks">The tasks of each band.</param>
/// <param name="begin">Starts the next band, while no thread works on one; false when there is none.</param>
/// <param name="work">Runs a task, given the number of the task and that of the thread.</param>
internal sealed class BandScheduler(BandTaskGraph tasks, Func<bool> begin, Action<int, int> work)
{
    // For each task, the number of bands for which it is finished.
    private readonly long[] _finished = new long[tasks.Count];
    private long _taken = -1;
    private long _done;
    private long _begun;
    private bool _ended;
    private int _helping;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Runs all bands on this thread and others. An exception on one ends all and is thrown here.</summary>
    public void Run(int threads)
    {
        for (var i = 1; i < threads; i++)
        {
            var thread = i;
            _ = Task.Run(() => Help(thread), CancellationToken.None);
        }

        // The caller may free the memory that helpers work on, so all must have stopped. A helper that starts later
        // sees _ended and returns.
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
            // The next band reuses the slots of this one's oldest rows, so this one must be finished first.
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

        foreach (var dependency in tasks[(int)task].Dependencies)
        {
            if (!WaitFor(ref _finished[dependency], band + 1))
            {
                return false;
            }
        }

        work((int)task, thread);
        Volatile.Write(ref _finished[task], band + 1);
        Interlocked.Increment(ref _done);
        return true;
    }

    // Waits until the counter has reached the value; false when the run has ended before.
    private bool WaitFor(ref long counter, long value)
    {
        // Tasks take microseconds, less than putting a thread to sleep and waking it would.
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
