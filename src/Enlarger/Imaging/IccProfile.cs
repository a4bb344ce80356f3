using System.Buffers.Binary;

namespace Enlarger.Imaging;

/// <summary>Looks at the head of ICC profiles (ISO 15076-1, 7.2).</summary>
internal static class IccProfile
{
    /// <summary>The channels of CMYK, which no <see cref="PixelLayout"/> has.</summary>
    public const int CmykChannels = 0;

    private const int HeaderBytes = 128;

    /// <summary>
    /// The profile is one for pictures of that many channels. Codecs refuse to write one that is not, and using it
    /// would spoil the colours.
    /// </summary>
    public static bool Describes(ReadOnlySpan<byte> profile, int channels)
    {
        if (profile.Length < HeaderBytes
            || BinaryPrimitives.ReadUInt32BigEndian(profile) > profile.Length
            || !profile[36..40].SequenceEqual("acsp"u8))
        {
            return false;
        }

        return profile[16..20].SequenceEqual(channels switch
        {
            CmykChannels => "CMYK"u8,
            1 or 2 => "GRAY"u8,
            _ => "RGB "u8,
        });
    }
}
