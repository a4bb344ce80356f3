using Enlarger.Enhancing;
using Enlarger.Enlarging;
using Enlarger.Imaging;
using Enlarger.Tests.Enlarging;

namespace Enlarger.Tests.Enhancing;

/// <summary>An enhanced result may differ, and must still be the picture.</summary>
public sealed class EnhancedFidelityTests
{
    [Theory]
    [InlineData("")]
    [InlineData("gold")]
    [InlineData("x ray, neon")]
    public void Black_nan_and_other_pictures_are_refused(string prompt)
    {
        var picture = Enhanced.Sample("kitten-on-lawn");
        var other = Enhanced.Sample("motherboard-circuits");

        Refused(prompt, picture, (_, row) => row.Clear());
        Refused(prompt, picture, (_, row) => row.Fill(float.NaN));
        Refused(prompt, picture, (_, row) => row.Fill(1));
        Refused(prompt, picture, (y, row) => Samples.ReadColours(other, y, row));
        Refused(prompt, picture, (y, row) => Samples.ReadColours(picture, picture.Height - 1 - y, row));
        Assert.Equal(0, Check(prompt, picture, (y, row) => Samples.ReadColours(picture, y, row)), 0.01);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(255, 255, 255)]
    [InlineData(0, 0, 255)]
    [InlineData(255, 255, 0)]
    [InlineData(0, 255, 255)]
    public async Task Solid_colours_stay_valid_pictures_in_any_style(int red, int green, int blue)
    {
        var picture = Enlargement.Draw(24, 24, 3, (_, _, c) => c == 0 ? red : c == 1 ? green : blue);
        foreach (var word in Lexicon.Own.Entries.Select(entry => entry.Word))
        {
            var options = new EnhanceOptions { Creativity = 1, Prompt = word };

            Assert.Equal(24, (await Enhanced.Of(picture, options)).Width);
        }
    }

    private static void Refused(string prompt, PixelImage picture, FloatRowSource result)
    {
        var error = Assert.Throws<ImageException>(() => Check(prompt, picture, result));

        Assert.Equal(ImageFault.ResultWrong, error.Fault);
    }

    private static double Check(string prompt, PixelImage picture, FloatRowSource result)
    {
        var enhancement = Enhancement.Of(new EnhanceOptions { Creativity = 1, Prompt = prompt })!;
        var size = new PixelSize(picture.Width, picture.Height);
        var check = new FidelityCheck(size, 3, size, 3, FidelityBounds.Of(enhancement));
        var row = new float[picture.Width * 3];
        for (var y = 0; y < picture.Height; y++)
        {
            Samples.ReadColours(picture, y, row);
            check.AddPicture(y, row);
            result(y, row);
            check.AddResult(y, row);
        }

        return check.Finish();
    }
}
