using System.Text.Json;
using Enlarger.Imaging;
using Enlarger.Server.Decoding;
using Enlarger.Tests.Imaging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Enlarger.Tests.Decoding;

/// <summary>Pictures that are read in a process of their own.</summary>
public sealed class PictureDecoderTests
{
    // More than any decoder here needs.
    private static readonly TimeSpan Ample = TimeSpan.FromHours(1);

    public static TheoryData<ImageFormat> Formats => [.. ImageFormats.All];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_picture_is_the_same_as_when_it_is_read_here(ImageFormat format)
    {
        using var decoder = new PictureDecoder(NullLogger<PictureDecoder>.Instance);
        byte[][] files =
        [
            Pictures.Write(Pictures.Make(61, 43, 3, metadata: MetadataTests.Everything()), format),
            Pictures.Write(Pictures.Make(40, 30, 4, 16), format),
            Pictures.Write(Pictures.Make(15, 15, 1), format),
        ];
        foreach (var file in files)
        {
            var expected = Pictures.Read(file);
            var actual = await ReadAsync(decoder, file);

            Assert.Equal(Text(expected), Text(actual));
            Assert.True(expected.Image.Samples.Span.SequenceEqual(actual.Image.Samples.Span));
        }
    }

    // What is added to a picture has to be added to the reply of the process as well.
    [Fact]
    public void Nothing_of_a_picture_is_forgotten()
    {
        Assert.Equal(["Format", "Frames", "Image", "Notes"], Names(typeof(ReadImage)));
        Assert.Equal(
            ["BitDepth", "Channels", "Height", "Layout", "Metadata", "Samples", "Width"], Names(typeof(PixelImage)));

        static IEnumerable<string> Names(Type type) => type.GetProperties().Select(property => property.Name).Order();
    }

    [Fact]
    public async Task A_refusal_is_the_same_as_when_it_is_read_here()
    {
        using var decoder = new PictureDecoder(NullLogger<PictureDecoder>.Instance);
        var whole = Pictures.Write(Pictures.Make(300, 200, 3), ImageFormat.Jpeg);
        foreach (var file in (byte[][])[whole[..(whole.Length / 2)], [], [1, 2, 3], ManyParts.Jpeg(64, 64, 101)])
        {
            var expected = Assert.Throws<ImageException>(() => Pictures.Read(file));
            var actual = await Assert.ThrowsAsync<ImageException>(() => ReadAsync(decoder, file));

            Assert.Equal((expected.Fault, expected.Message), (actual.Fault, actual.Message));
        }

        Assert.Equal(300, (await ReadAsync(decoder, whole)).Image.Width);
    }

    // Long enough for each to be met at work, and of those formats the ones that take long before the first row.
    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Who_cancels_does_not_wait_for_a_decoder(ImageFormat format)
    {
        using var decoder = new PictureDecoder(NullLogger<PictureDecoder>.Instance);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var file = SlowPictures.Make(format);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => decoder.ReadAsync(
            file,
            Ample,
            _ =>
            {
                cancel.Cancel();
                return Task.CompletedTask;
            },
            cancel.Token));

        Assert.Equal(30, (await ReadAsync(decoder, Pictures.Write(Pictures.Make(30, 20, 3), format))).Image.Width);
    }

    [Fact]
    public async Task A_picture_that_takes_longer_than_is_allowed_is_refused()
    {
        using var decoder = new PictureDecoder(NullLogger<PictureDecoder>.Instance);
        var refusal = await Assert.ThrowsAsync<ImageException>(() => decoder.ReadAsync(
            SlowPictures.Make(ImageFormat.Jpeg),
            TimeSpan.Zero,
            _ => Task.CompletedTask,
            TestContext.Current.CancellationToken));

        Assert.Equal(ImageFault.TooComplex, refusal.Fault);
    }

    [Fact]
    public async Task A_decoder_stands_still_while_others_are_served()
    {
        using var decoder = new PictureDecoder(NullLogger<PictureDecoder>.Instance);
        var turn = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        var reading = decoder.ReadAsync(
            SlowPictures.Make(ImageFormat.Jpeg),
            Ample,
            _ =>
            {
                asked.TrySetResult();
                return turn.Task;
            },
            TestContext.Current.CancellationToken);
        await asked.Task;
        // Another one is read meanwhile, in a process of its own.
        await ReadAsync(decoder, Pictures.Write(Pictures.Make(30, 20, 3), ImageFormat.Png));

        Assert.False(reading.IsCompleted);
        turn.SetResult();
        Assert.Equal(SlowPictures.Side, (await reading).Image.Width);
    }

    private static Task<ReadImage> ReadAsync(PictureDecoder decoder, byte[] file) =>
        decoder.ReadAsync(file, Ample, _ => Task.CompletedTask, TestContext.Current.CancellationToken);

    private static string Text(ReadImage read) =>
        JsonSerializer.Serialize(new { read.Image.Layout, read.Image.Metadata, read.Format, read.Frames, read.Notes });
}
