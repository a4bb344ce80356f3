using Enlarger.Imaging;
using Enlarger.Server.Accounts;
using Enlarger.Tests.Imaging;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Jobs;

public sealed class IsolationTests
{
    [Theory]
    [InlineData("bicubic")]
    [InlineData("faithful.onnx")]
    public async Task Nobody_ever_gets_a_pixel_of_another_picture(string model)
    {
        const int Requests = 60;
        const int Keys = 6;
        var cancel = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder["faithful.onnx"], TestNetworks.Faithful(), cancel);
        await using var server = await RunningServer.StartAsync(
            ("Jobs:Model", model == "bicubic" ? model : folder[model]), ("Jobs:Threads", "3"));
        using var client = server.Connect();
        var keys = Enumerable.Range(0, Keys).Select(key => server.MakeKey($"key {key}")).ToList();
        var random = new Random(5);
        var colours = Enumerable.Range(0, Requests).Select(_ => random.Next(1 << 24)).ToList();

        await Parallel.ForEachAsync(
            Enumerable.Range(0, Requests),
            new ParallelOptions { MaxDegreeOfParallelism = 24, CancellationToken = cancel },
            async (request, stop) =>
            {
                // Alpha, so that the answer is a PNG and the colour comes back exactly.
                var (width, height) = (64 + (request % 5 * 40), 64 + (request % 7 * 30));
                var picture = Solid(colours[request], width, height);
                using var answer = await PixelcutClient.UpscaleAsync(
                    client, keys[request % Keys], picture, 2, stop, accept: "image/*");
                var body = await answer.Content.ReadAsByteArrayAsync(stop);

                Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
                var image = ImageReader.Read(body, Pictures.Limits, stop).Image;
                Assert.Equal((width * 2, height * 2), (image.Width, image.Height));
                AssertOnly(colours[request], image);
            });

        Assert.All(keys, key => Assert.Equal(100 - (Requests / Keys), server.Get<KeyRing>().Find(key)!.Balance));
    }

    private static byte[] Solid(int colour, int width, int height)
    {
        byte[] pixel = [(byte)(colour >> 16), (byte)(colour >> 8), (byte)colour, 255];
        var samples = Enumerable.Repeat(pixel, width * height).SelectMany(samples => samples).ToArray();
        return Pictures.Write(new PixelImage(width, height, 4, 8, samples), ImageFormat.Png);
    }

    private static void AssertOnly(int colour, PixelImage image)
    {
        var samples = image.Samples.Span;
        for (var i = 0; i < samples.Length; i += 4)
        {
            var found = (samples[i] << 16) | (samples[i + 1] << 8) | samples[i + 2];
            if (found != colour)
            {
                Assert.Fail($"Pixel {i / 4} of the answer to {colour:X6} is {found:X6}.");
            }
        }
    }
}
