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
    }

    [Theory]
    [InlineData("gradient", 1)]
    [InlineData("gradient", 2)]
    [InlineData("low contrast", 1)]
    [InlineData("low contrast", 2)]
    [InlineData("checkerboard 1", 1)]
    [InlineData("checkerboard 2", 2)]
    [InlineData("checkerboard 8", 1)]
    [InlineData("checkerboard 8", 2)]
    [InlineData("colour checkerboard", 1)]
    [InlineData("tiles", 1)]
    [InlineData("text", 1)]
    [InlineData("text", 2)]
    [InlineData("noise", 1)]
    public async Task Any_word_and_any_few_of_them_suit_any_picture(string name, double scale)
    {
        var picture = Synthetic(name);
        var words = Lexicon.Own.Entries.Select(entry => entry.Word).ToArray();
        var random = new Random(11);
        var few = Enumerable.Range(0, 60).Select(_ => string.Join(", ", random.GetItems(words, random.Next(2, 7))));
        string[] prompts = [.. words, "", "black, coal, obsidian, night, menacing", .. few];
        var refused = new List<string>();
        foreach (var prompt in prompts)
        {
            try
            {
                await Enhanced.Of(picture, new EnhanceOptions { Creativity = 1, Prompt = prompt }, scale);
            }
            catch (ImageException error)
            {
                refused.Add($"{prompt}: {error.Message}");
            }
        }

        Assert.Empty(refused);
    }

    private static PixelImage Synthetic(string name)
    {
        var random = new Random(5);
        return Enlargement.Draw(64, 64, 3, (x, y, c) => name switch
        {
            "gradient" => c == 0 ? 4 * x : c == 1 ? 4 * y : 255 - (2 * (x + y)),
            "low contrast" => 118 + (int)(12 * Math.Sin(x / 9.0) * Math.Cos(y / 11.0)) + c,
            "checkerboard 1" => ((x + y) & 1) * 255,
            "checkerboard 2" => ((x / 2) + (y / 2)) % 2 * 255,
            "checkerboard 8" => ((x / 8) + (y / 8)) % 2 * 255,
            "colour checkerboard" => ((x / 16) + (y / 16)) % 2 == 0 ? c == 0 ? 255 : 0 : c == 1 ? 130 : 0,
            "tiles" => (((x / 16) * 89) + ((y / 16) * 53) + (c * 101)) % 256,
            "text" => y % 12 < 8 && ((x * 7) + (y / 12 * 5) + (x * y / 3)) % 5 < 2 ? 0 : 255,
            _ => random.Next(256),
        });
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
        var enhancement = Enhancement.Of(new EnhanceOptions { Creativity = 1, Prompt = prompt }, 0)!;
        var size = new PixelSize(picture.Width, picture.Height);
        var bounds = FidelityBounds.Of(enhancement, FidelityBounds.Faithful);
        var check = new FidelityCheck(size, 3, size, 3, bounds, isStyled: prompt.Length > 0);
        var enhancer = new Enhancer(picture, size, enhancement, restored: 0);
        var (row, expected) = (new float[picture.Width * 3], new float[picture.Width * 3]);
        for (var y = 0; y < picture.Height; y++)
        {
            Samples.ReadColours(picture, y, row);
            check.AddPicture(y, row);
            enhancer.Style(y, row, expected);
            check.AddExpected(y, expected);
            result(y, row);
            check.AddResult(y, row);
        }

        return check.Finish();
    }
}
