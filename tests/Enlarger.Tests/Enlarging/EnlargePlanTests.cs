using Enlarger.Choosing;
using Enlarger.Enlarging;
using Enlarger.Imaging;
using Enlarger.Models;

namespace Enlarger.Tests.Enlarging;

public sealed class EnlargePlanTests
{
    [Theory]
    [InlineData("photo", 1.5, "2")]
    [InlineData("photo", 2, "2")]
    [InlineData("photo", 3, "3")]
    [InlineData("photo", 3.1, "4")]
    [InlineData("photo", 5, "2 3")]
    [InlineData("photo", 7, "2 4")]
    [InlineData("photo", 9, "3 3")]
    [InlineData("photo", 16, "4 4")]
    [InlineData("drawing", 3, "4")]
    [InlineData("photo-fast", 3, "3")]
    [InlineData("bicubic", 3, "")]
    public void The_fewest_networks_run_and_of_those_the_smallest(string model, double scale, string passes) =>
        Assert.Equal(passes, PassesOf(new EnlargeOptions { Model = model, Scale = scale }));

    // There is no network for 3 times to go towards.
    [Theory]
    [InlineData(2, "2")]
    [InlineData(3, "4")]
    public void On_the_way_to_enhance_there_are_those_that_it_has(double scale, string passes) =>
        Assert.Equal(
            passes,
            PassesOf(new EnlargeOptions { Model = "photo", Scale = scale, Enhance = new EnhanceOptions() }));

    private static string PassesOf(EnlargeOptions options)
    {
        var (models, picture) = (new ModelStore(), Enlargement.Waves(40, 30, 3));
        var choice = ModelChoice.For(picture, models.Get(options.Model), options, models);

        var plan = EnlargePlan.For(new PixelSize(picture.Width, picture.Height), options, choice);

        return string.Join(' ', plan.Passes);
    }
}
