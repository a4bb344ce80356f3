using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Enlarger.Server;
using Enlarger.Server.Vendors.AILab;
using Enlarger.Server.Vendors.Monica;
using Enlarger.Server.Vendors.Pixelcut;
using Enlarger.Tests.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Enlarger.Tests.Vendors;

/// <summary>What the documents of the vendors' routes say is what they answer.</summary>
public sealed partial class ContractTests
{
    // The folder, the route that can meet any fault, and how it answers one.
    private static readonly Dictionary<string, Route> Routes = new(StringComparer.Ordinal)
    {
        ["Pixelcut"] = new("/v1/upscale", PixelcutErrors.Answer),
        ["Monica"] = new("/v1/image/tool/upscale", MonicaErrors.Answer),
        ["AILab"] = new("/api/image/enhance/image-lossless-enlargement", AILabErrors.Answer),
    };

    public static TheoryData<string> Folders => [.. Routes.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Every_fault_has_an_answer_that_the_document_knows(string folder)
    {
        var (path, answer) = Routes[folder];
        var document = ContractDocument.Of(folder);
        var complaints = new List<string>();
        foreach (var fault in Enum.GetValues<Fault>())
        {
            var isOfParameter = fault is Fault.ParameterMissing or Fault.ParameterInvalid or Fault.ParameterUnknown;
            var refusal = new FaultException(fault, "This is why.") { Field = isOfParameter ? "scale" : null };
            var (status, mediaType, body) = await ExecuteAsync(answer, refusal);
            complaints.AddRange(document.Complaints("POST", path, status, mediaType, body)
                .Select(complaint => $"{fault}: {complaint}"));
        }

        Assert.Empty(complaints);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task No_status_is_documented_that_is_never_answered(string folder)
    {
        var (path, answer) = Routes[folder];
        var answered = new SortedSet<int> { StatusCodes.Status200OK };
        foreach (var fault in Enum.GetValues<Fault>())
        {
            answered.Add((await ExecuteAsync(answer, new FaultException(fault, "This is why."))).Status);
        }

        Assert.Equal(answered, ContractDocument.Of(folder).Statuses("POST", path).Order());
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_promise_fits_the_document(string folder)
    {
        var document = ContractDocument.Of(folder);
        var files = Directory.GetFiles(Repository.Path($"tests/Enlarger.Tests/Vendors/{folder}"), "*.http");
        var complaints =
            from file in files
            from exchange in new Transcript(file).Exchanges
            let line = exchange.Request.Split(' ', 3)
            let method = line[0]
            let path = line[1].Split('\n')[0]
            where document.Has(method, path)
            let parts = exchange.Promised.Split("\n\n", 2)
            let mediaType = ContentType().Match(parts[0]).Groups["type"].Value
            let status = int.Parse(parts[0][..3], CultureInfo.InvariantCulture)
            let body = mediaType == "application/json" ? parts[1] : null
            from complaint in document.Complaints(method, path, status, mediaType, body)
            select $"{Path.GetFileName(file)}: {complaint}";

        Assert.NotEmpty(files);
        Assert.Empty(complaints);
    }

    private static async Task<(int Status, string MediaType, string Body)> ExecuteAsync(
        Func<HttpContext, FaultException, IResult> answer, FaultException refusal)
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        using var body = new MemoryStream();
        var http = new DefaultHttpContext { RequestServices = services };
        http.Response.Body = body;
        await answer(http, refusal).ExecuteAsync(http);
        var mediaType = http.Response.ContentType!.Split(';')[0];
        return (http.Response.StatusCode, mediaType, Encoding.UTF8.GetString(body.ToArray()));
    }

    [GeneratedRegex("^Content-Type: (?<type>[^;\n]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ContentType();

    private sealed record Route(string Path, Func<HttpContext, FaultException, IResult> Answer);
}
