using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Enlarger.Server;
using Enlarger.Server.Inputs;
using Enlarger.Tests.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Enlarger.Tests.Inputs;

/// <summary>How much memory the bodies of all requests take together, and when it is given back.</summary>
public sealed class BytesInFlightTests
{
    private const string Upscale = "/api/v1/image/upscale";

    /// <summary>A request outside of any server.</summary>
    internal static HttpRequest NewRequest()
    {
        var services = new ServiceCollection();
        services.AddSingleton(Options.Create(new InputSettings()));
        services.AddSingleton<BytesInFlight>();
        return new DefaultHttpContext { RequestServices = services.BuildServiceProvider() }.Request;
    }

    [Fact]
    public void One_key_leaves_a_quarter_to_keys_that_hold_nothing()
    {
        var bytes = Of(megabytes: 100);
        bytes.Take("a", 75_000_000);

        Refused(bytes, "a", 1);
        bytes.Take("b", 25_000_000);
        Refused(bytes, "c", 1);
    }

    [Fact]
    public void Room_comes_back_when_less_was_read_and_when_the_request_ends()
    {
        var bytes = Of(megabytes: 100);
        var room = bytes.Take("a", 75_000_000);

        room.Keep(1_000_000);
        Assert.Equal(1_000_000, bytes.Held);
        using (bytes.Take("a", 74_000_000))
        {
            Refused(bytes, "a", 1);
        }

        room.Dispose();
        room.Dispose();
        Assert.Equal(0, bytes.Held);
    }

    [Fact]
    public void A_body_that_is_larger_than_all_room_is_read_where_it_is_the_only_one()
    {
        var bytes = Of(megabytes: 1);
        using (bytes.Take("a", 30_000_000))
        {
            Refused(bytes, "b", 1);
        }

        Assert.Equal(0, bytes.Held);
    }

    [Fact]
    public async Task Beyond_the_bound_a_request_is_told_to_try_again_and_is_served_later()
    {
        await using var server = await RunningServer.StartAsync(("Inputs:MegabytesMax", "1"));
        using var client = server.Connect();
        client.DefaultRequestHeaders.Authorization = new("Bearer", server.MakeKey("other"));
        var held = server.Get<BytesInFlight>();
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port, Cancel);
            await socket.SendAsync(
                Encoding.ASCII.GetBytes(
                    $"POST {Upscale} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.MakeKey("holder")}\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 900000\r\n\r\n{"),
                Cancel);
            await UntilAsync(() => held.Held == 900_000);

            using var refused = await client.PostAsync(Upscale, Body(200_000), Cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(5), refused.Headers.RetryAfter?.Delta);
            using var small = await client.PostAsync(Upscale, Body(50_000), Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, small.StatusCode);
        }

        // The connection of the other is closed, with which its request ends.
        await UntilAsync(() => held.Held == 0);
        using var served = await client.PostAsync(Upscale, Body(200_000), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, served.StatusCode);
    }

    [Fact]
    public async Task A_server_that_has_nothing_to_do_gives_memory_back()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        using var folder = new TemporaryFolder();
        await using var server = ServeProcess.Start(folder.Root, "--urls", "http://127.0.0.1:0", "-m", "bicubic");
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = await server.AddressAsync(Cancel) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", await server.KeyAsync(Cancel));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var refused = await client.PostAsync(Upscale, Body(30_000_000), Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }));

        var full = ResidentBytes(server.Id);
        // Eight bodies of 30 MB were here, at least one of them lately.
        await UntilAsync(() => ResidentBytes(server.Id) < full - 30_000_000);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static BytesInFlight Of(int megabytes) =>
        new(Options.Create(new InputSettings { MegabytesMax = megabytes }));

    private static void Refused(BytesInFlight bytes, string key, long count)
    {
        var refusal = Assert.Throws<FaultException>(() => bytes.Take(key, count));
        Assert.Equal(Fault.Overloaded, refusal.Fault);
        Assert.NotNull(refusal.RetryAfter);
    }

    // JSON with a picture that is none, and of that many bytes.
    private static StringContent Body(int bytes)
    {
        const string Start = "{\"image\":\"";
        const string End = "\"}";
        var image = new string('A', bytes - Start.Length - End.Length);
        return new StringContent(Start + image + End, Encoding.UTF8, "application/json");
    }

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        while (!isTrue())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), Cancel);
        }
    }

    private static long ResidentBytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status")
            .First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line[6..^2].Trim(), CultureInfo.InvariantCulture) * 1024;
    }
}
