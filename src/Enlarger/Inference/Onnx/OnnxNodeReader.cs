
namespace Enlarger.Inference.Onnx;

/// <summary>Reads NodeProto and AttributeProto.</summary>
internal static class OnnxNodeReader
{
    // AttributeProto.AttributeType.
    private enum AttributeKind
    {
        Float = 1,
        Int = 2,
        Text = 3,
        Tensor = 4,
        Graph = 5,
        Floats = 6,
        Ints = 7,
        Texts = 8,
        Tensors = 9,
        Graphs = 10,
        SparseTensor = 11,
        SparseTensors = 12,
        Type = 13,
        Types = 14,
    }

    public static OnnxNode Read(ProtobufReader message)
    {
        var name = "";
        var op = "";
        var domain = "";
        var inputs = new List<string>();
        var outputs = new List<string>();
        var attributeFields = message;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    inputs.Add(message.Text());
                    break;
                case 2:
                    outputs.Add(message.Text());
                    break;
                case 3:
                    name = message.Text();
                    break;
                case 4:
                    op = message.Text();
                    break;
                case 7:
                    domain = message.Text();
                    break;
            }
        }

        var attributes = new Dictionary<string, OnnxAttribute>(StringComparer.Ordinal);
        var node = new OnnxNode(name, op, domain, inputs, outputs, attributes);
        if (!OnnxReader.IsStandard(domain))
        {
            throw new ModelException(
                $"{OnnxReader.Title(node)} is from the domain {OnnxReader.Quoted(domain)}, which is not supported.");
        }

        // Attributes come second, so that their errors can name the node.
        while (attributeFields.Next())
        {
            if (attributeFields.Field == 5)
            {
                ReadAttribute(attributeFields.Message(), node, attributes);
            }
        }

        return node;
    }

    private static void ReadAttribute(
        ProtobufReader message, OnnxNode node, Dictionary<string, OnnxAttribute> attributes)
    {
        var name = "";
        var kind = default(AttributeKind);
        var number = 0L;
        var single = 0F;
        var text = "";
        var integers = new List<long>();
        var singles = new List<float>();
        OnnxTensor? tensor = null;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    name = message.Text();
                    break;
                case 2:
                    single = message.Single();
                    break;
                case 3:
                    number = message.Integer();
                    break;
                case 4:
                    text = message.Text();
                    break;
                case 5:
                    tensor = OnnxTensorReader.Read(message.Message(), $"{OnnxReader.Title(node)}: tensor").Tensor;
                    break;
                case 7:
                    message.AppendTo(singles);
                    break;
                case 8:
                    message.AppendTo(integers);
                    break;
                case 20:
                    kind = (AttributeKind)message.Integer();
                    break;
            }
        }

        OnnxAttribute attribute = kind switch
        {
            AttributeKind.Float => new(Float: single),
            AttributeKind.Int => new(Int: number),
            AttributeKind.Text => new(Text: text),
            AttributeKind.Floats => new(Floats: [.. singles]),
            AttributeKind.Ints => new(Ints: [.. integers]),
            AttributeKind.Tensor when tensor is not null => new(Tensor: tensor),
            _ => throw Unsupported(node, name, kind),
        };
        if (!attributes.TryAdd(name, attribute))
        {
            throw new ModelException($"{OnnxReader.Title(node)} has two attributes {OnnxReader.Quoted(name)}.");
        }
    }

    private static ModelException Unsupported(OnnxNode node, string attribute, AttributeKind kind)
    {
        var what = kind switch
        {
            AttributeKind.Graph or AttributeKind.Graphs => "a graph of its own",
            AttributeKind.SparseTensor or AttributeKind.SparseTensors => "a sparse tensor",
            AttributeKind.Texts => "a list of texts",
            AttributeKind.Tensor => "no tensor where its type promises one",
            AttributeKind.Tensors => "a list of tensors",
            AttributeKind.Type or AttributeKind.Types => "a type",
            _ => "no known type of value",
        };
        return new ModelException(
            $"{OnnxReader.Title(node)} has in its attribute {OnnxReader.Quoted(attribute)} {what}, "
            + "which is not supported.");
    }
}
