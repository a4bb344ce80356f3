using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Enlarger.Imaging.Vips;

/// <summary>Finds, loads and configures libvips, once for the process.</summary>
internal static unsafe class VipsLibrary
{
    private const int LogLevelsAll = 0xFC;

    private static readonly Lazy<nint> Handle = new(Load);

    // Lazy keeps and rethrows the exception, so that every caller learns what is missing.
    private static readonly Lazy<string> Started = new(StartOnce);

    /// <summary>Loads libvips unless that has happened.</summary>
    /// <returns>Its version, such as <c>8.18.7</c>.</returns>
    /// <exception cref="DllNotFoundException">It is neither beside the program nor on the system.</exception>
    public static string Start() => Started.Value;

    /// <summary>Whether the package's libvips is in a folder in which the runtime looks before the system's.</summary>
    public static bool IsBesideProgram
    {
        get
        {
            // What the host has read in the program's .deps.json: the folders of packages with native files.
            var folders = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "")
                .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
            return folders.Append(AppContext.BaseDirectory)
                .Any(folder => File.Exists(Path.Combine(folder, FileName)));
        }
    }

    /// <summary>The name of libvips's file on this system.</summary>
    public static string FileName =>
        OperatingSystem.IsWindows() ? "libvips-42.dll" :
        OperatingSystem.IsMacOS() ? "libvips.42.dylib" : "libvips.so.42";

    private static string StartOnce()
    {
        _ = Handle.Value;
        NativeLibrary.SetDllImportResolver(typeof(VipsLibrary).Assembly, Resolve);
        if (VipsNative.Init("enlarger") != 0)
        {
            throw VipsException.Drain("vips_init");
        }

        // Loaders that were never hardened against hostile files cannot be reached, even by mistake.
        VipsNative.BlockUntrusted(1);

        // Pictures are read once: a cache of operations would only keep them in memory.
        VipsNative.SetCacheMax(0);

        // libvips warns on stderr, which belongs to the command line. What matters comes back as an error.
        VipsNative.SetLogHandler("VIPS", LogLevelsAll, &Ignore, 0);
        VipsNative.SetLogHandler("GLib-GObject", LogLevelsAll, &Ignore, 0);
        return $"{VipsNative.Version(0)}.{VipsNative.Version(1)}.{VipsNative.Version(2)}";
    }

    private static nint Load()
    {
        // The runtime looks among the native files of the packages first, then where the system keeps its libraries.
        if (NativeLibrary.TryLoad(FileName, typeof(VipsLibrary).Assembly, searchPath: null, out var handle))
        {
            return handle;
        }

        throw new DllNotFoundException(
            $"libvips is missing: {FileName} is neither beside the program nor on the system. Install {InstallHint}.");
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name is not (VipsNative.Vips or VipsNative.GObject or VipsNative.GLib))
        {
            return 0;
        }

        // dlsym also looks into what a library depends on; GetProcAddress does not, and a Windows build of libvips
        // may have GLib in files beside it.
        var entry = name switch
        {
            VipsNative.GObject => "g_object_unref",
            VipsNative.GLib => "g_free",
            _ => "vips_init",
        };
        if (NativeLibrary.TryGetExport(Handle.Value, entry, out _))
        {
            return Handle.Value;
        }

        return NativeLibrary.Load($"lib{name}-2.0-0.dll", assembly, searchPath);
    }

    private static string InstallHint =>
        OperatingSystem.IsWindows() ? "libvips-42.dll from github.com/libvips/build-win64-mxe on the PATH" :
        OperatingSystem.IsMacOS() ? "it with brew install vips" : "it with apt install libvips42 or apk add vips";

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(nint domain, int level, nint message, nint data)
    {
    }
}
