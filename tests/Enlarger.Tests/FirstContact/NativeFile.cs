using System.Buffers.Binary;
using System.Reflection.PortableExecutable;

namespace Enlarger.Tests.FirstContact;

/// <summary>Tells by its header for which platform a program or library was compiled.</summary>
internal static class NativeFile
{
    private const int HeaderBytes = 20;

    /// <returns>
    /// The platform, such as <c>linux-x64</c>; null for what is no native code, such as assemblies of .NET.
    /// </returns>
    public static string? PlatformOf(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
        {
            return null;
        }

        if (header.StartsWith("\u007fELF"u8))
        {
            return BinaryPrimitives.ReadUInt16LittleEndian(header[18..]) switch
            {
                62 => "linux-x64",
                183 => "linux-arm64",
                var machine => $"linux, machine {machine}",
            };
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(header) is var magic and (0xFEEDFACF or 0xBEBAFECA))
        {
            // The second has parts for several processors.
            return magic == 0xBEBAFECA ? "osx, several" : BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) switch
            {
                0x0100000C => "osx-arm64",
                0x01000007 => "osx-x64",
                var machine => $"osx, machine {machine}",
            };
        }

        if (!header.StartsWith("MZ"u8))
        {
            return null;
        }

        file.Position = 0;
        using var reader = new PEReader(file);
        return reader.HasMetadata ? null : reader.PEHeaders.CoffHeader.Machine switch
        {
            Machine.Amd64 => "win-x64",
            Machine.Arm64 => "win-arm64",
            var machine => $"win, machine {machine}",
        };
    }
}
