using System.Net;
using System.Net.Sockets;

namespace Enlarger.Server.Inputs;

/// <summary>Tells addresses of the public internet from those of this machine, its network, and nowhere.</summary>
internal static class PublicAddress
{
    // IANA's IPv4 Special-Purpose Address Registry (RFC 6890), multicast and class E.
    private static readonly IPNetwork[] ReservedV4 =
    [
        IPNetwork.Parse("0.0.0.0/8"), // this network, and the unspecified address
        IPNetwork.Parse("10.0.0.0/8"), // private
        IPNetwork.Parse("100.64.0.0/10"), // shared by a carrier's customers
        IPNetwork.Parse("127.0.0.0/8"), // loopback
        IPNetwork.Parse("169.254.0.0/16"), // link-local; the metadata services of clouds
        IPNetwork.Parse("172.16.0.0/12"), // private
        IPNetwork.Parse("192.0.0.0/24"), // protocol assignments
        IPNetwork.Parse("192.0.2.0/24"), // documentation
        IPNetwork.Parse("192.88.99.0/24"), // relays of 6to4
        IPNetwork.Parse("192.168.0.0/16"), // private
        IPNetwork.Parse("198.18.0.0/15"), // benchmarks
        IPNetwork.Parse("198.51.100.0/24"), // documentation
        IPNetwork.Parse("203.0.113.0/24"), // documentation
        IPNetwork.Parse("224.0.0.0/4"), // multicast
        IPNetwork.Parse("240.0.0.0/4"), // reserved, and broadcast
    ];

    // Of IPv6 only this much is handed out to the public (RFC 4291); loopback, unique local, link-local, site-local,
    // multicast and IPv4-compatible addresses lie outside.
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    // Tunnels lead to an IPv4 address inside the IPv6 one. No public site is to be had through them alone.
    private static readonly IPNetwork[] ReservedV6 =
    [
        IPNetwork.Parse("2001::/23"), // protocol assignments, among them Teredo, benchmarks and ORCHID
        IPNetwork.Parse("2001:db8::/32"), // documentation
        IPNetwork.Parse("2002::/16"), // 6to4
        IPNetwork.Parse("3fff::/20"), // documentation
    ];

    // The well-known prefix of NAT64 (RFC 6052): how a machine without IPv4 sees every site that has nothing else.
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return Is(address.MapToIPv4());
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return !Array.Exists(ReservedV4, net => net.Contains(address));
        }

        var bytes = address.GetAddressBytes();
        if (Nat64.Contains(address))
        {
            return Is(new IPAddress(bytes.AsSpan(12)));
        }

        return GlobalUnicast.Contains(address)
            && address.ScopeId == 0
            && !Array.Exists(ReservedV6, net => net.Contains(address))
            && !IsIsatap(bytes);
    }

    // RFC 5214: an interface identifier that holds an IPv4 address, under any prefix.
    private static bool IsIsatap(byte[] address) => address.AsSpan(8, 4) is [0 or 2, 0, 0x5E, 0xFE];
}
