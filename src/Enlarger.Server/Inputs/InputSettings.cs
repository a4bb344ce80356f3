namespace Enlarger.Server.Inputs;

internal sealed class InputSettings
{
    // No host that is worth waiting for takes five minutes to connect, nor an hour to send a picture.
    private const int ConnectSecondsLimit = 300;
    private const int FetchSecondsLimit = 3600;

    // A terabyte: more than machines have.
    private const int MegabytesLimit = 1_000_000;

    /// <summary>
    /// Lets callers name pictures on this machine and in its network. Only where every key is in trusted hands: it
    /// lets them ask any service that the server can reach.
    /// </summary>
    public bool AllowPrivateUrls { get; init; }

    /// <summary>Seconds until a host that a caller named is connected, looking up its name included.</summary>
    public int ConnectSecondsMax { get; init; } = 10;

    /// <summary>
    /// Seconds until a picture is here, redirects included. The largest that a vendor takes, 25 MB, needs 7 Mbit/s.
    /// </summary>
    public int FetchSecondsMax { get; init; } = 30;

    /// <summary>
    /// Megabytes of bodies and fetched pictures that all requests together hold. Three quarters are what a key may
    /// have: the 32 requests that it may make at once, with the largest pictures in base64.
    /// </summary>
    public int MegabytesMax { get; init; } = 1500;

    public static InputSettings Read(SettingsReader section)
    {
        var standard = new InputSettings();
        return new InputSettings
        {
            AllowPrivateUrls = section.Flag(nameof(AllowPrivateUrls), standard.AllowPrivateUrls),
            ConnectSecondsMax = section.Number(
                nameof(ConnectSecondsMax), standard.ConnectSecondsMax, 1, ConnectSecondsLimit),
            FetchSecondsMax = section.Number(nameof(FetchSecondsMax), standard.FetchSecondsMax, 1, FetchSecondsLimit),
            MegabytesMax = section.Number(nameof(MegabytesMax), standard.MegabytesMax, 1, MegabytesLimit),
        };
    }
}
