using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Enlarger.Server.Storage;

/// <summary>The system's SQLite where there is one, which is kept up to date with it; else the one we bring.</summary>
internal static class SqliteLibrary
{
    private const string Bundled = "e_sqlite3";

    private static readonly string[] OfSystem = ["libsqlite3.so.0", "libsqlite3.dylib"];
    private static readonly Lazy<bool> Loaded = new(LoadOnce);

    public static void Load() => _ = Loaded.Value;

    private static bool LoadOnce()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Bundled)
        {
            return IntPtr.Zero;
        }

        foreach (var library in OfSystem)
        {
            if (NativeLibrary.TryLoad(library, out var handle))
            {
                return handle;
            }
        }

        return IntPtr.Zero;
    }
}
