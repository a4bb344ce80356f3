using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Enlarger.Server;
using Enlarger.Server.Inputs;

namespace Enlarger.Tests.Inputs;

/// <summary>What a stranger's URL must not reach.</summary>
public sealed class LinkGuardTests
{
    private const string Picture = "HTTP/1.1 200 OK\nContent-Length: 7";

    [Theory]
    [InlineData("")]
    [InlineData("picture.png")]
    [InlineData("/picture.png")]
    [InlineData("//example.com/picture.png")]
    [InlineData("http://")]
    [InlineData("http:///picture.png")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.com/picture.png")]
    [InlineData("gopher://example.com:25/_HELO")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:image/png;base64,iVBORw0KGgo=")]
    [InlineData("unix:///var/run/docker.sock")]
    [InlineData("http+unix://%2Fvar%2Frun%2Fdocker.sock/info")]
    [InlineData("http://user:password@example.com/picture.png")]
    [InlineData("http://user@example.com/picture.png")]
    [InlineData("http://example.com:99999/")]
    [InlineData("http://a..b/")]
    public async Task Only_http_and_https_without_credentials_are_fetched(string address)
    {
        var network = new PretendNetwork().With("example.com", "1.1.1.1");

        await Fetching.RefusedAsync(Fault.UrlInvalid, Fetching.FetchAsync(address, network.ToSockets()));

        Assert.Empty(network.Reached);
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("::ffff:8.8.8.8")]
    public async Task A_public_address_of_this_machine_is_its_own(string address)
    {
        var network = new PretendNetwork().With("example.com", address);
        var asked = new List<IPAddress>();
        var own = network.ToSockets() with
        {
            IsOwn = other =>
            {
                asked.Add(other);
                return true;
            },
        };

        await Fetching.RefusedAsync(Fault.UrlInvalid, Fetching.FetchAsync("http://example.com/", own));

        Assert.Empty(network.Reached);
        Assert.Single(asked);
    }

    [Fact]
    public void The_addresses_of_this_machine_are_those_of_its_network_cards()
    {
        var network = new OutboundSockets();
        Assert.True(network.IsOwn(IPAddress.Loopback));
        Assert.True(network.IsOwn(IPAddress.Loopback.MapToIPv6()));
        Assert.False(network.IsOwn(IPAddress.Parse("203.0.113.77")));
    }

    [Fact]
    public async Task A_url_of_any_length_is_refused_without_a_connection() =>
        await Fetching.RefusedAsync(
            Fault.UrlInvalid,
            Fetching.FetchAsync("http://example.com/" + new string('a', 1 << 20), new PretendNetwork().ToSockets()));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0177.0.0.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("0x7f000001")]
    [InlineData("0")]
    [InlineData("127.0.0.1.")]
    [InlineData("①②⑦.⓪.⓪.①")]
    [InlineData("127。0。0。1")]
    [InlineData("169.254.169.254")]
    [InlineData("[::1]")]
    [InlineData("[::]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("[2002:7f00:1::1]")]
    [InlineData("[fe80::1%25lo]")]
    [InlineData("localhost")]
    [InlineData("LOCALHOST")]
    [InlineData("localhost.")]
    [InlineData("ⓛocalhost")]
    [InlineData("xn--")]
    [InlineData("xn--a-\u00E9")]
    [InlineData("a\u00ADb")]
    [InlineData("%00")]
    [InlineData("localhost%00.example")]
    [InlineData("%6c%6f%63%61%6c%68%6f%73%74")]
    [InlineData("public.example\\@localhost")]
    [InlineData("localhost#@public.example")]
    [InlineData("a\r\nX: y")]
    public async Task This_machine_is_not_reached_however_it_is_spelled(string host)
    {
        // The resolver of a real machine knows the odd spellings too: here, every name is this machine.
        var network = new PretendNetwork();
        var asking = network.ToSockets() with
        {
            Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]),
        };

        await Fetching.RefusedAsync(Fault.UrlInvalid, Fetching.FetchAsync($"http://{host}/", asking));

        Assert.Empty(network.Reached);
    }

    [Fact]
    public async Task One_private_address_among_public_ones_is_enough_to_refuse()
    {
        var network = new PretendNetwork().With("mixed.example", "1.1.1.1", "2606:4700::1", "10.0.0.1");

        await Fetching.RefusedAsync(
            Fault.UrlInvalid, Fetching.FetchAsync("http://mixed.example/", network.ToSockets()));

        Assert.Empty(network.Reached);
    }

    [Fact]
    public async Task Nobody_learns_which_internal_names_exist()
    {
        var network = new PretendNetwork().With("inside.corp", "10.0.0.1").With("empty.corp").ToSockets();
        var words = new List<string>();
        foreach (var host in (string[])["inside.corp", "empty.corp", "unknown.corp", "10.0.0.1"])
        {
            var refusal = await Fetching.RefusedAsync(
                Fault.UrlInvalid, Fetching.FetchAsync($"http://{host}/", network));
            words.Add(refusal.Message);
        }

        Assert.Single(words.Distinct());
    }

    [Fact]
    public async Task A_host_is_looked_up_once_and_reached_at_what_was_found()
    {
        await using var host = RawHost.Start(Picture, "picture"u8.ToArray());

        // Rebinding: public when asked first, private when asked again.
        var network = new PretendNetwork().With("rebinding.example", "1.1.1.1").With("rebinding.example", "127.0.0.1");

        var bytes = await Fetching.FetchAsync($"http://rebinding.example:{host.Port}/a.png", network.ToSockets());

        Assert.Equal("picture"u8.ToArray(), bytes);
        Assert.Equal(["rebinding.example"], network.Asked);
        Assert.Equal(["1.1.1.1"], network.Reached);
        Assert.Contains($"Host: rebinding.example:{host.Port}\r\n", host.Requests.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://inside.corp/")]
    [InlineData("//169.254.169.254/latest/meta-data")]
    [InlineData("http://user:password@public.example/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://public.example/")]
    public async Task A_redirect_is_looked_at_like_the_url_itself(string location)
    {
        await using var host = RawHost.Start($"HTTP/1.1 302 Found\nLocation: {location}\nContent-Length: 0");
        var network = new PretendNetwork().With("public.example", "1.1.1.1").With("inside.corp", "10.0.0.1");

        await Fetching.RefusedAsync(
            Fault.UrlInvalid, Fetching.FetchAsync($"http://public.example:{host.Port}/", network.ToSockets()));

        Assert.Equal(["1.1.1.1"], network.Reached);
    }

    [Theory]
    [InlineData("http://")]
    [InlineData("//")]
    [InlineData("http://[")]
    [InlineData("http://a b/")]
    [InlineData("https://\u00FF/")]
    [InlineData("?")]
    [InlineData("")]
    public async Task A_redirect_to_nowhere_is_refused(string location)
    {
        await using var host = RawHost.Start($"HTTP/1.1 302 Found\nLocation: {location}\nContent-Length: 0");
        var network = new PretendNetwork().With("public.example", "1.1.1.1").ToSockets();

        var refusal = await Assert.ThrowsAsync<FaultException>(
            () => Fetching.FetchAsync($"http://public.example:{host.Port}/", network));

        Assert.True(refusal.Fault is Fault.UrlInvalid or Fault.UrlUnreachable, refusal.Message);
    }

    [Fact]
    public void A_redirect_does_not_take_https_away()
    {
        var secure = new Uri("https://public.example/a");

        Assert.Equal(
            Fault.UrlUnreachable,
            Assert.Throws<FaultException>(
                () => ImageDownloader.Next(secure, new Uri("http://public.example/a"))).Fault);
        Assert.Equal(
            new Uri("https://public.example/b"), ImageDownloader.Next(secure, new Uri("/b", UriKind.Relative)));
        Assert.Equal(
            secure, ImageDownloader.Next(new Uri("http://public.example/a"), secure));
    }

    [Fact]
    public async Task Certificates_are_checked()
    {
        using var key = RSA.Create(2048);
        var self = new CertificateRequest(
            "CN=public.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = self.CreateSelfSigned(
            DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var served = ServeAsync();
        var network = new PretendNetwork().With("public.example", "1.1.1.1").ToSockets();

        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await Fetching.RefusedAsync(
            Fault.UrlUnreachable, Fetching.FetchAsync($"https://public.example:{port}/", network));

        Assert.False(await served);

        async Task<bool> ServeAsync()
        {
            using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            await using var secure = new SslStream(client.GetStream());
            try
            {
                await secure.AuthenticateAsServerAsync(certificate);
                return await secure.ReadAsync(new byte[1], TestContext.Current.CancellationToken) > 0;
            }
            catch (Exception error) when (error is IOException or AuthenticationException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task A_request_says_nothing_about_us_or_others()
    {
        await using var host = RawHost.Start(async (line, stream, cancel) =>
            await RawHost.SendAsync(
                stream,
                line.Contains("/first", StringComparison.Ordinal)
                    ? "HTTP/1.1 302 Found\nLocation: /second\nSet-Cookie: id=1; Path=/\nContent-Length: 0"
                    : "HTTP/1.1 200 OK\nContent-Length: 0",
                cancel));

        await Fetching.FetchPrivateAsync(new Uri(host.Address, "first?token=secret"));

        Assert.Equal(2, host.Requests.Count);
        Assert.All(host.Requests, head =>
        {
            var names = head.Split("\r\n")[1..^2].Select(line => line.Split(':')[0]).Order(StringComparer.Ordinal);
            Assert.Equal(["Accept", "Accept-Encoding", "Host", "User-Agent"], names);
        });
    }

    [Fact]
    public async Task Queries_are_not_logged()
    {
        var log = new LogBook<ImageDownloader>();
        var network = new PretendNetwork().With("inside.corp", "10.0.0.1").ToSockets();

        await Fetching.RefusedAsync(
            Fault.UrlInvalid, Fetching.FetchAsync("http://inside.corp/a.png?signature=secret", network, log: log));

        Assert.Contains("inside.corp", Assert.Single(log.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", log.Lines.Single(), StringComparison.Ordinal);
    }
}
