using System.Net;
using System.Text;
using System.Text.Json;
using Enlarger.Server;
using Enlarger.Server.Vendors.Stablecog;
using Enlarger.Server.Vendors.Venice;
using Enlarger.Tests.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Enlarger.Tests.Vendors;

/// <summary>Every fault has an answer in the contract, those that are hard to bring about too.</summary>
public sealed class RefusalTests
{
    // Those that are somebody else's fault than the caller's, or that waiting makes good.
    private static readonly Fault[] Ours = [Fault.TimedOut, Fault.ResultWrong, Fault.Internal];

    // The others are those of paths and methods that no document has.
    private static readonly Fault[] FaultsOfRoutes =
        [.. Enum.GetValues<Fault>().Except([Fault.PathUnknown, Fault.MethodUnsupported])];

    private static readonly Fault[] Limits = [Fault.RateExceeded, Fault.ConcurrencyExceeded];

    [Fact]
    public async Task Venice_refuses_within_its_contract()
    {
        var contract = ContractDocument.Of("Venice");
        foreach (var fault in FaultsOfRoutes)
        {
            var http = await AnswerAsync(VeniceErrors.Answer, new FaultException(fault, "Words.") { Field = "scale" });

            Assert.Empty(Complaints(contract, http, "/api/v1/image/upscale"));
            Assert.Equal(Ours.Contains(fault) || fault == Fault.Overloaded, http.Response.StatusCode >= 500);
            Assert.Equal(http.Response.StatusCode is 429 or 503, http.Response.Headers.RetryAfter == "1");
        }
    }

    [Fact]
    public async Task Stablecog_refuses_within_its_contract()
    {
        var contract = ContractDocument.Of("Stablecog");
        foreach (var fault in FaultsOfRoutes)
        {
            var http = await AnswerAsync(StablecogErrors.Answer, new FaultException(fault, "Words."));

            Assert.Empty(Complaints(contract, http, "/v1/image/upscale"));
            Assert.Equal(Ours.Contains(fault), http.Response.StatusCode >= 500);
            Assert.Equal(Limits.Contains(fault), http.Response.StatusCode == 429);
        }
    }

    [Fact]
    public async Task Stablecog_names_the_settings_of_work_that_failed()
    {
        const string Id = "14c9c5a4-33a8-4aed-a648-ee8510ae65b2";
        var settings = new StablecogSettings(new Guid(Id), "https://a.example/<b>&c");

        var http = await AnswerAsync(
            StablecogErrors.Answer, new FaultException(Fault.TimedOut, "It took too long."), settings);

        Assert.Equal(
            """{"error":"TIMEOUT","settings":{"model_id":"ID","input":"https://a.example/\u003cb\u003e\u0026c"}}"""
                .Replace("ID", Id, StringComparison.Ordinal) + "\n",
            BodyOf(http));
    }

    [Fact]
    public async Task Results_of_Stablecog_do_not_expire()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await RunningServer.StartAsync();
        await using var pictures = await PictureHost.StartAsync();
        using var client = server.Connect();
        client.DefaultRequestHeaders.Add("Authorization", $"Bearer {server.MakeKey("someone")}");
        using var body = new StringContent($$"""{"input":"{{pictures.Address}}20x16.png"}""");
        using var answer = await client.PostAsync(new Uri("/v1/image/upscale", UriKind.Relative), body, cancel);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync(cancel));
        var address = json.RootElement.GetProperty("outputs")[0].GetProperty("url").GetString()!;

        server.Time.Advance(TimeSpan.FromDays(3650));

        using var result = await client.GetAsync(new Uri(address), cancel);
        Assert.Equal(HttpStatusCode.OK, result.StatusCode);
    }

    [Fact]
    public async Task Waits_are_rounded_up_to_seconds()
    {
        var refusal = new FaultException(Fault.Overloaded, "Words.") { RetryAfter = TimeSpan.FromMilliseconds(2100) };

        var http = await AnswerAsync(VeniceErrors.Answer, refusal);

        Assert.Equal("3", http.Response.Headers.RetryAfter);
    }

    [Fact]
    public void Ignored_words_are_named_in_ascii_and_within_bounds()
    {
        var http = new DefaultHttpContext();

        VeniceHeaders.NameIgnoredWords(http.Response, ["blorp", "grün\r\nx: y", .. Enumerable.Repeat("word", 1000)]);

        var named = http.Response.Headers["x-enlarger-ignored-words"].ToString();
        Assert.StartsWith("blorp,gr%C3%BCn%0D%0Ax%3A%20y,word,word", named, StringComparison.Ordinal);
        Assert.InRange(named.Length, 1000, 1024);
    }

    private static async Task<DefaultHttpContext> AnswerAsync(
        Func<HttpContext, FaultException, IResult> answer, FaultException refusal, StablecogSettings? settings = null)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(new ManualTime());
        var http = new DefaultHttpContext { RequestServices = services.BuildServiceProvider() };
        http.Response.Body = new MemoryStream();
        http.Features.Set(settings);
        await answer(http, refusal).ExecuteAsync(http);
        return http;
    }

    private static IEnumerable<string> Complaints(ContractDocument contract, HttpContext http, string path) =>
        contract.Complaints(
            "POST",
            path,
            new ContractAnswer(http.Response.StatusCode, http.Response.ContentType!.Split(';')[0], BodyOf(http)));

    private static string BodyOf(HttpContext http) =>
        Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray());
}
