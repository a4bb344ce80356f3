using Enlarger.Imaging;
using Enlarger.Models;

namespace Enlarger.Tests.Enlarging;

/// <summary>Flat pictures stay flat through the whole pipeline, with the options of users.</summary>
public sealed class FlatPictureTests
{
    private const int LevelsMax = 2;

    public static TheoryData<string, double> Models => new()
    {
        { ModelStore.Auto, 4 }, { ModelStore.Auto, 1.5 },
        { "photo", 2 }, { "photo", 3 }, { "photo", 4 }, { "photo", 8 },
        { "photo-fast", 2 }, { "photo-fast", 3 }, { "photo-fast", 4 }, { "drawing", 2 }, { "drawing", 4 },
        { "enhance", 2 }, { "enhance", 4 }, { "restore", 1 },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Every_pixel_keeps_its_colour(string model, double scale)
    {
        foreach (var (channels, sample) in ((int, int[])[])[
            (3, [255, 0, 255]), (3, [230, 120, 10]), (4, [255, 0, 255, 255]), (4, [0, 200, 40, 128]), (1, [90]),
            (2, [200, 255])])
        {
            await Check(Enlargement.Draw(24, 17, channels, (_, _, c) => sample[c]), model, scale);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task So_does_a_picture_of_16_bits(string model, double scale)
    {
        byte[] pixel = [0xff, 0xff, 0x00, 0x00, 0x34, 0xb2];
        byte[] samples = [.. Enumerable.Range(0, 19 * 26 * pixel.Length).Select(i => pixel[i % pixel.Length])];
        await Check(new PixelImage(19, 26, 3, 16, samples), model, scale);
    }

    private static async Task Check(PixelImage picture, string model, double scale)
    {
        var (image, _, _) = await Enlargement.Of(picture, new EnlargeOptions { Scale = scale, Model = model });
        var bytes = picture.BitDepth / 8;
        for (var y = 0; y < image.Height; y++)
        {
            for (var i = 0; i < image.Width * image.Channels; i++)
            {
                var (was, isNow) = (Sample(picture, 0, i % picture.Channels), Sample(image, y, i));
                var level = bytes == 2 ? 257 : 1;
                Assert.InRange(isNow, was - (LevelsMax * level), was + (LevelsMax * level));
            }
        }

        int Sample(PixelImage from, int y, int i) =>
            bytes == 2 ? BitConverter.ToUInt16(from.Row(y)[(i * 2)..]) : from.Row(y)[i];
    }
}
