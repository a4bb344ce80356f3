using System.Text;
using Enlarger.Imaging;
using Enlarger.Server;
using Enlarger.Server.Inputs;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Inputs;

public sealed class InputLoaderTests
{
    private static readonly InputLimits Limits = new()
    {
        BytesMax = 200_000,
        Formats = new HashSet<ImageFormat> { ImageFormat.Jpeg, ImageFormat.Png },
        SideMin = 32,
        WidthMax = 400,
        HeightMax = 200,
        EitherWay = true,
        PixelsMin = 2000,
        PixelsMax = 70_000,
    };

    [Theory]
    [InlineData("400x100.png")]
    [InlineData("100x400.png")]
    [InlineData("350x200.jpg")]
    [InlineData("40x50-grey.jpg")]
    public async Task A_picture_within_the_limits_comes_in_either_way(string name)
    {
        var file = TestPictures.Make(name);
        var text = Encoding.ASCII.GetBytes(Convert.ToBase64String(file));

        var uploaded = await LoadAsync(new ImageSource.Upload(file));
        var decoded = await LoadAsync(new ImageSource.Base64(text));

        Assert.Equal(name.Split('.', '-')[0], $"{uploaded.Width}x{uploaded.Height}");
        Assert.Equal(uploaded.Header, decoded.Header);
        Assert.Equal(file, decoded.File.ToArray());
    }

    [Theory]
    [InlineData("empty.bin", nameof(Fault.ImageUnreadable), "The image is empty: it has no bytes.")]
    [InlineData("words.txt", nameof(Fault.ImageFormatUnsupported), "The file is not a picture of a known kind.")]
    [InlineData("40x50.gif", nameof(Fault.ImageFormatUnsupported), "GIF images are not accepted here.")]
    [InlineData("40x50-damaged.gif", nameof(Fault.ImageFormatUnsupported), "GIF images are not accepted here.")]
    [InlineData(
        "200001-bytes.jpg", nameof(Fault.ImageTooLarge), "The image has 200001 bytes; 200000 are allowed.")]
    [InlineData(
        "31x100.png",
        nameof(Fault.ResolutionTooLow),
        "The image has 31 x 100 pixels; each side must have at least 32.")]
    [InlineData(
        "40x49.png", nameof(Fault.ResolutionTooLow), "The image has 40 x 49 pixels; at least 2000 in all are needed.")]
    [InlineData(
        "201x201.png",
        nameof(Fault.ResolutionTooHigh),
        "The image has 201 x 201 pixels; at most 400 x 200, or this turned, are allowed.")]
    [InlineData(
        "header-30000x30000.png",
        nameof(Fault.ResolutionTooHigh),
        "The image has 30000 x 30000 pixels; at most 400 x 200, or this turned, are allowed.")]
    [InlineData(
        "200x400.png",
        nameof(Fault.ResolutionTooHigh),
        "The image has 200 x 400 pixels; at most 70000 in all are allowed.")]
    public async Task What_is_not_is_refused_with_what_was_found_and_what_is_allowed(
        string name, string fault, string words)
    {
        var file = TestPictures.Make(name);
        var text = Encoding.ASCII.GetBytes(Convert.ToBase64String(file));
        foreach (var source in (ImageSource[])[new ImageSource.Upload(file), new ImageSource.Base64(text)])
        {
            var refusal = await Assert.ThrowsAsync<FaultException>(() => LoadAsync(source));
            Assert.Equal((fault, words), (refusal.Fault.ToString(), refusal.Message));
        }
    }

    [Fact]
    public async Task Base64_is_weighed_before_it_is_decoded()
    {
        var text = Encoding.ASCII.GetBytes(new string('A', 4_000_000));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refusal = await Assert.ThrowsAsync<FaultException>(() => LoadAsync(new ImageSource.Base64(text)));

        Assert.Equal("The image has 3000000 bytes; 200000 are allowed.", refusal.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public async Task Words_are_no_base64()
    {
        var refusal = await Assert.ThrowsAsync<FaultException>(
            () => LoadAsync(new ImageSource.Base64("https://example.com/a.png"u8.ToArray())));

        Assert.Equal(
            (Fault.ImageUnreadable, "The image is not valid base64."), (refusal.Fault, refusal.Message));
    }

    private static async Task<SourceImage> LoadAsync(ImageSource source)
    {
        using var fetcher = new ImageDownloader(
            Microsoft.Extensions.Options.Options.Create(new InputSettings()),
            new PretendNetwork().ToSockets(),
            TimeProvider.System,
            new LogBook<ImageDownloader>());
        return await new InputLoader(fetcher).LoadAsync(source, Limits, TestContext.Current.CancellationToken);
    }
}
