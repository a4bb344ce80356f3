using Enlarger.Server.Inputs;
using Enlarger.Server.Jobs;

namespace Enlarger.Server.Vendors;

/// <summary>A request for an enlarged picture, as its vendor understands it.</summary>
/// <remarks><see cref="Answer"/> lives as long as the job: what it captures stays in memory that long.</remarks>
internal sealed record VendorRequest
{
    public required ImageSource Image { get; init; }

    public required InputLimits Limits { get; init; }

    /// <summary>As on the price list: <c>upscale</c> or <c>enhance</c>.</summary>
    public string Operation { get; init; } = "upscale";

    /// <summary>
    /// What is to be made of the picture, once its size is known; throws where that is too much. The endpoint adds the
    /// server's model.
    /// </summary>
    public required Func<SourceImage, EnlargeOptions> Options { get; init; }

    /// <inheritdoc cref="EnlargeJob.Lifetime"/>
    public required TimeSpan Lifetime { get; init; }

    /// <inheritdoc cref="EnlargeJob.Parent"/>
    public Guid? Parent { get; init; }

    /// <summary>The vendor's answer with the finished result.</summary>
    public required Func<FinishedJob, IResult> Answer { get; init; }
}
