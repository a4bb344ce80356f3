using Enlarger.Server.Accounts;
using Enlarger.Server.Inputs;
using Enlarger.Server.Jobs;
using Enlarger.Server.Storage;

namespace Enlarger.Server.Vendors;

/// <summary>Reads a vendor's request for an enlarged picture, after its key was admitted.</summary>
internal delegate Task<VendorRequest> ReadVendorRequest(
    HttpContext http, ResultLinks results, CancellationToken cancel);

/// <summary>The way of every request for an enlarged picture, whichever vendor's API it came by.</summary>
internal sealed class UpscaleEndpoint(Reception reception, ImageInbox inbox, JobQueue jobs, ResultLinks results)
{
    public async Task<IResult> AnswerAsync(
        HttpContext http, Vendor vendor, ReadVendorRequest read, CancellationToken cancel)
    {
        var visit = reception.Enter(http, vendor.ReadKey(http.Request));
        var (job, answer) = await ReadJobAsync(http, visit.Account, vendor, read, cancel);
        var done = await jobs.RunAsync(job, cancel);
        return answer(done);
    }

    // Apart, so that the request's body, which may be larger than its picture, is not held while the job waits.
    private async Task<(EnlargeJob Job, Func<FinishedJob, IResult> Answer)> ReadJobAsync(
        HttpContext http, Account account, Vendor vendor, ReadVendorRequest read, CancellationToken cancel)
    {
        var request = await read(http, results, cancel);
        var source = await inbox.LoadAsync(request.Image, request.Limits, cancel);
        var job = new EnlargeJob
        {
            Account = account,
            Vendor = vendor.Name,
            Operation = request.Operation,
            Source = source,
            Options = request.Options(source),
            Lifetime = request.Lifetime,
            Parent = request.Parent,
        };
        return (job, request.Answer);
    }
}
