using Enlarger.Imaging;
using Enlarger.Models;
using Enlarger.Tests.Enlarging;

namespace Enlarger.Tests.Choosing;

/// <summary>Where the network that auto chose cannot do a picture, a kernel does.</summary>
public sealed class FallbackTests
{
    // The matrix of Bayer for ordered dither.
    private static readonly int[] Bayer = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];

    [Theory]
    [InlineData(2)]
    [InlineData(12)]
    [InlineData(14)]
    public async Task Auto_takes_a_kernel_for_a_dithered_picture_and_says_so(int level)
    {
        var dither = Dither(level);
        var options = new EnlargeOptions { Scale = 4 };
        var refusal = await Record.ExceptionAsync(
            () => Enlargement.Of(dither, options with { Model = ModelStore.Drawing }));
        Assert.SkipWhen(refusal is null, "The network for drawings can do this picture, so that nothing falls back.");

        var (_, result, file) = await Enlargement.Of(dither, options);
        var (_, _, kernel) = await Enlargement.Of(dither, options with { Model = "bicubic" });

        Assert.Equal("bicubic", result.Model);
        Assert.Contains("bicubic was used instead", Assert.Single(result.Notes));
        Assert.NotNull(result.Traits);
        Assert.Equal(kernel, file);
    }

    [Fact]
    public async Task A_model_that_was_named_is_refused()
    {
        var refusal = await Assert.ThrowsAsync<ImageException>(
            () => Enlargement.Of(Dither(4), new EnlargeOptions { Scale = 4, Model = "photo" }));

        Assert.Equal(ImageFault.ResultWrong, refusal.Fault);
    }

    // A flat grey of black and white pixels.
    private static PixelImage Dither(int level) =>
        Enlargement.Draw(96, 96, 1, (x, y, _) => Bayer[(y % 4 * 4) + (x % 4)] < level ? 255 : 0);

    [Fact]
    public async Task Nothing_is_said_of_a_picture_that_the_network_can_do()
    {
        var (_, result, _) = await Enlargement.Of(Enlargement.Waves(64, 64, 3), new EnlargeOptions { Scale = 4 });

        Assert.NotEqual("bicubic", result.Model);
        Assert.Empty(result.Notes);
    }
}
