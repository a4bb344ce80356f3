using System.Diagnostics;
using Enlarger.Server.Accounts;
using Enlarger.Server.Inputs;
using Enlarger.Server.Jobs;
using Enlarger.Server.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Enlarger.Server.Vendors;

/// <summary>Reads a vendor's request for an enlarged picture, after its key was admitted.</summary>
internal delegate Task<VendorRequest> ReadVendorRequest(
    HttpContext http, ResultStore results, CancellationToken cancel);

/// <summary>The way of every request for an enlarged picture, whichever vendor's API it came by.</summary>
internal sealed class UpscaleEndpoint(
    RequestGate gate,
    InputLoader loader,
    BytesInFlight bytes,
    JobQueue jobs,
    ResultStore results,
    IOptions<JobSettings> settings)
{
    public async Task<IResult> AnswerAsync(
        HttpContext http, Vendor vendor, ReadVendorRequest read, CancellationToken cancel)
    {
        var admitted = gate.Enter(http, vendor.ReadKey(http.Request));
        var (job, answer) = await ReadJobAsync(http, admitted.Account, vendor, read, cancel);
        var done = await jobs.RunAsync(job, cancel);
        http.Features.GetRequiredFeature<RequestRecord>().Job = JobRecord.Of(job, done);
        return answer(done);
    }

    // Apart, so that the request's body, which may be larger than its picture, is not held while the job waits.
    private async Task<(EnlargeJob Job, Func<FinishedJob, IResult> Answer)> ReadJobAsync(
        HttpContext http, Account account, Vendor vendor, ReadVendorRequest read, CancellationToken cancel)
    {
        var request = await read(http, results, cancel);
        var source = await LoadAsync(http, request, cancel);
        var job = new EnlargeJob
        {
            Account = account,
            Vendor = vendor.Name,
            Operation = request.Operation,
            Source = source,
            Options = request.Options(source) with { Model = settings.Value.Model },
            Lifetime = request.Lifetime,
            Parent = request.Parent,
        };
        return (job, request.Answer);
    }

    private async Task<SourceImage> LoadAsync(HttpContext http, VendorRequest request, CancellationToken cancel)
    {
        // A picture that came in the body has its room already.
        var room = request.Image is ImageSource.Link ? bytes.Take(http, request.Limits.BytesMax) : null;
        var clock = Stopwatch.GetTimestamp();
        try
        {
            var source = await loader.LoadAsync(request.Image, request.Limits, cancel);
            room?.Keep(source.File.Length);
            return source;
        }
        finally
        {
            if (request.Image is ImageSource.Link)
            {
                // Also where it failed: an address that answers slowly shows in the log. Reading the header of what
                // came takes next to nothing.
                http.Features.GetRequiredFeature<RequestRecord>().Fetch = Stopwatch.GetElapsedTime(clock);
            }
        }
    }
}
