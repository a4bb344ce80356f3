using Enlarger.Enhancing;
using Enlarger.Imaging;
using Enlarger.Tests.Enlarging;

namespace Enlarger.Tests.Enhancing;

public sealed class LexiconTests
{
    // Two levels of 255 in the mean of a picture are seen beside it at once.
    private const double VisibleLevels = 2;

    [Fact]
    public void It_knows_many_words() => Assert.InRange(Lexicon.Own.Entries.Count, 120, 1000);

    [Fact]
    public async Task Every_row_changes_a_grey_ramp_and_a_photograph()
    {
        var ramp = Enlargement.Draw(96, 48, 3, (x, _, _) => x * 255 / 95);
        var photograph = Enhanced.Sample("kitten-on-lawn", 96, 64);
        var (plainRamp, plainPhotograph) = (await Apply(ramp, ""), await Apply(photograph, ""));

        foreach (var word in Lexicon.Own.Entries.Select(entry => entry.Word))
        {
            var onRamp = Enhanced.Difference(plainRamp, await Apply(ramp, word));
            var onPhotograph = Enhanced.Difference(plainPhotograph, await Apply(photograph, word));
            Assert.True(onRamp >= VisibleLevels, $"{word} changes the ramp by {onRamp:0.0} levels.");
            Assert.True(onPhotograph >= VisibleLevels, $"{word} changes the photograph by {onPhotograph:0.0} levels.");
        }

        static Task<PixelImage> Apply(PixelImage picture, string prompt) =>
            Enhanced.Of(picture, new EnhanceOptions { Prompt = prompt });
    }

    [Fact]
    public void Every_texture_and_tone_is_some_words_doing()
    {
        var unused = Enum.GetValues<LookKnob>()
            .Where(knob => Lexicon.Own.Entries.All(entry => entry.Look[knob] == 0));

        Assert.Empty(unused);
    }

    [Theory]
    [InlineData("gold: tint=0.5", "palette")]
    [InlineData("gold: palette=000000/ffffff", "palette")]
    [InlineData("gold: tint=0.5 palette=000000", "two to four")]
    [InlineData("gold: tint=0.5 palette=000000/12345", "six hexadecimal")]
    [InlineData("gold: tint=1.5 palette=000000/ffffff", "1.5")]
    [InlineData("gold: fade=-0.5", "-0.5")]
    [InlineData("gold: fade=0", "0")]
    [InlineData("gold: fade=NaN", "NaN")]
    [InlineData("gold: sparkles=0.5", "sparkles")]
    [InlineData("gold: fade=0.5 fade=0.6", "twice")]
    [InlineData("gold: fade", "fade")]
    [InlineData("gold:", "something")]
    [InlineData("gold fade=0.5", "colon")]
    [InlineData("Gold: fade=0.5", "lower-case")]
    [InlineData("gold, gold: fade=0.5", "already")]
    public void A_bad_row_is_refused_by_its_line(string row, string reason)
    {
        var error = Assert.Throws<FormatException>(() => Lexicon.Parse($"# Words\n[looks]\n{row}\n"));

        Assert.Contains("Line 3", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_and_three_colours_are_spread_over_the_palette()
    {
        var look = Lexicon.Parse("[looks]\ntwo: tint=1 palette=000000/ff0000\n").Find("two")!.Look;

        Assert.Equal([0, 85, 170, 255], look.Palette.Select(colour => Math.Round(colour.Red * 255)));
    }
}
