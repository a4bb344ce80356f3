using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Enlarger.Imaging;

namespace Enlarger.Tests.Imaging;

/// <summary>XMP says what is true of the result, and all that it said of other things.</summary>
public sealed class XmpTests
{
    private const string TiffSpace = "http://ns.adobe.com/tiff/1.0/";
    private const string ExifSpace = "http://ns.adobe.com/exif/1.0/";
    private const string PanoramaSpace = "http://ns.google.com/photos/1.0/panorama/";
    private const string RdfSpace = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

    private static readonly (string Space, string Name, string Before, string After)[] Turned =
    [
        (TiffSpace, "Orientation", "6", "1"),
        (TiffSpace, "ImageWidth", "24", "32"),
        (TiffSpace, "ImageLength", "16", "48"),
        (ExifSpace, "PixelXDimension", "24", "32"),
        (ExifSpace, "PixelYDimension", "16", "48"),
        ("http://purl.org/dc/elements/1.1/", "source", "a <b> & \"c\"", "a <b> & \"c\""),
    ];

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Avif)]
    [InlineData(ImageFormat.Tiff)]
    public async Task Orientation_and_sizes_are_those_of_the_result(ImageFormat format)
    {
        foreach (var packet in (string[])[Packet(Turned, asElements: false), Packet(Turned, asElements: true)])
        {
            foreach (var bytes in (byte[][])[
                Encoding.UTF8.GetBytes(packet), [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(packet)],
                [.. Encoding.UTF8.GetBytes(packet), 0, 0]])
            {
                var properties = Properties(await XmpOf(bytes, format, orientation: 6));
                Assert.All(Turned, property =>
                    Assert.Equal(property.After, properties[XName.Get(property.Name, property.Space)]));
            }
        }
    }

    [Fact]
    public async Task A_panorama_is_scaled_and_stays_one()
    {
        (string Name, double Factor)[] across =
        [
            ("FullPanoWidthPixels", 100), ("CroppedAreaImageWidthPixels", 24), ("CroppedAreaLeftPixels", 38),
        ];
        (string Name, double Factor)[] down =
        [
            ("FullPanoHeightPixels", 50), ("CroppedAreaImageHeightPixels", 16), ("CroppedAreaTopPixels", 17),
        ];
        (string, string, string, string)[] properties =
        [
            .. across.Concat(down).Select(item => (PanoramaSpace, item.Name, Text(item.Factor), Text(item.Factor * 3))),
            (PanoramaSpace, "PoseHeadingDegrees", "12.5", "12.5"),
            (PanoramaSpace, "ProjectionType", "equirectangular", "equirectangular"),
        ];
        foreach (var asElements in (bool[])[false, true])
        {
            var packet = Encoding.UTF8.GetBytes(Packet(properties, asElements));
            var result = Properties(await XmpOf(packet, ImageFormat.Jpeg, scale: 3));
            Assert.All(properties, property =>
                Assert.Equal(property.Item4, result[XName.Get(property.Item2, PanoramaSpace)]));
        }

        static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("<r:Description xmlns:g='http://ns.adobe.com/hdr-gain-map/1.0/' g:Version='1.0' g:Gamma='3'/>")]
    [InlineData("<r:Description xmlns:g='http://ns.adobe.com/hdr-gain-map/1.0/'><g:Version>1.0</g:Version>" +
        "<g:GainMapMax><r:Seq><r:li>1</r:li><r:li>2</r:li></r:Seq></g:GainMapMax></r:Description>")]
    [InlineData("<r:Description xmlns:C='http://ns.google.com/photos/1.0/container/' " +
        "xmlns:I='http://ns.google.com/photos/1.0/container/item/'><C:Directory><r:Seq><r:li r:parseType='Resource'>" +
        "<C:Item I:Semantic='Primary' I:Mime='image/jpeg'/></r:li><r:li r:parseType='Resource'><C:Item>" +
        "<I:Semantic>GainMap</I:Semantic><I:Length>455</I:Length></C:Item></r:li></r:Seq></C:Directory>" +
        "</r:Description>")]
    [InlineData("<r:Description xmlns:H='http://ns.apple.com/HDRGainMap/1.0/'>" +
        "<H:HDRGainMapVersion>65536</H:HDRGainMapVersion></r:Description>")]
    public async Task A_gain_map_is_gone_and_that_is_said(string description)
    {
        var file = WithXmp(Encoding.UTF8.GetBytes(Wrap(description + "<r:Description r:about='stays'/>")));

        var result = await Enlarged.Of(file);

        Assert.Contains(result.Result.Notes, note => note.StartsWith("The gain map", StringComparison.Ordinal));
        var packet = Encoding.UTF8.GetString(result.Metadata.Xmp!.Value.Span);
        Assert.DoesNotContain("ainmap", packet.Replace("-", ""), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("container", packet);
        Assert.Contains("stays", packet);
    }

    [Fact]
    public async Task A_gain_map_that_only_the_second_picture_names_is_said()
    {
        var second = Enlarged.Picture(ImageFormat.Jpeg);
        byte[] apple =
        [
            .. JpegFile.With(Enlarged.Picture(ImageFormat.Jpeg), 0xE2, [.. "MPF\0"u8, 1, 2, 3]),
            .. JpegFile.With(second, 0xE1, "urn:com:apple:photo:2020:aux:hdrgainmap"u8),
        ];
        var iso = JpegFile.With(second, 0xE2, "urn:iso:std:iso:ts:21496:-1\0\0\0\0\0"u8);
        var two = JpegFile.With([.. second, .. second], 0xE2, [.. "MPF\0"u8, 1, 2, 3]);
        Assert.Single((await Enlarged.Of(apple)).Result.Notes);
        Assert.Single((await Enlarged.Of(iso)).Result.Notes);
        Assert.Empty((await Enlarged.Of(two)).Result.Notes);
        Assert.True((await Enlarged.Of(apple)).File.AsSpan().IndexOf("MPF"u8) < 0);
    }

    [Fact]
    public async Task Thumbnails_depth_and_films_are_gone_with_what_they_belonged_to()
    {
        var packet = Wrap(
            "<r:Description xmlns:p='http://ns.adobe.com/xap/1.0/' p:Rating='4'><p:Thumbnails><r:Alt>" +
            "<r:li r:parseType='Resource'><q:image xmlns:q='http://ns.adobe.com/xap/1.0/g/img/'>AAAA</q:image></r:li>" +
            "</r:Alt></p:Thumbnails></r:Description>" +
            "<r:Description xmlns:d='http://ns.google.com/photos/1.0/depthmap/' d:Data='BBBB'" +
            " xmlns:c='http://ns.google.com/photos/1.0/camera/' c:MotionPhoto='1' c:BurstID='x'/>");
        var result = await Enlarged.Of(WithXmp(Encoding.UTF8.GetBytes(packet)));
        var text = Encoding.UTF8.GetString(result.Metadata.Xmp!.Value.Span);
        Assert.DoesNotContain("AAAA", text);
        Assert.DoesNotContain("BBBB", text);
        Assert.DoesNotContain("MotionPhoto", text);
        Assert.Contains("p:Rating=\"4\"", text);
        Assert.Contains("c:BurstID=\"x\"", text);
        Assert.Contains(result.Result.Notes, note => note.Contains("depth map"));
    }

    [Fact]
    public async Task Faces_stay_where_they_are_unless_the_picture_was_turned()
    {
        var packet = Encoding.UTF8.GetBytes(Wrap(
            "<r:Description xmlns:m='http://www.metadataworkinggroup.com/schemas/regions/' " +
            "xmlns:s='http://ns.adobe.com/xap/1.0/sType/Dimensions#'><m:Regions r:parseType='Resource'>" +
            "<m:AppliedToDimensions s:w='24' s:h='16' s:unit='pixel'/><m:RegionList>face</m:RegionList>" +
            "</m:Regions></r:Description>"));
        Assert.Contains("s:w=\"48\" s:h=\"32\"", Encoding.UTF8.GetString(await XmpOf(packet, ImageFormat.Jpeg)));
        Assert.DoesNotContain("face", Encoding.UTF8.GetString(await XmpOf(packet, ImageFormat.Jpeg, orientation: 3)));
    }

    [Fact]
    public async Task The_history_of_a_picture_keeps_the_sizes_of_others()
    {
        var packet = Wrap(
            "<r:Description xmlns:m='http://ns.adobe.com/xap/1.0/mm/' xmlns:t='" + TiffSpace + "' t:ImageWidth='24'>" +
            "<m:Ingredients><r:Bag><r:li t:ImageWidth='24'/></r:Bag></m:Ingredients></r:Description>");
        var result = Encoding.UTF8.GetString(await XmpOf(Encoding.UTF8.GetBytes(packet), ImageFormat.Jpeg));
        Assert.Contains("t:ImageWidth=\"48\"", result);
        Assert.Contains("<r:li t:ImageWidth=\"24\"", result);
    }

    [Fact]
    public async Task A_packet_of_which_nothing_changes_stays_byte_for_byte()
    {
        var packet = Encoding.UTF8.GetBytes(
            "<?xpacket begin='\uFEFF' id='W5M0MpCehiHzreSzNTczkc9d'?>\r\n" +
            Wrap("<r:Description  xmlns:t='" + TiffSpace + "'\n t:Orientation='1'  t:ImageWidth='24'/>") +
            new string(' ', 300) + "<?xpacket end='w'?>");
        Assert.Equal(packet, await XmpOf(packet, ImageFormat.Jpeg, scale: 1));
    }

    [Fact]
    public async Task A_packet_that_is_damaged_is_left_out_and_that_is_said()
    {
        foreach (var packet in (string[])[
            "<x:xmpmeta", "no xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a></b>",
            string.Concat(Enumerable.Repeat("<a>", 20_000))])
        {
            var result = await Enlarged.Of(WithXmp(Encoding.UTF8.GetBytes(packet)));
            Assert.Null(result.Metadata.Xmp);
            Assert.StartsWith("The XMP packet is damaged", Assert.Single(result.Result.Notes));
        }
    }

    [Fact]
    public async Task A_packet_too_long_for_a_segment_is_read_and_written_in_parts()
    {
        var text = string.Concat(
            Enumerable.Range(0, 20_000).Select(i => i.ToString("x8", CultureInfo.InvariantCulture)));
        var packet = Encoding.UTF8.GetBytes(Wrap(
            $"<r:Description xmlns:d='http://purl.org/dc/elements/1.1/' xmlns:t='{TiffSpace}' t:ImageWidth='24'>" +
            $"<d:source>{text}</d:source></r:Description>"));
        var png = Enlarged.Picture(ImageFormat.Png, new ImageMetadata(Xmp: packet));

        var jpeg = await Enlarged.Of(png, ImageFormat.Jpeg);
        var back = await Enlarged.Of(jpeg.File, ImageFormat.Png);

        Assert.Empty(jpeg.Result.Notes);
        Assert.True(jpeg.File.AsSpan().IndexOf("HasExtendedXMP"u8) > 0);
        var properties = Properties(back.Metadata.Xmp!.Value.ToArray());
        Assert.Equal(text, properties[XName.Get("source", "http://purl.org/dc/elements/1.1/")]);
        Assert.Equal("96", properties[XName.Get("ImageWidth", TiffSpace)]);
        Assert.True(back.File.AsSpan().IndexOf("HasExtendedXMP"u8) < 0);

        // A part is missing: what stands in the first is read, and the pointer to the rest is gone.
        var at = jpeg.File.AsSpan().LastIndexOf("http://ns.adobe.com/xmp/extension/"u8);
        jpeg.File[at] = (byte)'x';
        Assert.True((await Enlarged.Of(jpeg.File)).File.AsSpan().IndexOf("HasExtendedXMP"u8) < 0);
    }

    [Fact]
    public async Task The_collection_is_true_afterwards()
    {
        var folder = Repository.Path("../shared/cases");
        Assert.SkipUnless(Directory.Exists(folder), "The collection of odd pictures (../shared/cases) is not here.");
        var turned = await Enlarged.Of(File.ReadAllBytes(Path.Combine(folder, "orient.jpg")));
        var properties = Properties(turned.Metadata.Xmp!.Value.ToArray());
        Assert.Equal("1", properties[XName.Get("Orientation", TiffSpace)]);
        Assert.Equal("256", properties[XName.Get("PixelYDimension", ExifSpace)]);
        var gain = await Enlarged.Of(File.ReadAllBytes(Path.Combine(folder, "gain.jpg")));
        Assert.Single(gain.Result.Notes);
        Assert.True(gain.File.AsSpan().IndexOf("hdrgm"u8) < 0);
    }

    private static async Task<byte[]> XmpOf(byte[] packet, ImageFormat format, ushort orientation = 1, int scale = 2)
    {
        var file = JpegFile.With(WithXmp(packet), 0xE1, TiffFile.Exif([TestTag.Short(274, orientation)]));
        return (await Enlarged.Of(file, format, scale)).Metadata.Xmp!.Value.ToArray();
    }

    private static byte[] WithXmp(byte[] packet) => JpegFile.With(
        Enlarged.Picture(ImageFormat.Jpeg), 0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. packet]);

    private static string Wrap(string descriptions) =>
        $"<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF xmlns:r='{RdfSpace}'>{descriptions}</r:RDF></x:xmpmeta>";

    // Prefixes that nobody uses: only the namespaces count.
    private static string Packet(
        IEnumerable<(string Space, string Name, string Before, string After)> properties, bool asElements)
    {
        var description = new XElement(XName.Get("Description", RdfSpace));
        foreach (var (space, name, before, _) in properties)
        {
            XObject property = asElements
                ? new XElement(XName.Get(name, space), before)
                : new XAttribute(XName.Get(name, space), before);
            description.Add(property);
        }

        return Wrap(description.ToString());
    }

    private static Dictionary<XName, string> Properties(byte[] packet)
    {
        using var stream = new MemoryStream(packet);
        var descriptions = XDocument.Load(stream).Descendants(XName.Get("Description", RdfSpace)).ToList();
        return descriptions.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration)
            .Select(attribute => (attribute.Name, attribute.Value))
            .Concat(descriptions.Elements().Select(element => (element.Name, element.Value)))
            .ToDictionary();
    }
}
