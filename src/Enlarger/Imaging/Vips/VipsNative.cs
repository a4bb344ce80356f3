using System.Runtime.InteropServices;

namespace Enlarger.Imaging.Vips;

/// <summary>
/// The functions of libvips and GObject that are used. None is variadic: calling a variadic C function through a
/// fixed signature is undefined on Arm. Call <see cref="VipsLibrary.Start"/> before any of them.
/// </summary>
internal static unsafe partial class VipsNative
{
    // One file holds all three in the builds that we ship; a system's libvips has them apart.
    public const string Vips = "vips";
    public const string GObject = "gobject";
    public const string GLib = "glib";

    [LibraryImport(Vips, EntryPoint = "vips_init", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Init(string program);

    [LibraryImport(Vips, EntryPoint = "vips_version")]
    public static partial int Version(int part);

    [LibraryImport(Vips, EntryPoint = "vips_block_untrusted_set")]
    public static partial void BlockUntrusted(int state);

    [LibraryImport(Vips, EntryPoint = "vips_cache_set_max")]
    public static partial void SetCacheMax(int operations);

    [LibraryImport(Vips, EntryPoint = "vips_tracked_get_allocs")]
    public static partial int TrackedAllocations();

    [LibraryImport(Vips, EntryPoint = "vips_tracked_get_mem")]
    public static partial nuint TrackedBytes();

    [LibraryImport(Vips, EntryPoint = "vips_tracked_get_mem_highwater")]
    public static partial nuint TrackedHighWater();

    [LibraryImport(Vips, EntryPoint = "vips_error_buffer_copy")]
    public static partial nint DrainErrors();

    [LibraryImport(Vips, EntryPoint = "vips_operation_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint NewOperation(string name);

    [LibraryImport(Vips, EntryPoint = "vips_cache_operation_build")]
    public static partial nint BuildOperation(nint operation);

    [LibraryImport(Vips, EntryPoint = "vips_object_unref_outputs")]
    public static partial void UnrefOutputs(nint operation);

    [LibraryImport(Vips, EntryPoint = "vips_image_new")]
    public static partial nint NewImage();

    [LibraryImport(Vips, EntryPoint = "vips_image_new_from_memory")]
    public static partial nint NewImageFromMemory(
        void* samples, nuint bytes, int width, int height, int bands, VipsBandFormat format);

    [LibraryImport(Vips, EntryPoint = "vips_image_init_fields")]
    public static partial void InitFields(
        VipsImage image,
        int width,
        int height,
        int bands,
        VipsBandFormat format,
        int coding,
        VipsInterpretation interpretation,
        double pixelsPerMillimetreAcross,
        double pixelsPerMillimetreDown);

    [LibraryImport(Vips, EntryPoint = "vips_image_pipeline_array")]
    public static partial int Pipeline(VipsImage image, VipsDemand demand, nint* inputs);

    [LibraryImport(Vips, EntryPoint = "vips_image_generate")]
    public static partial int Generate(
        VipsImage image,
        nint start,
        delegate* unmanaged[Cdecl]<VipsRegion*, void*, nint, nint, int*, int> generate,
        nint stop,
        nint a,
        nint b);

    [LibraryImport(Vips, EntryPoint = "vips_image_write")]
    public static partial int Write(VipsImage image, VipsImage target);

    [LibraryImport(Vips, EntryPoint = "vips_image_set_kill")]
    public static partial void SetKill(VipsImage image, int kill);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_width")]
    public static partial int GetWidth(VipsImage image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_height")]
    public static partial int GetHeight(VipsImage image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_bands")]
    public static partial int GetBands(VipsImage image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_format")]
    public static partial VipsBandFormat GetFormat(VipsImage image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_interpretation")]
    public static partial VipsInterpretation GetInterpretation(VipsImage image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_orientation")]
    public static partial int GetOrientation(VipsImage image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_n_pages")]
    public static partial int GetPages(VipsImage image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_typeof", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nuint GetFieldType(VipsImage image, string field);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_blob", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetBlob(VipsImage image, string field, out void* bytes, out nuint count);

    [LibraryImport(Vips, EntryPoint = "vips_image_set_blob_copy", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetBlob(VipsImage image, string field, byte* bytes, nuint count);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_int", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetInt(VipsImage image, string field, out int value);

    [LibraryImport(Vips, EntryPoint = "vips_image_set_int", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetInt(VipsImage image, string field, int value);

    [LibraryImport(Vips, EntryPoint = "vips_target_custom_new")]
    public static partial nint NewTarget();

    [LibraryImport(Vips, EntryPoint = "vips_blob_new")]
    public static partial nint NewBlob(nint free, void* bytes, nuint count);

    [LibraryImport(Vips, EntryPoint = "vips_area_unref")]
    public static partial void UnrefArea(nint area);

    [LibraryImport(Vips, EntryPoint = "vips_blob_get_type")]
    public static partial nuint BlobType();

    [LibraryImport(GObject, EntryPoint = "g_value_init")]
    public static partial GValue* InitValue(GValue* value, nuint type);

    [LibraryImport(GObject, EntryPoint = "g_value_unset")]
    public static partial void UnsetValue(GValue* value);

    [LibraryImport(GObject, EntryPoint = "g_value_set_boolean")]
    public static partial void SetBoolean(GValue* value, int state);

    [LibraryImport(GObject, EntryPoint = "g_value_set_int")]
    public static partial void SetInt(GValue* value, int number);

    [LibraryImport(GObject, EntryPoint = "g_value_set_string", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetString(GValue* value, string text);

    [LibraryImport(GObject, EntryPoint = "g_value_set_object")]
    public static partial void SetObject(GValue* value, nint instance);

    [LibraryImport(GObject, EntryPoint = "g_value_set_boxed")]
    public static partial void SetBoxed(GValue* value, nint boxed);

    [LibraryImport(GObject, EntryPoint = "g_value_dup_object")]
    public static partial nint DuplicateObject(GValue* value);

    [LibraryImport(GObject, EntryPoint = "g_object_set_property", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetProperty(nint instance, string name, GValue* value);

    [LibraryImport(GObject, EntryPoint = "g_object_get_property", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void GetProperty(nint instance, string name, GValue* value);

    [LibraryImport(GObject, EntryPoint = "g_object_unref")]
    public static partial void Unref(nint instance);

    [LibraryImport(GObject, EntryPoint = "g_signal_connect_data", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nuint Connect(
        nint instance, string signal, nint handler, nint data, nint destroyData, int flags);

    [LibraryImport(GLib, EntryPoint = "g_free")]
    public static partial void Free(nint memory);

    [LibraryImport(GLib, EntryPoint = "g_log_set_handler", StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint SetLogHandler(
        string domain, int levels, delegate* unmanaged[Cdecl]<nint, int, nint, nint, void> handler, nint data);
}
