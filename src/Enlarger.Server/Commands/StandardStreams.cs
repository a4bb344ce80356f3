using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Enlarger.Server.Commands;

/// <summary>Tells which of the three standard streams this process was started with.</summary>
internal static partial class StandardStreams
{
    private const int GetDescriptorFlags = 1;
    private const int CloseOnExec = 1;
    private const int Streams = 3;
    private const string Nothing = "/dev/null";

    // For as long as the process runs.
    private static readonly List<SafeFileHandle> Placeholders = [];

    /// <summary>Call it before other files are opened.</summary>
    /// <returns>Whether input, output and error are open.</returns>
    public static (bool Input, bool Output, bool Error) Check()
    {
        if (OperatingSystem.IsWindows())
        {
            // There, .NET itself reads nothing from a stream that is not there, and writes nothing to it.
            return (true, true, true);
        }

        var open = (IsInherited(0), IsInherited(1), IsInherited(2));
        // Files get the lowest free number, and a result that became number 2 would have messages written into it.
        for (var i = 0; i < Streams && Enumerable.Range(0, Streams).Any(IsFree) && File.Exists(Nothing); i++)
        {
            Placeholders.Add(File.OpenHandle(Nothing, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        }

        return open;
    }

    // Where a number was free, the runtime may have opened a file of its own under it by now. Such files are closed on
    // exec, and what a process was started with cannot have been.
    private static bool IsInherited(int number)
    {
        var flags = Flags(number, GetDescriptorFlags);
        return flags >= 0 && (flags & CloseOnExec) == 0;
    }

    private static bool IsFree(int number) => Flags(number, GetDescriptorFlags) < 0;

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Flags(int number, int command);
}
