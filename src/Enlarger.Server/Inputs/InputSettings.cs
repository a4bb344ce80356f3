using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Enlarger.Server.Inputs;

internal sealed class InputSettings
{
    /// <summary>
    /// Lets callers name pictures on this machine and in its network. Only where every key is in trusted hands: it
    /// lets them ask any service that the server can reach.
    /// </summary>
    public bool AllowPrivateUrls { get; init; }

    /// <summary>Seconds until a host that a caller named is connected, looking up its name included.</summary>
    [Range(1, 300)]
    public int ConnectSecondsMax { get; init; } = 10;

    /// <summary>
    /// Seconds until a picture is here, redirects included. The largest that a vendor takes, 25 MB, needs 7 Mbit/s.
    /// </summary>
    [Range(1, 3600)]
    public int FetchSecondsMax { get; init; } = 30;
}

[OptionsValidator]
internal sealed partial class InputSettingsValidator : IValidateOptions<InputSettings>;
