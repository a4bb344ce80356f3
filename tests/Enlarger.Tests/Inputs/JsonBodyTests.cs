using System.Text;
using Enlarger.Server;
using Enlarger.Server.Inputs;

namespace Enlarger.Tests.Inputs;

public sealed class JsonBodyTests
{
    [Theory]
    [InlineData("""{"x":"1"}""")]
    [InlineData("\uFEFF{\"x\":\"1\"}")]
    [InlineData(" \r\n\t{ \"x\" : \"1\" } \n")]
    [InlineData("""{"\u0078":"\u0031"}""")]
    [InlineData("""{"x":"0","x":"1"}""")] // as in JavaScript, the last one counts
    public void An_object_is_read(string body)
    {
        using var json = Parse(body);

        Assert.Equal("1", json.RootElement.GetProperty("x").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{")]
    [InlineData("""{"x":1,}""")]
    [InlineData("""{"x":1}{}""")]
    [InlineData("""{"x":1} // why""")]
    [InlineData("""{'x':1}""")]
    [InlineData("""{x:1}""")]
    [InlineData("""{"x":NaN}""")]
    [InlineData("""{"x":01}""")]
    [InlineData("""{"x":"\x"}""")]
    [InlineData("{\"x\":\"\n\"}")]
    [InlineData("x=1&y=2")]
    public void What_is_no_object_is_refused(string body) => Refused(Encoding.UTF8.GetBytes(body));

    [Theory]
    [InlineData("""{"x":"\uD800"}""")]
    [InlineData("""{"x":"\uDC00\uD800"}""")]
    [InlineData("""{"x":"\ud83d!"}""")]
    [InlineData("""{"x":"\\\uD800\\uDC00"}""")]
    [InlineData("""{"\uDFFF":1}""")]
    public void Half_a_surrogate_pair_is_refused(string body) =>
        Assert.Contains("surrogate", Refused(Encoding.UTF8.GetBytes(body)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"x":"\uD83D\uDE00"}""", "\U0001F600")]
    [InlineData("""{"x":"\\uD800"}""", "\\uD800")]
    [InlineData("""{"x":"\\\\uD800\n\u0041\/"}""", "\\\\uD800\nA/")]
    public void Escapes_of_text_are_read(string body, string text)
    {
        using var json = Parse(body);

        Assert.Equal(text, json.RootElement.GetProperty("x").GetString());
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_refused()
    {
        Refused([.. "{\"x\":\""u8, 0xFF, .. "\"}"u8]);
        Refused([.. "{\"x\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8]);
        Refused([.. "{\"x\":\""u8, 0xC3]);
        Refused(Encoding.Unicode.GetBytes("{\"x\":1}"));
        Refused(Encoding.BigEndianUnicode.GetBytes("\uFEFF{\"x\":1}"));
        Refused(Encoding.Latin1.GetBytes("{\"x\":\"gr\u00FCn\"}"));
    }

    [Theory]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=ISO-8859-1")]
    [InlineData("application/json; charset=klingon")]
    public async Task A_charset_has_no_effect(string contentType)
    {
        // RFC 8259, 11. Java's most used client declares ISO-8859-1 unless it is told not to.
        var http = BytesInFlightTests.NewRequest();
        http.ContentType = contentType;
        http.Body = new MemoryStream(Encoding.UTF8.GetBytes("{\"x\":\"gr\u00FCn\"}"));

        using var json = await JsonBody.ReadAsync(http, TestContext.Current.CancellationToken);

        Assert.Equal("gr\u00FCn", json.RootElement.GetProperty("x").GetString());
    }

    [Fact]
    public void Depth_and_number_of_members_have_their_limits()
    {
        using var deepest = Parse("{\"x\":" + new string('[', 15) + new string(']', 15) + "}");
        using var most = Parse($"{{\"x\":[{string.Join(',', Enumerable.Repeat("1", 9_000))}]}}");

        Refused(Encoding.UTF8.GetBytes("{\"x\":" + new string('[', 16) + new string(']', 16) + "}"));
        Refused(Encoding.UTF8.GetBytes(new string('[', 1_000_000)));
        Refused(Encoding.UTF8.GetBytes($"{{\"x\":[{string.Join(',', Enumerable.Repeat("1", 10_000))}]}}"));
    }

    [Theory]
    [InlineData("cGljdHVyZT8/", "cGljdHVyZT8/")]
    [InlineData("cGljdHVyZT8\\/", "cGljdHVyZT8/")] // PHP
    [InlineData("cGlj\\u002B\\u003d", "cGlj+=")] // .NET, and Gson
    [InlineData("cGlj\\r\\ndHVy", "cGlj\r\ndHVy")]
    [InlineData("", "")]
    public void A_picture_in_base64_is_taken_without_its_escapes(string json, string expected)
    {
        ImageSource.Base64 source;
        using (var body = Parse($"{{\"image\":\"{json}\"}}"))
        {
            source = new ImageSource.Base64(body.BytesOf(body.RootElement.GetProperty("image")));
        }

        Assert.Equal(expected, Encoding.UTF8.GetString(source.Text.Span));
    }

    [Fact]
    public void A_large_picture_is_never_copied()
    {
        const int Letters = 8 << 20;
        using var body = Parse($"{{\"image\":\"{new string('A', Letters)}\"}}");
        var before = GC.GetAllocatedBytesForCurrentThread();

        var source = new ImageSource.Base64(body.BytesOf(body.RootElement.GetProperty("image")));

        Assert.Equal(Letters, source.Text.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }

    private static JsonBody Parse(string body) => JsonBody.Parse(Encoding.UTF8.GetBytes(body));

    private static FaultException Refused(byte[] body)
    {
        var refusal = Assert.Throws<FaultException>(() => JsonBody.Parse(body));
        Assert.Equal(Fault.BodyInvalid, refusal.Fault);
        return refusal;
    }
}
