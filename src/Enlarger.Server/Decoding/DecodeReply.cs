using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using Enlarger.Imaging;

namespace Enlarger.Server.Decoding;

/// <summary>
/// What a decoding process answers: a picture without its samples, which follow as bytes, or why it was refused.
/// </summary>
internal sealed record DecodeReply(
    PixelLayout? Layout,
    ImageFormat Format,
    int Frames,
    ImageMetadata? Metadata,
    IReadOnlyList<string> Notes,
    ImageFault Fault,
    string? Refusal)
{
    public static DecodeReply Of(ReadImage read) =>
        new(
            read.Image.Layout,
            read.Format,
            read.Frames,
            read.Image.Metadata,
            read.Notes,
            Fault: default,
            Refusal: null);

    public static DecodeReply Of(ImageException refusal) =>
        new(Layout: null, Format: default, Frames: 0, Metadata: null, Notes: [], refusal.Fault, refusal.Message);

    /// <summary>Reads a reply and the samples behind it.</summary>
    /// <exception cref="ImageException">The picture was refused.</exception>
    /// <exception cref="EndOfStreamException">The process ended.</exception>
    public static ReadImage ReadPicture(Stream stream)
    {
        var json = new byte[ReadLength(stream)];
        stream.ReadExactly(json);
        var reply = JsonSerializer.Deserialize(json, DecodeJson.Default.DecodeReply)
            ?? throw new InvalidDataException("The decoding process sent an empty reply.");
        if (reply.Layout is not { } layout)
        {
            throw new ImageException(reply.Fault, reply.Refusal ?? "");
        }

        var samples = GC.AllocateUninitializedArray<byte>(checked((int)(layout.RowBytes * layout.Height)));
        stream.ReadExactly(samples);
        var image = new PixelImage(layout, samples, reply.Metadata);
        return new ReadImage(image, reply.Format, reply.Frames) { Notes = reply.Notes };
    }

    public void WriteTo(Stream stream)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, DecodeJson.Default.DecodeReply);
        WriteLength(stream, json.Length);
        stream.Write(json);
    }

    /// <summary>Reads how many bytes follow.</summary>
    public static int ReadLength(Stream stream)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        stream.ReadExactly(length);
        return BinaryPrimitives.ReadInt32LittleEndian(length);
    }

    public static void WriteLength(Stream stream, int length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        stream.Write(bytes);
    }
}

[JsonSerializable(typeof(DecodeReply))]
internal sealed partial class DecodeJson : JsonSerializerContext;
