using Enlarger.Imaging;
using Enlarger.Tests.Enlarging;

namespace Enlarger.Tests.Enhancing;

public sealed class PromptTests
{
    [Theory]
    [InlineData("gold", "GOLDEN")]
    [InlineData("gold", "  the gold; Gold, golden!")]
    [InlineData("gold", "a picture made of golds")]
    [InlineData("ruby", "rubies")]
    [InlineData("watercolor", "watercolours")]
    [InlineData("black and white", "Black-and-white")]
    [InlineData("gold, marble", "marble gold")]
    [InlineData("gold", "gold without neon")]
    [InlineData("gold", "gold, no grain, not a neon")]
    [InlineData("", "no gold")]
    [InlineData("", "not too dark")]
    [InlineData("", "not very, very overly")]
    [InlineData("", "without any gold")]
    [InlineData("", "don't make it dark")]
    [InlineData("", "don’t make it much too dark")]
    [InlineData("", "not zxqv gold")]
    [InlineData("", "no zxqv blorp flumphy gold")]
    [InlineData("gold", "not zxqv blorp flumphy gnarpel gold")]
    [InlineData("gold", "no, gold")]
    [InlineData("gold", "not zxqv. Gold")]
    [InlineData("gold", "not too dark gold")]
    [InlineData("", "the of and")]
    [InlineData("", "zxqv blorp")]
    public async Task Means_the_same(string one, string other) =>
        Assert.Equal((await Apply(one)).Samples.ToArray(), (await Apply(other)).Samples.ToArray());

    [Theory]
    [InlineData("gold", "marble")]
    [InlineData("gold", "gold, marble")]
    [InlineData("black and white", "black, white")]
    [InlineData("angry", "menacing")]
    [InlineData("not dark", "dark")]
    public async Task Means_something_else(string one, string other) =>
        Assert.True(Enhanced.Difference(await Apply(one), await Apply(other)) > 1);

    [Theory]
    [InlineData("gold", 30, 0)]
    [InlineData("red", 20, 0)]
    [InlineData("blue", -20, 0)]
    [InlineData("night", -10, -20)]
    [InlineData("bright", 0, 10)]
    [InlineData("black and white", 0, 0)]
    public async Task Colours_go_where_the_word_says(string prompt, double redder, double brighter)
    {
        var (plain, styled) = (await Apply(""), await Apply(prompt));

        var (before, after) = (Mean(plain), Mean(styled));
        var warmth = after.Red - after.Blue - (before.Red - before.Blue);
        Assert.True(redder == 0 || warmth / redder > 1, $"{warmth}");
        Assert.True(brighter == 0 || (after.Green - before.Green) / brighter > 1, $"{after.Green - before.Green}");
        if (prompt == "black and white")
        {
            Assert.InRange(Math.Abs(after.Red - after.Blue), 0, 0.3 * Math.Abs(before.Red - before.Blue));
        }
    }

    [Fact]
    public async Task Unknown_words_are_named_once_as_they_were_written()
    {
        var options = new EnhanceOptions { Prompt = "Flumphy gold, with flumphy Gnarpel's 猫 ✨ and marbles; 42" };

        var (_, result, _) = await Enlargement.Of(
            Enlargement.Waves(16, 16, 3), new EnlargeOptions { Scale = 1, Enhance = options });

        Assert.Equal(["Flumphy", "Gnarpel", "猫", "42"], result.UnknownWords);
    }

    [Fact]
    public async Task Any_text_is_a_prompt()
    {
        var random = new Random(3);
        var picture = Enlargement.Waves(12, 12, 3);
        for (var round = 0; round < 60; round++)
        {
            // Half of surrogate pairs, controls, marks and all: whatever 16 bits are.
            var text = string.Create(
                random.Next(EnhanceOptions.PromptCharactersMax + 1),
                random,
                (span, dice) =>
                {
                    foreach (ref var letter in span)
                    {
                        letter = (char)dice.Next(dice.Next(2) == 0 ? 128 : char.MaxValue + 1);
                    }
                });

            var image = await Enhanced.Of(picture, new EnhanceOptions { Prompt = text });

            Assert.Equal(12, image.Width);
        }
    }

    [Fact]
    public async Task Every_word_at_once_is_still_the_picture()
    {
        var all = string.Join(' ', Enlarger.Enhancing.Lexicon.Own.Entries.Select(entry => entry.Word));

        var image = await Apply(all[..Math.Min(all.Length, EnhanceOptions.PromptCharactersMax)]);

        Assert.Equal(96, image.Width);
    }

    [Fact]
    public async Task A_prompt_that_is_too_long_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(
            () => Apply(new string('a', EnhanceOptions.PromptCharactersMax + 1)));

    private static Task<PixelImage> Apply(string prompt) =>
        Enhanced.Of(Enhanced.Sample("kitten-on-lawn", 96, 64), new EnhanceOptions { Prompt = prompt });

    private static (double Red, double Green, double Blue) Mean(PixelImage image)
    {
        var samples = image.Samples.ToArray();
        return (Channel(0), Channel(1), Channel(2));

        double Channel(int channel) => samples.Where((_, index) => index % 3 == channel).Average(sample => sample);
    }
}
