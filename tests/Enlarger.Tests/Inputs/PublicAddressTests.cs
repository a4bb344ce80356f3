using System.Net;
using Enlarger.Server.Inputs;

namespace Enlarger.Tests.Inputs;

public sealed class PublicAddressTests
{
    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("126.255.255.255")]
    [InlineData("128.0.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("192.0.1.0")]
    [InlineData("198.20.0.0")]
    [InlineData("223.255.255.255")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450:4001:80b::200e")]
    [InlineData("::ffff:1.1.1.1")]
    [InlineData("64:ff9b::1.1.1.1")]
    public void Is_an_address_of_the_public_internet(string address) =>
        Assert.True(PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("10.0.0.0")]
    [InlineData("10.255.255.255")]
    [InlineData("100.64.0.0")]
    [InlineData("100.127.255.255")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.255")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.0")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.1")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.0")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.255")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    public void Is_not_public(string address)
    {
        Assert.False(PublicAddress.Is(IPAddress.Parse(address)));

        // Nor is it when it comes inside an IPv6 address: mapped, translated, compatible, 6to4, ISATAP, Teredo.
        var inside = IPAddress.Parse(address).GetAddressBytes();
        var hex = $"{inside[0]:x2}{inside[1]:x2}:{inside[2]:x2}{inside[3]:x2}";
        Assert.All(
            [
                $"::ffff:{address}", $"64:ff9b::{address}", $"64:ff9b:1::{address}", $"::{address}", $"2002:{hex}::1",
                $"2a00:1450::5efe:{address}", $"2001:0:{hex}::1", $"2001:0:1:2:3:4:{hex}",
            ],
            spelling => Assert.False(PublicAddress.Is(IPAddress.Parse(spelling)), spelling));
    }

    [Theory]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("64:ff9b:1::1.1.1.1")]
    [InlineData("100::1")]
    [InlineData("2001:2::1")]
    [InlineData("2001:10::1")]
    [InlineData("2001:20::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:101:101::1")]
    [InlineData("3fff::1")]
    [InlineData("5f00::1")]
    [InlineData("fc00::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%2")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("2606:4700:4700::1111%2")]
    public void Is_not_public_in_IPv6(string address) => Assert.False(PublicAddress.Is(IPAddress.Parse(address)));
}
