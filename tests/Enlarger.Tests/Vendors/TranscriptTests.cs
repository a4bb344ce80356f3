using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Vendors;

/// <summary>Every exchange in this folder, against a real server on a real port.</summary>
public sealed class TranscriptTests(TranscriptTests.Servers servers) : IClassFixture<TranscriptTests.Servers>
{
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
        await promise.VerifyAsync(server, servers.Pictures, cancel);
    }

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
