using System.Runtime;
using Enlarger.Server.Jobs;

namespace Enlarger.Server.Observability;

/// <summary>
/// Gives memory back to the system when there is nothing to do. The runtime collects when memory is asked for; an idle
/// server asks for none, and would keep what its busiest minute took.
/// </summary>
internal sealed class IdleMemory(BytesInFlight bytes, JobQueue jobs, TimeProvider time) : BackgroundService
{
    // Two looks within the minute in which memory is given back, with some time to spare.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(20);

    // Less than this is not worth a collection, which stops the process for some milliseconds.
    private const long GarbageMin = 64L << 20;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        var last = GC.GetTotalAllocatedBytes();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var allocated = GC.GetTotalAllocatedBytes();
            if (IsIdle() && allocated - last > GarbageMin)
            {
                last = allocated;
                GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
        }
    }

    private bool IsIdle() => bytes.Held == 0 && jobs.Load is { Waiting: 0, Running: 0 };
}
