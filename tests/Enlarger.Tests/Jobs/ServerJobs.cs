using System.Collections.Concurrent;
using Enlarger.Imaging;
using Enlarger.Server.Accounts;
using Enlarger.Server.Inputs;
using Enlarger.Server.Jobs;
using Enlarger.Server.Storage;
using Enlarger.Tests.Imaging;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Jobs;

/// <summary>Jobs at the door of the queue, behind the vendors.</summary>
internal static class ServerJobs
{
    // Long enough to be met at work: half a second and more on one thread.
    public const string Huge = "600x600.png";

    private static readonly ConcurrentDictionary<string, byte[]> Files = new(StringComparer.Ordinal);

    public static Account Account(this RunningServer server, string name, long credits = 100) =>
        server.Get<KeyRing>().Find(server.MakeKey(name, credits))!;

    public static long Balance(this RunningServer server, Account account) => server.Get<KeyRing>().Balance(account);

    public static EnlargeJob Job(Account account, string picture, double scale = 4, string model = RunningServer.Model)
    {
        var file = Files.GetOrAdd(picture, TestPictures.Make);
        return new EnlargeJob
        {
            Account = account,
            Vendor = "pixelcut",
            Operation = "upscale",
            Source = new SourceImage(file, ImageReader.ReadHeader(file, Pictures.Limits)),
            Options = new EnlargeOptions { Model = model, Scale = scale, Format = ImageFormat.Png },
            Lifetime = TimeSpan.FromHours(1),
        };
    }

    /// <summary>What contradicts itself in the books of a server that has nothing to do.</summary>
    public static IReadOnlyList<string> Contradictions(this RunningServer server) =>
        Books.Contradictions(server.Get<Database>(), server.Get<DataFolder>());

    /// <summary>Waits for something that another thread brings about.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TestContext.Current.CancellationToken);
        }
    }
}
