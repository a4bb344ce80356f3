using System.Globalization;
using System.Text;
using Enlarger.Server;
using Enlarger.Server.Vendors.AILab;
using Enlarger.Server.Vendors.Monica;
using Enlarger.Server.Vendors.Pixelcut;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Enlarger.Tests.Vendors;

/// <summary>The documents of the vendors' routes know every refusal, also those that are hard to bring about.</summary>
public sealed class DocumentedAnswerTests
{
    // The folder, the route that can meet any fault, and how it answers one.
    private static readonly Dictionary<string, Route> Routes = new(StringComparer.Ordinal)
    {
        ["Pixelcut"] = new("/v1/upscale", PixelcutErrors.Answer),
        ["Monica"] = new("/v1/image/tool/upscale", MonicaErrors.Answer),
        ["AILab"] = new("/api/image/enhance/image-lossless-enlargement", AILabErrors.Answer),
    };

    // The others are those of paths and methods that no document has.
    private static readonly Fault[] FaultsOfRoutes =
        [.. Enum.GetValues<Fault>().Except([Fault.PathUnknown, Fault.MethodUnsupported])];

    public static TheoryData<string> Folders => [.. Routes.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Every_fault_has_an_answer_that_the_document_knows(string folder)
    {
        var route = Routes[folder];
        var document = ContractDocument.Of(folder);
        var complaints = new List<string>();
        foreach (var fault in FaultsOfRoutes)
        {
            var isOfParameter = fault is Fault.ParameterMissing or Fault.ParameterInvalid or Fault.ParameterUnknown;
            var refusal = new FaultException(fault, "This is why.") { Field = isOfParameter ? "scale" : null };
            complaints.AddRange(document.Complaints("POST", route.Path, await AnswerAsync(route, refusal))
                .Select(complaint => $"{fault}: {complaint}"));
        }

        Assert.Empty(complaints);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task No_status_is_documented_that_is_never_answered(string folder)
    {
        var route = Routes[folder];
        var answered = new SortedSet<int> { StatusCodes.Status200OK };
        foreach (var fault in FaultsOfRoutes)
        {
            answered.Add((await AnswerAsync(route, new FaultException(fault, "This is why."))).Status);
        }

        var operation = ContractDocument.Of(folder).Operations.Single(operation => operation.Path == route.Path);
        var documented = operation.Node["responses"]!.AsObject()
            .Select(response => int.Parse(response.Key, CultureInfo.InvariantCulture));
        Assert.Equal(answered, documented.Order());
    }

    private static async Task<ContractAnswer> AnswerAsync(Route route, FaultException refusal)
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        using var body = new MemoryStream();
        var http = new DefaultHttpContext { RequestServices = services };
        http.Response.Body = body;
        await route.Answer(http, refusal).ExecuteAsync(http);
        return new ContractAnswer(
            http.Response.StatusCode,
            http.Response.ContentType!.Split(';')[0],
            Encoding.UTF8.GetString(body.ToArray()));
    }

    private sealed record Route(string Path, Func<HttpContext, FaultException, IResult> Answer);
}
