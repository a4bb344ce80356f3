using System.Runtime.InteropServices;
using Enlarger.Imaging;
using Enlarger.Inference;
using Enlarger.Tests.Enlarging;
using Enlarger.Tests.Inference;

namespace Enlarger.Tests.Choosing;

public sealed class RestoringTests : IDisposable
{
    private static readonly PixelImage Damaged =
        Damage.Part(Damage.Jpeg(Damage.Clean("kitten-on-lawn"), 15), 60, 40, 96, 64);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Strength_is_a_line_from_the_picture_to_what_the_network_makes_of_it()
    {
        var none = await AtStrength(0);
        var half = await AtStrength(0.5);
        var whole = await AtStrength(1);

        Assert.Equal(Damaged.Samples.ToArray(), none);
        Assert.NotEqual(none, whole);
        Assert.All(none.Zip(half, whole), level =>
            Assert.InRange(level.Second - ((level.First + level.Third) / 2.0), -1, 1));

        async Task<byte[]> AtStrength(double strength)
        {
            var options = new EnlargeOptions { Model = "restore", Scale = 1, Restore = strength };
            return (await Enlargement.Of(Damaged, options)).Image.Samples.ToArray();
        }
    }

    [Theory]
    [InlineData("photo", 2)]
    [InlineData("photo", 3)]
    [InlineData("lanczos", 1.5)]
    public async Task Restoring_first_is_what_two_runs_do(string model, double scale)
    {
        // 16 bits, so that what the first run rounds does not show.
        var picture = Damage.Deep(Damaged);
        var restored = (await Enlargement.Of(picture, new EnlargeOptions { Model = "restore", Scale = 1 })).Image;

        var two = (await Enlargement.Of(restored, new EnlargeOptions { Model = model, Scale = scale })).Image;
        var (one, result, _) = await Enlargement.Of(
            picture, new EnlargeOptions { Model = model, Scale = scale, Restore = 1 });

        Assert.Equal((model, 1), (result.Model, result.Restored));
        Assert.All(Wide(one).Zip(Wide(two)), pair => Assert.InRange(pair.First - pair.Second, -32, 32));

        static ushort[] Wide(PixelImage image) => MemoryMarshal.Cast<byte, ushort>(image.Samples.Span).ToArray();
    }

    [Fact]
    public async Task The_result_does_not_depend_on_threads()
    {
        var options = new EnlargeOptions { Model = "photo", Scale = 2, Restore = 0.7 };

        var (_, _, one) = await Enlargement.Of(Damaged, options with { Threads = 1 });
        var (_, _, three) = await Enlargement.Of(Damaged, options with { Threads = 3 });

        Assert.Equal(one, three);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Alpha_and_grey_stay(int channels)
    {
        var picture = Enlargement.Draw(64, 48, channels, (x, y, c) =>
            c == channels - 1 ? x * 4 : Damaged.Row(y)[(x * 3) + c]);

        var (image, _, _) = await Enlargement.Of(picture, new EnlargeOptions { Model = "restore", Scale = 1 });

        Assert.Equal(picture.Layout, image.Layout);
        Assert.Equal(Alpha(picture), Alpha(image));

        byte[] Alpha(PixelImage from) => [.. from.Samples.ToArray().Where((_, i) => i % channels == channels - 1)];
    }

    [Theory]
    [InlineData(0, 1, false)]
    [InlineData(0, 0.5, false)]
    [InlineData(0, 0.5, true)]
    [InlineData(1.6f, 1, false)]
    [InlineData(1.6f, 1, true)]
    [InlineData(float.NaN, 0.1, false)]
    public async Task A_network_that_fails_is_an_error_at_any_strength(float factor, double strength, bool enhances)
    {
        var options = new EnlargeOptions
        {
            Model = Restorer(factor),
            Scale = 1,
            Restore = strength,
            Enhance = enhances ? new EnhanceOptions { Creativity = 1 } : null,
        };

        var error = await Assert.ThrowsAsync<ImageException>(() => Enlargement.Of(Damaged, options));

        Assert.Equal(ImageFault.ResultWrong, error.Fault);
    }

    [Fact]
    public async Task A_restorer_of_your_own_is_run_once()
    {
        var options = new EnlargeOptions { Model = Restorer(0.98f), Scale = 1 };

        var (image, result, _) = await Enlargement.Of(Damaged, options);

        Assert.Equal(1, result.Restored);
        Assert.All(
            Damaged.Samples.ToArray().Zip(image.Samples.ToArray()),
            pair => Assert.InRange(pair.Second - (0.98 * pair.First), -0.51, 0.51));
    }

    [Fact]
    public async Task A_restorer_does_not_enlarge_and_says_so()
    {
        var error = await Assert.ThrowsAsync<ModelException>(
            () => Enlargement.Of(Damaged, new EnlargeOptions { Model = "restore", Scale = 2 }));

        Assert.Contains("keeps the size", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public async Task Strengths_beyond_the_whole_are_refused(double strength) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => Enlargement.Of(Damaged, new EnlargeOptions { Restore = strength }));

    // Each channel times a factor.
    private string Restorer(float factor)
    {
        var path = _folder["own.onnx"];
        File.WriteAllBytes(path, new OnnxWriter().Input("x", 3)
            .Floats("w", [3, 3, 1, 1], factor, 0, 0, 0, factor, 0, 0, 0, factor)
            .Node("Conv", ["x", "w"], "y").Output("y").ToArray());
        return path;
    }
}
