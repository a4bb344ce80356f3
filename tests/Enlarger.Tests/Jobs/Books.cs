using Dapper;
using Enlarger.Server.Storage;

namespace Enlarger.Tests.Jobs;

/// <summary>What must be true of keys, jobs, ledger and files whenever no job runs, in words of its own.</summary>
internal static class Books
{
    private static readonly (string Meaning, string Query)[] Wrong =
    [
        ("a balance is not the sum of its entries",
            """
            select keys.id from keys left join ledger on ledger.key_id = keys.id
            group by keys.id, keys.balance having keys.balance <> coalesce(sum(ledger.credits), 0)
            """),
        ("a job is open", "select id from jobs where state = 'waiting'"),
        ("a job was not reserved exactly once, for its price",
            """
            select id from jobs where
                (select count(*) from ledger where job_id = jobs.id and entry = 'reserve') <> 1
                or (select sum(credits) from ledger where job_id = jobs.id and entry = 'reserve') <> -credits
            """),
        ("a job that was done is not settled exactly once, or was refunded",
            """
            select id from jobs where state = 'done' and (
                (select count(*) from ledger where job_id = jobs.id and entry = 'settle') <> 1
                or exists (select 1 from ledger where job_id = jobs.id and entry = 'refund'))
            """),
        ("a job that failed did not get all of its credits back",
            """
            select id from jobs where state = 'failed'
                and (select coalesce(sum(credits), -1) from ledger where job_id = jobs.id) <> 0
            """),
        ("a job that failed has a result",
            "select jobs.id from jobs join results on results.job_id = jobs.id where state <> 'done'"),
        ("a job was charged and has no result",
            """
            select jobs.id from jobs left join results on results.job_id = jobs.id
            where state = 'done' and results.name is null
            """),
    ];

    public static IReadOnlyList<string> Contradictions(Database database, DataFolder folder)
    {
        var wrong = Wrong.SelectMany(rule => database
            .Read(connection => connection.Query<string>(rule.Query))
            .Select(id => $"{rule.Meaning}: {id}"));
        var promised = database
            .Read(connection => connection.Query<(string Name, long Bytes)>("select name, bytes from results"))
            .Select(result => $"{result.Name} of {result.Bytes} bytes")
            .ToHashSet(StringComparer.Ordinal);
        var kept = new DirectoryInfo(folder.Results).EnumerateFiles()
            .Select(file => $"{file.Name} of {file.Length} bytes")
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. wrong,
            .. promised.Except(kept).Select(result => $"a result is not there: {result}"),
            .. kept.Except(promised).Select(file => $"nobody knows a file: {file}"),
        ];
    }
}
