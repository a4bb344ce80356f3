using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Enlarger.Server.Decoding;

/// <summary>
/// Takes from a decoding process what it does not need, so that a file which takes over a decoder gains nothing by it:
/// no network, no other program, no signals to others, no files but those of the program and the system, and those
/// only to read. What the kernel does not know is left out. Linux only: elsewhere the process has its own memory and
/// can be killed, and that is all.
/// </summary>
internal static partial class Sandbox
{
    // Twice the largest picture (1 GiB of samples), which is turned in memory, the coefficients of a progressive JPEG
    // of that size, and its file of 512 MiB.
    private const ulong MemoryBytesMax = 4UL << 30;

    private const int Failed = -1;

    // linux/prctl.h and linux/landlock.h.
    private const int SetParentDeathSignal = 1;
    private const int SetNoNewPrivileges = 38;
    private const int SigKill = 9;
    private const nint LandlockVersion = 1;
    private const int PathBeneath = 1;
    private const ulong Execute = 1;
    private const ulong ReadFile = 1 << 2;
    private const ulong ReadDirectory = 1 << 3;

    // LANDLOCK_ACCESS_FS rights that each version of the interface knows, the first one first.
    private static readonly ulong[] FileRights = [0x1FFF, 0x3FFF, 0x7FFF, 0x7FFF, 0xFFFF];

    // Both rights for TCP, and both scopes: abstract sockets and signals.
    private const ulong NetworkRights = 3;
    private const ulong Scopes = 3;

    // x64 and arm64 have the same numbers for the newer system calls.
    private const int LandlockCreate = 444;
    private const int LandlockAdd = 445;
    private const int LandlockRestrict = 446;

    // resource.h: a file that is written, a dump, and the memory that a process can write to.
    private const int FileSize = 1;
    private const int Data = 2;
    private const int Core = 4;

    /// <summary>Closes the process in; threads that are started later are bound as well.</summary>
    /// <param name="serverId">The process that has started this one, and with which it ends.</param>
    /// <returns>Whether that process is still there.</returns>
    public static bool Enter(int serverId)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        // The server's thread that started this process lives as long as it needs it.
        _ = Control(SetParentDeathSignal, SigKill, 0, 0, 0);
        if (ParentId() != serverId)
        {
            return false;
        }

        Restrict(Data, MemoryBytesMax);
        Restrict(FileSize, 0);
        Restrict(Core, 0);
        _ = Control(SetNoNewPrivileges, 1, 0, 0, 0);
        RestrictFiles();
        SystemCallFilter.Install();
        return true;
    }

    private static void Restrict(int resource, ulong limit)
    {
        var both = new ResourceLimit { Now = limit, Most = limit };
        _ = SetLimit(resource, both);
    }

    // Before Linux 5.13, or where it is switched off, there is no Landlock: the filter of system calls stays.
    [SupportedOSPlatform("linux")]
    private static void RestrictFiles()
    {
        var version = (int)SystemCall(LandlockCreate, 0, 0, LandlockVersion, 0);
        if (version < 1)
        {
            return;
        }

        var rights = FileRights[Math.Min(version, FileRights.Length) - 1];
        var rules = new Ruleset
        {
            Files = rights,
            Network = version >= 4 ? NetworkRights : 0,
            Scoped = version >= 6 ? Scopes : 0,
        };
        // Older versions refuse a structure that is longer than theirs, unless the rest is zero, which it then is.
        var ruleset = CreateRuleset(rules);
        if (ruleset == Failed)
        {
            return;
        }

        foreach (var path in Readable())
        {
            Allow((int)ruleset, path);
        }

        _ = SystemCall(LandlockRestrict, ruleset, 0, 0, 0);
        _ = Close((int)ruleset);
    }

    // Parts of the program and of the runtime are loaded when they are first needed, and the runtime asks how much
    // memory there is.
    private static IEnumerable<string> Readable() =>
    [
        AppContext.BaseDirectory,
        RuntimeEnvironment.GetRuntimeDirectory(),
        "/usr", "/lib", "/lib64", "/proc/self", "/proc/meminfo", "/proc/stat", "/sys/fs/cgroup", "/sys/devices/system",
    ];

    [SupportedOSPlatform("linux")]
    private static void Allow(int ruleset, string path)
    {
        const int PathOnly = 0x200000;
        const int CloseOnExec = 0x80000;
        var descriptor = Open(path, PathOnly | CloseOnExec);
        if (descriptor == Failed)
        {
            return;
        }

        // Rights of folders are refused for files.
        var rights = Directory.Exists(path) ? Execute | ReadFile | ReadDirectory : ReadFile;
        AddRule(ruleset, new PathRule { Allowed = rights, Parent = descriptor });
        _ = Close(descriptor);
    }

    private static nint CreateRuleset(in Ruleset rules)
    {
        unsafe
        {
            fixed (Ruleset* address = &rules)
            {
                return SystemCall(LandlockCreate, (nint)address, sizeof(Ruleset), 0, 0);
            }
        }
    }

    private static void AddRule(int ruleset, in PathRule rule)
    {
        unsafe
        {
            fixed (PathRule* address = &rule)
            {
                _ = SystemCall(LandlockAdd, ruleset, PathBeneath, (nint)address, 0);
            }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Ruleset
    {
        public ulong Files;
        public ulong Network;
        public ulong Scoped;
    }

    // landlock_path_beneath_attr, which is packed.
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct PathRule
    {
        public ulong Allowed;
        public int Parent;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public ulong Now;
        public ulong Most;
    }

    // Variadic in C. On Linux, for x64 and arm64, whole numbers are passed the same way as to other functions.
    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "prctl")]
    internal static partial int Control(int option, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int ParentId();

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
