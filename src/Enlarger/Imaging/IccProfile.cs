using static System.Buffers.Binary.BinaryPrimitives;

namespace Enlarger.Imaging;

/// <summary>Looks at the structure of ICC profiles (ISO 15076-1, 7.2 and 7.3).</summary>
internal static class IccProfile
{
    /// <summary>The channels of CMYK, which no <see cref="PixelLayout"/> has.</summary>
    public const int CmykChannels = 0;

    /// <summary>The white that profiles relate colours to, as X, Y and Z (7.2.16).</summary>
    public static readonly double[] WhiteD50 = [0.9642, 1, 0.8249];

    private const int HeaderBytes = 128;
    private const int TagBytes = 12;
    private const uint IntentMax = ushort.MaxValue - 1;

    /// <summary>
    /// The profile, without what may follow its declared end, where it is sound and one for pictures of that many
    /// channels; else null. The checks are those of libpng, which fails to write a picture with another.
    /// </summary>
    public static ReadOnlyMemory<byte>? Sound(ReadOnlyMemory<byte>? profile, int channels)
    {
        if (profile is not { Length: > HeaderBytes + 4 } bytes)
        {
            return null;
        }

        var declared = ReadUInt32BigEndian(bytes.Span);
        if (declared is < HeaderBytes + 4 || declared > bytes.Length)
        {
            return null;
        }

        bytes = bytes[..(int)declared];
        if (!IsHeaderSound(bytes.Span, channels) || !AreTagsInside(bytes.Span))
        {
            return null;
        }

        return WithD50(bytes);
    }

    // Some programs round the white differently, and libpng leaves out a profile for it. No other white is allowed.
    private static ReadOnlyMemory<byte> WithD50(ReadOnlyMemory<byte> profile)
    {
        const int illuminantAt = 68;
        ReadOnlySpan<byte> d50 = [0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D];
        if (profile.Span[illuminantAt..].StartsWith(d50))
        {
            return profile;
        }

        var corrected = profile.ToArray();
        d50.CopyTo(corrected.AsSpan(illuminantAt));
        return corrected;
    }

    private static bool IsHeaderSound(ReadOnlySpan<byte> profile, int channels)
    {
        var colourSpace = channels switch
        {
            CmykChannels => "CMYK"u8,
            1 or 2 => "GRAY"u8,
            _ => "RGB "u8,
        };
        var deviceClass = profile[12..16];
        var connection = profile[20..24];
        return profile[36..40].SequenceEqual("acsp"u8)
            && profile[16..20].SequenceEqual(colourSpace)
            && (deviceClass.SequenceEqual("mntr"u8) || deviceClass.SequenceEqual("scnr"u8)
                || deviceClass.SequenceEqual("prtr"u8) || deviceClass.SequenceEqual("spac"u8))
            && (connection.SequenceEqual("XYZ "u8) || connection.SequenceEqual("Lab "u8))
            && ReadUInt32BigEndian(profile[64..]) <= IntentMax

            // From version 4 on, the length is a multiple of four.
            && (profile[8] < 4 || profile.Length % 4 == 0);
    }

    private static bool AreTagsInside(ReadOnlySpan<byte> profile)
    {
        long count = ReadUInt32BigEndian(profile[HeaderBytes..]);
        if (HeaderBytes + 4 + count * TagBytes > profile.Length)
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            var tag = profile[(HeaderBytes + 4 + i * TagBytes)..];
            if (ReadUInt32BigEndian(tag[4..]) + (long)ReadUInt32BigEndian(tag[8..]) > profile.Length)
            {
                return false;
            }
        }

        return true;
    }
}
