using System.Runtime.InteropServices;
using System.Text;
using System.Xml;

namespace Enlarger.Imaging;

/// <summary>What is to change in an XMP packet.</summary>
internal abstract class XmpRules
{
    /// <summary>
    /// How a property changes: a function from its value, or from the XML of one that is no plain text, to the new
    /// value, or to null where it goes; null where it stays.
    /// </summary>
    /// <param name="space">The namespace of the property.</param>
    /// <param name="name">Its name in there.</param>
    /// <param name="container">The name of the property that it is a part of; empty for those of the picture.</param>
    public abstract Func<string, string?>? Find(string space, string name, string container);

    /// <summary>Whether nothing is left of a namespace, so that it need not be declared.</summary>
    public virtual bool IsGone(string space) => false;
}

/// <summary>
/// Copies an XMP packet and changes some of its properties, wherever they stand: as attributes or as elements, under
/// any prefix, in a structure. It is read once, from its start to its end, so that time and memory depend on nothing
/// but its length.
/// </summary>
internal sealed class XmpRewriter
{
    private const string Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    private const string XmlNamespace = "http://www.w3.org/XML/1998/namespace";
    private const string XmlNamespaces = "http://www.w3.org/2000/xmlns/";

    // Sources and history of a picture: what stands in there is about other pictures.
    private const string MediaManagement = "http://ns.adobe.com/xap/1.0/mm/";

    // Packets are some ten elements deep.
    private const int DepthMax = 256;

    private static readonly XmlReaderSettings Reading = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = PngChunks.XmpBytesMax,
    };

    private static readonly XmlWriterSettings Writing = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        OmitXmlDeclaration = true,
        NewLineHandling = NewLineHandling.Entitize,
    };

    private readonly XmpRules _rules;
    private readonly XmlWriter _writer;
    private byte[]? _rest;
    private bool _changed;

    private XmpRewriter(XmpRules rules, XmlWriter writer, byte[]? rest)
    {
        _rules = rules;
        _writer = writer;
        _rest = rest;
    }

    /// <summary>
    /// The packet with the changes of <paramref name="rules"/>, and with the properties of <paramref name="rest"/> as
    /// well; the same array where nothing changes; null where it is no XML.
    /// </summary>
    public static byte[]? Rewrite(byte[] packet, byte[]? rest, XmpRules rules)
    {
        using var result = new MemoryStream();
        try
        {
            using var reader = Open(packet);
            using var writer = XmlWriter.Create(result, Writing);
            var rewriter = new XmpRewriter(rules, writer, rest);
            reader.Read();
            rewriter.Copy(reader);
            writer.Flush();
            return rewriter._changed ? result.ToArray() : packet;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    // Some writers end the packet, like a text in C, with zeros.
    private static XmlReader Open(byte[] packet) =>
        XmlReader.Create(new MemoryStream(packet, 0, packet.AsSpan().TrimEnd((byte)0).Length), Reading);

    /// <summary>Copies from the node at which the reader stands to the end of what it is in.</summary>
    private void Copy(XmlReader reader)
    {
        var path = new Stack<Place>();
        while (!reader.EOF)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (CopyStart(reader, path))
                    {
                        continue;
                    }

                    break;
                case XmlNodeType.EndElement:
                    if (path.Count == 0)
                    {
                        return;
                    }

                    AddRest(reader);
                    _writer.WriteFullEndElement();
                    path.Pop();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace:
                    _writer.WriteString(reader.Value);
                    break;
                case XmlNodeType.Whitespace:
                    _writer.WriteWhitespace(reader.Value);
                    break;
                case XmlNodeType.ProcessingInstruction:
                    _writer.WriteProcessingInstruction(reader.Name, reader.Value);
                    break;
                case XmlNodeType.Comment:
                    _writer.WriteComment(reader.Value);
                    break;
            }

            reader.Read();
        }
    }

    /// <returns>The whole element was dealt with, and the reader stands behind it.</returns>
    private bool CopyStart(XmlReader reader, Stack<Place> path)
    {
        if (path.Count >= DepthMax)
        {
            throw new XmlException("Elements are nested too deep.");
        }

        var place = path.Count == 0 ? default : path.Peek();
        var isAboutOthers = place.IsAboutOthers || reader.NamespaceURI == MediaManagement;
        if (!isAboutOthers && _rules.Find(reader.NamespaceURI, reader.LocalName, place.Container ?? "") is { } change)
        {
            Change(reader, change);
            return true;
        }

        var container = reader.NamespaceURI == Rdf || reader.LocalName == "xmpmeta"
            ? place.Container ?? ""
            : reader.LocalName;
        _writer.WriteStartElement(reader.Prefix, reader.LocalName, reader.NamespaceURI);
        foreach (var attribute in ReadAttributes(reader))
        {
            WriteAttribute(attribute, isAboutOthers, container);
        }

        if (reader.IsEmptyElement)
        {
            _writer.WriteEndElement();
        }
        else
        {
            path.Push(new Place(container, isAboutOthers));
        }

        return false;
    }

    private static List<XmlAttribute> ReadAttributes(XmlReader reader)
    {
        List<XmlAttribute> attributes = [];
        while (reader.MoveToNextAttribute())
        {
            attributes.Add(new XmlAttribute(reader.Prefix, reader.LocalName, reader.NamespaceURI, reader.Value));
        }

        reader.MoveToElement();
        return attributes;
    }

    private void WriteAttribute(XmlAttribute attribute, bool isAboutOthers, string container)
    {
        var value = attribute.Value;
        if (attribute.Space == XmlNamespaces)
        {
            // The writer declares it by itself where it is needed after all.
            value = _rules.IsGone(value) ? null : value;
        }
        else if (!isAboutOthers && _rules.Find(attribute.Space, attribute.Name, container) is { } change)
        {
            value = change(value);
        }

        _changed |= value != attribute.Value;
        if (value is not null)
        {
            _writer.WriteAttributeString(attribute.Prefix, attribute.Name, attribute.Space, value);
        }
    }

    /// <summary>Writes a property with its new value, or nothing.</summary>
    private void Change(XmlReader reader, Func<string, string?> change)
    {
        var (prefix, name, space) = (reader.Prefix, reader.LocalName, reader.NamespaceURI);
        var attributes = ReadAttributes(reader);
        var old = reader.ReadInnerXml();
        var value = change(old.Trim());
        _changed |= value != old;
        if (value is null)
        {
            return;
        }

        // Attributes of RDF would say that the value is something else than text.
        _writer.WriteStartElement(prefix, name, space);
        foreach (var attribute in attributes)
        {
            if (attribute.Space is XmlNamespaces or XmlNamespace)
            {
                _writer.WriteAttributeString(attribute.Prefix, attribute.Name, attribute.Space, attribute.Value);
            }
        }

        _writer.WriteString(value);
        _writer.WriteEndElement();
    }

    /// <summary>Adds the properties of the rest of the packet before the end of the RDF.</summary>
    private void AddRest(XmlReader reader)
    {
        if (_rest is null || reader.LocalName != "RDF" || reader.NamespaceURI != Rdf)
        {
            return;
        }

        using var rest = Open(_rest);
        _rest = null;
        if (!rest.ReadToFollowing("RDF", Rdf))
        {
            return;
        }

        using var properties = rest.ReadSubtree();
        properties.Read();
        properties.Read();
        Copy(properties);
        _changed = true;
    }

    // Where an element stands.
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Place(string? Container, bool IsAboutOthers);

    private sealed record XmlAttribute(string Prefix, string Name, string Space, string Value);
}
