using Microsoft.Win32.SafeHandles;

namespace Enlarger.Imaging.Vips;

/// <summary>One call of a libvips operation by name: set its arguments, run it, take its output.</summary>
internal sealed unsafe class VipsOperation : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly string _name;

    public VipsOperation(string name)
        : base(ownsHandle: true)
    {
        _name = name;
        SetHandle(VipsNative.NewOperation(name));
        if (IsInvalid)
        {
            throw VipsException.Drain(name);
        }
    }

    public VipsOperation Set(string argument, bool state)
    {
        GValue value = default;
        VipsNative.InitValue(&value, GValue.BooleanType);
        VipsNative.SetBoolean(&value, state ? 1 : 0);
        return Set(argument, &value);
    }

    /// <summary>Sets a number; GObject makes an enum or a double of it where the argument is one.</summary>
    public VipsOperation Set(string argument, int number)
    {
        GValue value = default;
        VipsNative.InitValue(&value, GValue.IntType);
        VipsNative.SetInt(&value, number);
        return Set(argument, &value);
    }

    public VipsOperation Set(string argument, string text)
    {
        GValue value = default;
        VipsNative.InitValue(&value, GValue.StringType);
        VipsNative.SetString(&value, text);
        return Set(argument, &value);
    }

    public VipsOperation Set(string argument, SafeHandleZeroOrMinusOneIsInvalid instance)
    {
        GValue value = default;
        VipsNative.InitValue(&value, GValue.ObjectType);
        VipsNative.SetObject(&value, instance.DangerousGetHandle());
        Set(argument, &value);
        GC.KeepAlive(instance);
        return this;
    }

    /// <summary>Sets bytes without copying them: they stay pinned as long as the output lives.</summary>
    public VipsOperation Set(string argument, byte* bytes, int count)
    {
        GValue value = default;
        VipsNative.InitValue(&value, VipsNative.BlobType());
        var blob = VipsNative.NewBlob(0, bytes, (nuint)count);
        VipsNative.SetBoxed(&value, blob);
        VipsNative.UnrefArea(blob);
        return Set(argument, &value);
    }

    /// <summary>Runs the operation. Loaders read the header only; the pixels follow when they are asked for.</summary>
    /// <exception cref="VipsException">It failed.</exception>
    public VipsOperation Run()
    {
        var built = VipsNative.BuildOperation(handle);
        if (built == 0)
        {
            throw VipsException.Drain(_name);
        }

        // What comes back is a reference of its own, to this operation or to an equal one.
        VipsNative.Unref(handle);
        SetHandle(built);
        return this;
    }

    /// <summary>Runs the operation and takes its picture.</summary>
    public VipsImage RunToImage()
    {
        Run();
        GValue value = default;
        VipsNative.InitValue(&value, GValue.ObjectType);
        VipsNative.GetProperty(handle, "out", &value);
        var image = VipsNative.DuplicateObject(&value);
        VipsNative.UnsetValue(&value);
        return new VipsImage(image);
    }

    protected override bool ReleaseHandle()
    {
        VipsNative.UnrefOutputs(handle);
        VipsNative.Unref(handle);
        return true;
    }

    private VipsOperation Set(string argument, GValue* value)
    {
        VipsNative.SetProperty(handle, argument, value);
        VipsNative.UnsetValue(value);
        return this;
    }
}
