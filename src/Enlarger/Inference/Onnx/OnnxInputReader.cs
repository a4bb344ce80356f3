
namespace Enlarger.Inference.Onnx;

/// <summary>Reads ValueInfoProto: the inputs and outputs of a graph.</summary>
internal static class OnnxInputReader
{
    // A dimension that the file leaves open or only names.
    private const long Open = -1;

    public static OnnxInput Read(ProtobufReader message)
    {
        var name = ReadName(message);
        while (message.Next())
        {
            if (message.Field == 2)
            {
                return ReadType(message.Message(), name);
            }
        }

        throw NoTensor(name);
    }

    public static string ReadName(ProtobufReader message)
    {
        while (message.Next())
        {
            if (message.Field == 1)
            {
                return message.Text();
            }
        }

        return "";
    }

    // TypeProto, of which only tensors are supported.
    private static OnnxInput ReadType(ProtobufReader message, string name)
    {
        while (message.Next())
        {
            if (message.Field == 1)
            {
                return ReadTensorType(message.Message(), name);
            }
        }

        throw NoTensor(name);
    }

    // TypeProto.Tensor.
    private static OnnxInput ReadTensorType(ProtobufReader message, string name)
    {
        var type = 0L;
        List<long>? shape = null;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    type = message.Integer();
                    break;
                case 2:
                    shape = ReadShape(message.Message());
                    break;
            }
        }

        return shape is null
            ? throw new ModelException($"The model's input {OnnxReader.Quoted(name)} has no shape.")
            : new OnnxInput(name, OnnxTensorReader.Known(type, $"The model's input {OnnxReader.Quoted(name)}"), shape);
    }

    // TensorShapeProto, whose dimensions are messages of one field.
    private static List<long> ReadShape(ProtobufReader message)
    {
        var shape = new List<long>();
        while (message.Next())
        {
            if (message.Field != 1)
            {
                continue;
            }

            var length = Open;
            var dimension = message.Message();
            while (dimension.Next())
            {
                // Some exporters write 0 or -1 where they mean an open dimension.
                length = dimension.Field == 1 && dimension.Integer() is > 0 and var known ? known : Open;
            }

            shape.Add(length);
        }

        return shape;
    }

    private static ModelException NoTensor(string name) =>
        new($"The model's input {OnnxReader.Quoted(name)} is not a tensor.");
}
