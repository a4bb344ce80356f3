using Dapper;
using Enlarger.Server.Storage;

namespace Enlarger.Server.Operating;

/// <summary>How much work there is, as the job table has it.</summary>
internal sealed class Workload(Database database)
{
    /// <summary>Waiting and running jobs together.</summary>
    public QueueState Now() => database.Read(connection =>
    {
        var (jobs, pixels) = connection.QuerySingle<(long, long)>(
            "select count(*), coalesce(sum(result_pixels), 0) from jobs where state = 'waiting'");
        // The jobs done last say how fast this machine is at what it is asked.
        var (done, milliseconds) = connection.QuerySingle<(long, long)>(
            """
            select coalesce(sum(result_pixels), 0), coalesce(max(finished_at) - min(created_at), 0)
            from (select * from jobs where state = 'done' order by finished_at desc limit 20) latest
            """);
        var seconds = done == 0 ? 0 : pixels / (double)done * milliseconds / 1000;
        return new QueueState((int)jobs, pixels / 1e6, seconds);
    });
}

/// <summary>Work that is not done.</summary>
/// <param name="Jobs">Jobs that wait or run.</param>
/// <param name="Megapixels">Megapixels of their results.</param>
/// <param name="BacklogSeconds">When all of it will be done, at the speed of the jobs before.</param>
internal sealed record QueueState(int Jobs, double Megapixels, double BacklogSeconds);
