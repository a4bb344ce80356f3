using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>Names of formats.</summary>
public sealed class ImageFormatsTests
{
    [Theory]
    [InlineData("jpg", ImageFormat.Jpeg)]
    [InlineData("jpeg", ImageFormat.Jpeg)]
    [InlineData(".JPG", ImageFormat.Jpeg)]
    [InlineData("Png", ImageFormat.Png)]
    [InlineData("tif", ImageFormat.Tiff)]
    [InlineData(".tiff", ImageFormat.Tiff)]
    [InlineData("dib", ImageFormat.Bmp)]
    public void Names_are_found_in_every_spelling(string name, ImageFormat format) =>
        Assert.Equal(format, ImageFormats.Find(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("svg")]
    [InlineData("jpg ")]
    public void Other_names_are_not_found(string name) => Assert.Null(ImageFormats.Find(name));

    [Fact]
    public void Every_format_is_found_by_its_own_extension_and_name()
    {
        foreach (var format in ImageFormats.All)
        {
            Assert.Equal(format, ImageFormats.Find(format.Extension()));
            Assert.Equal(format, ImageFormats.Find(format.DisplayName()));
            Assert.Equal($"image/{format.DisplayName().ToLowerInvariant()}", format.MediaType());
        }
    }
}
