using Enlarger.Server;
using Enlarger.Server.Jobs;
using Enlarger.Tests.Imaging;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Vendors;

/// <summary>Every exchange in this folder, against a real server on a real port.</summary>
public sealed class TranscriptTests(TranscriptTests.Servers servers) : IClassFixture<TranscriptTests.Servers>
{
    private const string Default = "auto";

    private static readonly string Folder = Repository.Path("tests/Enlarger.Tests/Vendors");

    public static TheoryData<string> Transcripts =>
    [
        .. Directory.EnumerateFiles(Folder, "*.http", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Transcripts))]
    public async Task Answers_as_promised(string transcript)
    {
        var cancel = TestContext.Current.CancellationToken;
        var promise = new Transcript(Path.Combine(Folder, transcript));
        if (promise.Settings.Count == 0)
        {
            await promise.VerifyAsync(servers.Standard, servers.Pictures, cancel);
            return;
        }

        await using var server = await RunningServer.StartAsync([.. promise.Settings]);
        var results = await promise.VerifyAsync(server, servers.Pictures, cancel);
        if (IsOfDefault(promise))
        {
            await AssertNotInterpolatedAsync(promise, results, cancel);
        }
    }

    // The same requests to a server that interpolates give pictures of the same size, and not the same pictures.
    private async Task AssertNotInterpolatedAsync(
        Transcript promise, IReadOnlyList<byte[]> results, CancellationToken cancel)
    {
        var interpolated = await promise.VerifyAsync(servers.Standard, servers.Pictures, cancel);
        Assert.NotEmpty(results);
        foreach (var (result, other) in results.Zip(interpolated))
        {
            var likeness = Pictures.Psnr(Pictures.Read(other).Image, Pictures.Read(result).Image);
            Assert.InRange(likeness, 15, 60);
        }
    }

    /// <summary>The others interpolate, for speed: these look at what a server does that is started as it is.</summary>
    [Fact]
    public void Every_vendor_is_shown_with_the_default_model()
    {
        Assert.Equal(Default, new JobSettings().Model);
        var counts = Transcripts.Select(row => row.Data)
            .Where(transcript => IsOfDefault(new Transcript(Path.Combine(Folder, transcript))))
            .CountBy(transcript => transcript.Split('/')[0])
            .ToList();

        Assert.Equal(WebServer.Vendors.Count, counts.Count);
        Assert.All(counts, vendor => Assert.InRange(vendor.Value, 3, 10));
    }

    private static bool IsOfDefault(Transcript transcript) => transcript.Settings.Contains(("Jobs:Model", Default));

    public sealed class Servers : IAsyncLifetime
    {
        internal RunningServer Standard { get; private set; } = null!;

        internal PictureHost Pictures { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Standard = await RunningServer.StartAsync();
            Pictures = await PictureHost.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Standard.DisposeAsync();
            await Pictures.DisposeAsync();
        }
    }
}
