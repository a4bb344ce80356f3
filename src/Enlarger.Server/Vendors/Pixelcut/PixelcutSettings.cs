namespace Enlarger.Server.Vendors.Pixelcut;

internal sealed class PixelcutSettings
{
    /// <summary>
    /// Refuses pictures that cannot be enlarged by the whole scale: those above 3000x3000 for 2, and 1500x1500 for 4,
    /// as an older page of Pixelcut did. Otherwise they are enlarged as far as the largest result reaches.
    /// </summary>
    public bool StrictInputSizes { get; init; }

    public static PixelcutSettings Read(SettingsReader section) =>
        new() { StrictInputSizes = section.Flag(nameof(StrictInputSizes), standard: false) };
}
