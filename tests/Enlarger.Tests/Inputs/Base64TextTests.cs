using System.Buffers.Text;
using System.Text;
using Enlarger.Server.Inputs;

namespace Enlarger.Tests.Inputs;

public sealed class Base64TextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("YQ==", "a")]
    [InlineData("YQ", "a")]
    [InlineData("YQ=", "a")]
    [InlineData("YWI=", "ab")]
    [InlineData("YWI", "ab")]
    [InlineData("YWJj", "abc")]
    [InlineData(" YW\r\nJj\t\n", "abc")]
    [InlineData("Pz8/Pj4+", "???>>>")]
    [InlineData("Pz8_Pj4-", "???>>>")]
    [InlineData("Pz8_Pj4+", "???>>>")]
    [InlineData("Pz8_\r\nPj4-\r\nYQ==\r\n", "???>>>a")]
    public void Either_alphabet_is_read_with_or_without_padding_and_line_ends(string text, string expected)
    {
        var bytes = Encoding.ASCII.GetBytes(text);

        Assert.Equal(expected, Encoding.ASCII.GetString(Base64Text.Decode(bytes)!.Value.Span));
        Assert.Equal(expected.Length, Base64Text.CountBytes(bytes));
    }

    [Theory]
    [InlineData("A")]
    [InlineData("YWJjZ")]
    [InlineData("YW*j")]
    [InlineData("YQ==YQ==")]
    [InlineData("Y=Q=")]
    [InlineData("data:image/png;base64,YWJj")]
    [InlineData("https://example.com/a.png")]
    [InlineData("gr\u00FCn")]
    [InlineData("YWJj\0")]
    public void What_is_no_base64_is_refused(string text) =>
        Assert.Null(Base64Text.Decode(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("data:image/png;base64,YWJj", "YWJj")]
    [InlineData("DATA:image/png;charset=x;BASE64,YWJj", "YWJj")]
    [InlineData("data:;base64,YWJj", "YWJj")]
    [InlineData("YWJj", "YWJj")]
    [InlineData("data:image/png,YWJj", "data:image/png,YWJj")]
    [InlineData("data:image/png;base64", "data:image/png;base64")]
    [InlineData("image/png;base64,YWJj", "image/png;base64,YWJj")]
    [InlineData("data", "data")]
    [InlineData("", "")]
    public void The_head_of_a_data_url_is_taken_off(string text, string expected)
    {
        var source = new ImageSource.Base64(Encoding.UTF8.GetBytes(text));

        Assert.Equal(expected, Encoding.UTF8.GetString(source.WithoutDataHead().Text.Span));
    }

    [Fact]
    public void Whatever_is_encoded_comes_back()
    {
        var random = new Random(20260102);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            var text = random.Next(2) == 0 ? Convert.ToBase64String(bytes) : Base64Url.EncodeToString(bytes);
            text = random.Next(2) == 0 ? text.TrimEnd('=') : text;
            for (var blanks = random.Next(4); blanks > 0; blanks--)
            {
                text = text.Insert(random.Next(text.Length + 1), random.Next(2) == 0 ? "\r\n" : " ");
            }

            var encoded = Encoding.ASCII.GetBytes(text);
            Assert.Equal(bytes, Base64Text.Decode(encoded)!.Value.ToArray());
            Assert.Equal(bytes.Length, Base64Text.CountBytes(encoded));
        }
    }
}
