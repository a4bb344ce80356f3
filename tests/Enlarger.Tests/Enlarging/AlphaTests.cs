namespace Enlarger.Tests.Enlarging;

public sealed class AlphaTests
{
    [Theory]
    [InlineData("photo", 4)]
    [InlineData("photo", 3)]
    [InlineData("bicubic", 4)]
    public async Task Colours_under_transparent_pixels_make_no_halo(string model, double scale)
    {
        // A white disc; around it the invisible black that editors leave there.
        var picture = Enlargement.Draw(48, 48, 4, (x, y, c) => IsInDisc(x, y) ? 255 : 0);

        var (image, _, _) = await Enlargement.Of(picture, new EnlargeOptions { Scale = scale, Model = model });

        var darkest = 255;
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                var pixel = image.Row(y).Slice(x * 4, 4);
                if (pixel[3] > 8)
                {
                    darkest = Math.Min(darkest, Math.Min(pixel[0], Math.Min(pixel[1], pixel[2])));
                }
            }
        }

        Assert.InRange(darkest, 248, 255);
    }

    [Fact]
    public async Task Edges_of_alpha_are_sharp()
    {
        var picture = Enlargement.Draw(48, 48, 4, (x, y, c) => c < 3 || IsInDisc(x, y) ? 255 : 0);

        var (image, _, _) = await Enlargement.Of(picture, new EnlargeOptions { Scale = 4 });

        var soft = 0;
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                soft += image.Row(y)[(x * 4) + 3] is > 16 and < 239 ? 1 : 0;
            }
        }

        // The circumference of the disc is 377 pixels after enlarging, and its edge a few pixels wide.
        Assert.InRange(soft, 1, 377 * 5);
        Assert.InRange(image.Row(96)[(96 * 4) + 3], 252, 255);
        Assert.InRange(image.Row(2)[(2 * 4) + 3], 0, 3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(77)]
    [InlineData(255)]
    public async Task Constant_alpha_stays_what_it_is(int alpha)
    {
        var waves = Enlargement.Waves(30, 20, 3);
        var picture = Enlargement.Draw(30, 20, 4, (x, y, c) => c == 3 ? alpha : waves.Row(y)[(x * 3) + c]);

        var (image, _, _) = await Enlargement.Of(picture, new EnlargeOptions { Scale = 2 });
        var (opaque, _, _) = await Enlargement.Of(waves, new EnlargeOptions { Scale = 2 });

        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                Assert.Equal(alpha, image.Row(y)[(x * 4) + 3]);
                Assert.True(image.Row(y).Slice(x * 4, 3).SequenceEqual(opaque.Row(y).Slice(x * 3, 3)));
            }
        }
    }

    [Fact]
    public async Task Grey_with_alpha_has_no_halo_either()
    {
        var picture = Enlargement.Draw(40, 40, 2, (x, y, c) => IsInDisc(x, y) ? 200 + (c * 55) : 0);

        var (image, _, _) = await Enlargement.Of(picture, new EnlargeOptions { Scale = 2 });

        Assert.Equal(2, image.Channels);
        for (var x = 0; x < image.Width; x++)
        {
            if (image.Row(48)[(x * 2) + 1] > 8)
            {
                Assert.InRange(image.Row(48)[x * 2], 194, 206);
            }
        }
    }

    private static bool IsInDisc(int x, int y) => ((x - 24) * (x - 24)) + ((y - 24) * (y - 24)) < 225;
}
