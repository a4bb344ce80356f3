using System.Net;
using Enlarger.Tests.Serving;

namespace Enlarger.Tests.Vendors;

/// <summary>Each vendor's openapi.json against its transcripts, and against requests that break it.</summary>
public sealed class ContractTests
{
    // Five vendors: a thousand.
    private const int BadRequestsPerVendor = 200;
    private const int Seed = 20261121;

    private static readonly string Transcripts = Repository.Path("tests/Enlarger.Tests/Vendors");

    public static TheoryData<string> Vendors => [.. ContractDocument.All.Select(document => document.Vendor)];

    [Theory]
    [MemberData(nameof(Vendors))]
    public void What_transcripts_promise_fits_the_document(string vendor)
    {
        var document = ContractDocument.Of(vendor);
        var complaints =
            from file in Directory.EnumerateFiles(Path.Combine(Transcripts, vendor), "*.http")
            from exchange in new Transcript(file).Exchanges
            let line = exchange.Request.Split('\n')[0].Split(' ')
            let path = line[1].Split('?')[0]
            where document.Operations.Any(operation => operation.Path == path)
            from complaint in exchange.Promised.Length == 0
                ? ["an answer is missing"]
                : document.Complaints(line[0], path, Answer(exchange.Promised))
            select $"{vendor}/{Path.GetFileName(file)}: {complaint}";

        Assert.Empty(complaints);
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task Bad_requests_are_refused_as_the_document_says(string vendor)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync();
        await using var pictures = await PictureHost.StartAsync();
        using var client = server.Connect();
        var document = ContractDocument.Of(vendor);
        var key = server.MakeKey("contract", credits: 5);
        var requests = new BadRequests(document, key, pictures.Address, Seed).Take(BadRequestsPerVendor).ToList();
        var complaints = new List<string>();

        foreach (var request in requests)
        {
            using var message = request.ToMessage();
            using var response = await client.SendAsync(message, cancel);
            var answer = new ContractAnswer(
                (int)response.StatusCode,
                response.Content.Headers.ContentType?.MediaType ?? "",
                await response.Content.ReadAsStringAsync(cancel));
            complaints.AddRange(
                Complaints(document, request, answer).Select(complaint => $"{complaint}\n{request}\n{answer}\n"));
        }

        Assert.Equal(BadRequestsPerVendor, requests.Count);
        Assert.True(complaints.Count == 0, $"{complaints.Count} complaints:\n\n{string.Join('\n', complaints)}");
    }

    private static IEnumerable<string> Complaints(ContractDocument document, BadRequest request, ContractAnswer answer)
    {
        if (answer.Status is < (int)HttpStatusCode.BadRequest or >= (int)HttpStatusCode.InternalServerError)
        {
            yield return $"{answer.Status}";
        }

        // HEAD answers have no body to be looked at.
        if (request.Method != "HEAD")
        {
            foreach (var complaint in document.Complaints(request.Method, request.Path, answer))
            {
                yield return complaint;
            }
        }
    }

    // Status line, headers, a blank line, the body; see TranscriptAnswer.
    private static ContractAnswer Answer(string promised)
    {
        var cut = promised.IndexOf("\n\n", StringComparison.Ordinal);
        var head = (cut < 0 ? promised : promised[..cut]).Split('\n');
        var type = head.FirstOrDefault(line => line.StartsWith("Content-Type: ", StringComparison.Ordinal)) ?? "";
        return new ContractAnswer(
            int.Parse(head[0].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture),
            type.Split(": ")[^1].Split(';')[0],
            cut < 0 ? "" : promised[(cut + 2)..]);
    }
}
