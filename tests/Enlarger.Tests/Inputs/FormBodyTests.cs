using System.Text;
using Enlarger.Server;
using Enlarger.Server.Inputs;

namespace Enlarger.Tests.Inputs;

/// <summary>Forms as clients write them, byte by byte. Bytes are shown as Latin-1.</summary>
public sealed class FormBodyTests
{
    private const string Field = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n";

    // The first bytes of a PNG: none of them is valid UTF-8 together.
    private const string Png = "\u0089PNG\r\n\u001A\n\0\0\0\rIHDR\r\n--";

    [Theory]
    [InlineData("Content-Disposition: form-data; name=\"image\"; filename=\"in.png\"\r\nContent-Type: image/png")]
    [InlineData("Content-Disposition: form-data; name=\"image\"\r\nContent-Type: application/octet-stream")]
    [InlineData("Content-Disposition: form-data; name=\"image\"; filename=\"blob\"")]
    [InlineData("Content-Disposition: form-data; name=\"image\"")]
    [InlineData("Content-Disposition: form-data; name=image; filename=in.png; filename*=utf-8''in.png")]
    [InlineData("Content-Type: image/png\r\nContent-Disposition: form-data; name=image; filename=in.png")]
    [InlineData("content-disposition:form-data;name=image")]
    [InlineData("Content-Disposition: form-data; inline; name=image;")]
    [InlineData("CONTENT-DISPOSITION: Form-Data ; NAME = \"image\" ")]
    [InlineData("Content-Disposition: form-data; filename=\"C:\\pictures\\in.png\"; name=\"image\"")]
    [InlineData("Content-Disposition: form-data; filename=\"a;name=\\\"no\\\".png\"; name=\"image\"")]
    [InlineData("Content-Disposition: form-data; name=\"image\"; filename=\"\u00E4 \"; \".png\"")]
    [InlineData("Content-Disposition: form-data;\r\n name=\"image\";\r\n\tfilename*=utf-8''in.png")]
    [InlineData("Content-Disposition: form-data; name=\"image\"\r\nContent-Transfer-Encoding: binary")]
    [InlineData("MIME-Version: 1.0\r\nContent-Length: 3\r\nContent-Disposition: form-data; name=\"image\"")]
    public void A_picture_keeps_its_bytes_however_it_is_headed(string head)
    {
        var part = Parse($"--b\r\n{head}\r\n\r\n{Png}\r\n--b--\r\n").Parts.Single();

        Assert.Equal("image", part.Name);
        Assert.Equal(Png, Encoding.Latin1.GetString(part.Bytes.Span));
    }

    [Fact]
    public void Reads_what_a_dotnet_client_of_AILab_sends()
    {
        var form = Parse(
            "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=upscale_factor"
            + "\r\n\r\n2\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Disposition: form-data; name=mode\r\n\r\nbase\r\n--b\r\n"
            + $"Content-Disposition: form-data; name=image; filename=in.png; filename*=utf-8''in.png\r\n\r\n{Png}"
            + "\r\n--b--\r\n");

        Assert.Equal(["upscale_factor", "mode", "image"], form.Parts.Select(part => part.Name));
        Assert.Equal("2", form.Find("upscale_factor")?.Text);
        Assert.Equal(Png.Length, form.Find("image")?.Bytes.Length);
        Assert.Null(form.Find("Mode"));
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=b")]
    [InlineData("multipart/form-data; boundary=\"b\"")]
    [InlineData("Multipart/Form-Data; charset=utf-8; Boundary=b")]
    public async Task The_boundary_may_be_quoted(string contentType)
    {
        var http = Request(contentType, Field + "1\r\n--b--\r\n");

        Assert.True(FormBody.IsForm(http));
        var form = await FormBody.ReadAsync(http, TestContext.Current.CancellationToken);

        Assert.Equal("1", form.Find("x")?.Text);
    }

    [Theory]
    [InlineData("\"---- '()+_,-./:=? x\"", "---- '()+_,-./:=? x")]
    [InlineData("----=_Part_1:2", "----=_Part_1:2")] // which should have been quoted
    public async Task A_boundary_of_special_characters_is_found(string written, string boundary)
    {
        var http = Request(
            $"multipart/form-data; boundary={written}",
            $"--{boundary}\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--{boundary}--");

        Assert.True(FormBody.IsForm(http));
        var form = await FormBody.ReadAsync(http, TestContext.Current.CancellationToken);

        Assert.Equal("1", form.Find("x")?.Text);
    }

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/form-data; boundary=\"\"")]
    [InlineData("multipart/form-data;boundary=x1234567890123456789012345678901234567890123456789012345678901234567890")]
    public async Task A_form_without_a_boundary_of_the_standard_is_refused(string contentType)
    {
        var refusal = await Assert.ThrowsAsync<FaultException>(
            () => FormBody.ReadAsync(Request(contentType, Field), TestContext.Current.CancellationToken));

        Assert.Equal(Fault.BodyInvalid, refusal.Fault);
        Assert.Contains("boundary", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("multipart/mixed; boundary=b")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("form-data")]
    [InlineData(null)]
    public void Other_types_are_no_forms(string? contentType) =>
        Assert.False(FormBody.IsForm(Request(contentType, "")));

    [Theory]
    [InlineData("1\r\n--b--", "1")] // no line end behind the last boundary
    [InlineData("1\r\n--b--\r\nepilogue --b\r\n", "1")]
    [InlineData("1\r\n--b  \t--\r\n--b--", "1\r\n--b  \t--")]
    [InlineData("\r\n--b--", "")]
    [InlineData("--b--", "")] // an empty part without a line of its own
    [InlineData("\r\n\r\n--b--", "\r\n")]
    [InlineData("1\r\n--bb\r\n--b--", "1\r\n--bb")] // a longer boundary, of a form inside of this one
    [InlineData("1\r\n--b1--\r\n--b--", "1\r\n--b1--")]
    [InlineData("1--b\r\n--b--", "1--b")]
    [InlineData("1\n--b--\r\n--b--", "1\n--b--")] // in a form with CR LF, LF begins no line
    [InlineData("1\r\n--b\n--\r\n--b--", "1\r\n--b\n--")]
    [InlineData("\r\n--\r\n--b--", "\r\n--")]
    public void Content_ends_where_the_boundary_has_a_line(string rest, string content) =>
        Assert.Equal(content, Parse(Field + rest).Find("x")?.Text);

    [Theory]
    [InlineData("preamble\r\n")]
    [InlineData("--not the boundary\r\n\r\n")]
    [InlineData("\r\n")]
    [InlineData("preamble--b\r\n")]
    public void What_stands_before_the_first_boundary_is_skipped(string preamble) =>
        Assert.Equal("1", Parse($"{preamble}{Field}1\r\n--b--").Find("x")?.Text);

    [Fact]
    public void Spaces_behind_a_boundary_are_skipped() =>
        Assert.Equal(
            "1", Parse("--b \t\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--b--").Find("x")?.Text);

    [Fact]
    public void A_form_written_with_LF_alone_is_read()
    {
        var form = Parse("--b\nContent-Disposition: form-data; name=x\n\n1\r\n--b\nContent-Disposition: form-data; "
            + "name=y\n\n2\n--b--\n");

        // The CR is content: a picture may end with one.
        Assert.Equal(["1\r", "2"], form.Parts.Select(part => part.Text));
    }

    [Fact]
    public void Of_parts_with_one_name_the_last_is_found_and_all_are_there()
    {
        var form = Parse(Field + "1\r\n" + Field + "2\r\n--b--");

        Assert.Equal("2", form.Find("x")?.Text);
        Assert.Equal(["1", "2"], form.Parts.Select(part => part.Text));
    }

    [Fact]
    public void A_form_inside_of_a_part_is_bytes()
    {
        const string Inner = "--i\r\nContent-Disposition: file; filename=in.png\r\n\r\npicture\r\n--i--";
        var form = Parse(
            "--b\r\nContent-Disposition: form-data; name=image\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n"
            + Inner + "\r\n--b--");

        Assert.Equal(Inner, Assert.Single(form.Parts).Text);
    }

    [Fact]
    public void Base64_is_taken_off() =>
        Assert.Equal(
            "picture",
            Parse("--b\r\nContent-Disposition: form-data; name=image\r\nContent-Transfer-Encoding: Base64\r\n\r\n"
                + "cGlj\r\ndHVyZQ==\r\n--b--").Find("image")?.Text);

    [Fact]
    public void A_form_of_nothing_has_no_parts() => Assert.Empty(Parse("--b--").Parts);

    [Theory]
    [InlineData("")]
    [InlineData("\r\n")]
    [InlineData("words")]
    [InlineData("--b")]
    [InlineData("--b\r\n")]
    [InlineData("--c--")]
    [InlineData("x--b--")]
    [InlineData(Field)]
    [InlineData(Field + "1")]
    [InlineData(Field + "1\r\n--b")]
    [InlineData(Field + "1\r\n--b-")]
    [InlineData(Field + "1\r\n--b\r\n--b--")]
    [InlineData("--b\r\n\r\n1\r\n--b--")] // no header at all
    [InlineData("--b\r\nContent-Type: image/png\r\n\r\n1\r\n--b--")]
    [InlineData("--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--")]
    [InlineData("--b\r\nContent-Disposition: form-data; filename=x\r\n\r\n1\r\n--b--")]
    [InlineData("--b\r\nContent-Disposition: attachment; name=x\r\n\r\n1\r\n--b--")]
    [InlineData("--b\r\nContent-Disposition; form-data; name=x\r\n\r\n1\r\n--b--")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=x\r\n1\r\n--b--")] // headers that never end
    [InlineData("--b\r\nContent-Disposition: form-data; name=x\r\nContent-Transfer-Encoding: base64\r\n\r\n?\r\n--b--")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=x\r\nContent-Transfer-Encoding: x\r\n\r\n1\r\n--b--")]
    public void What_is_cut_off_or_no_form_is_refused(string body) =>
        Assert.Equal(Fault.BodyInvalid, Assert.Throws<FaultException>(() => Parse(body)).Fault);

    [Fact]
    public void Headers_and_parts_have_their_limits()
    {
        var head = $"--b\r\nX: {new string('x', 17 << 10)}\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--b--";
        var many = string.Concat(Enumerable.Repeat(Field + "1\r\n", 65)) + "--b--";

        Assert.Equal(Fault.BodyInvalid, Assert.Throws<FaultException>(() => Parse(head)).Fault);
        Assert.Equal("x", Parse(Folded(lines: 31)).Parts.Single().Name);
        Assert.Equal(Fault.BodyInvalid, Assert.Throws<FaultException>(() => Parse(Folded(lines: 32))).Fault);
        Assert.Equal(
            "The form has more than 64 parts.", Assert.Throws<FaultException>(() => Parse(many)).Message);
    }

    [Theory]
    [InlineData("\u00FF")]
    [InlineData("gr\u00FCn")] // Latin-1
    [InlineData("\u00ED\u00A0\u0080")] // half of a surrogate pair
    [InlineData("\u00C0\u00AF")] // an overlong slash
    public void Text_that_is_not_UTF_8_is_refused_by_its_name(string text)
    {
        var part = Parse($"{Field}{text}\r\n--b--").Find("x")!;

        var refusal = Assert.Throws<FaultException>(() => part.Text);
        Assert.Equal((Fault.ParameterInvalid, "x", "x is not valid UTF-8."),
            (refusal.Fault, refusal.Field, refusal.Message));
    }

    [Fact]
    public void Text_is_UTF_8_and_never_as_large_as_a_file()
    {
        Assert.Equal("gr\u00FCn", Parse(Field + "gr\u00C3\u00BCn\r\n--b--").Find("x")!.Text);

        var lengthy = Parse($"{Field}{new string('a', 100_000)}\r\n--b--").Find("x")!;
        Assert.Equal(100_000, lengthy.Bytes.Length);
        Assert.Equal(Fault.ParameterInvalid, Assert.Throws<FaultException>(() => lengthy.Text).Fault);
    }

    [Fact]
    public void Parts_are_slices_of_the_body()
    {
        var body = Encoding.Latin1.GetBytes(Field + "picture\r\n--b--");

        Assert.True(body.AsSpan().Overlaps(FormBody.Parse(body, "b").Find("x")!.Bytes.Span));
    }

    // One header of one line, and more lines that continue it.
    private static string Folded(int lines) =>
        "--b\r\nContent-Disposition: form-data; name=x"
        + string.Concat(Enumerable.Repeat("\r\n ;", lines)) + "\r\n\r\n1\r\n--b--";

    private static FormBody Parse(string body) => FormBody.Parse(Encoding.Latin1.GetBytes(body), "b");

    private static Microsoft.AspNetCore.Http.HttpRequest Request(string? contentType, string body)
    {
        var http = BytesInFlightTests.NewRequest();
        http.ContentType = contentType;
        http.Body = new MemoryStream(Encoding.Latin1.GetBytes(body));
        return http;
    }
}
