using System.Buffers.Binary;
using System.Text;
using Enlarger.Imaging;
using Enlarger.Imaging.Colour;
using Enlarger.Tests.Enlarging;

namespace Enlarger.Tests.Imaging;

/// <summary>Colours that a file tells by other means than a profile stay what they are, in every format.</summary>
public sealed class ColourLabelTests
{
    private static readonly byte[] DisplayP3 = PngFile.Chunk("cICP", [12, 13, 0, 1]);
    private static readonly byte[] Pq = PngFile.Chunk("cICP", [9, 16, 0, 1]);
    private static readonly byte[] Linear = Gamma(100_000);

    public static TheoryData<ImageFormat> Formats => [.. ImageFormats.All];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Linear_light_stays_as_bright(ImageFormat format)
    {
        // Half of the light is level 188 of sRGB.
        var file = Labelled(Flat(128, 128, 128), Linear);

        var (image, _) = await SameSizeAsync(file, format);

        Assert.All(Srgb(image)[..3], level => Assert.InRange(level, 184, 192));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Display_p3_stays_as_red(ImageFormat format)
    {
        // 200, 50, 50 of Display P3 is this in sRGB: computed from the two matrices.
        var file = Labelled(Flat(200, 50, 50), DisplayP3);

        var (image, _) = await SameSizeAsync(file, format);

        var levels = Srgb(image);
        Assert.InRange(levels[0], 212, 226);
        Assert.InRange(levels[1], 15, 45);
        Assert.InRange(levels[2], 30, 55);
    }

    [Theory]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Avif)]
    public async Task Code_points_stay_where_there_is_a_place_for_them(ImageFormat format)
    {
        var file = Labelled(Pictures.Make(16, 16, 3, 16), Pq);

        var (image, notes) = await SameSizeAsync(file, format);
        var (again, _) = await SameSizeAsync(Pictures.Write(image, format), ImageFormat.Png);

        Assert.Equal(new CodePoints(9, 16), image.Metadata.CodePoints);
        Assert.Equal(image.Metadata.CodePoints, again.Metadata.CodePoints);
        Assert.Empty(notes);
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg, "HDR (PQ)")]
    [InlineData(ImageFormat.Tiff, "HDR (PQ)")]
    [InlineData(ImageFormat.Webp, "HDR (PQ)")]
    [InlineData(ImageFormat.Bmp, "HDR (PQ)")]
    [InlineData(ImageFormat.Gif, "converted to sRGB")]
    public async Task The_loss_of_hdr_is_said(ImageFormat format, string loss)
    {
        var (image, notes) = await SameSizeAsync(Labelled(Pictures.Make(16, 16, 3, 16), Pq), format);

        Assert.Contains(loss, Assert.Single(notes));
        Assert.Equal(format != ImageFormat.Gif, image.Metadata.ColourProfile is { } profile
            && profile.Span.IndexOf("cicp\0\0\0\0\u0009\u0010\0\u0001"u8) > 0);
    }

    [Fact]
    public void Code_points_count_more_than_a_profile_and_that_more_than_gamma()
    {
        var picture = Pictures.Make(8, 8, 3, metadata: new ImageMetadata(IccFile.DisplayP3()));
        var profiled = Pictures.Write(picture, ImageFormat.Png);

        var withGamma = Pictures.Read(PngFile.Insert(profiled, Linear)).Image.Metadata;
        var withCodes = Pictures.Read(PngFile.Insert(profiled, Pq, Linear)).Image.Metadata;
        var withSrgb = Labelled(Pictures.Make(8, 8, 3), PngFile.Chunk("sRGB", [0]), Linear);

        Assert.Equal(IccFile.DisplayP3(), withGamma.ColourProfile!.Value.ToArray());
        Assert.Equal(new CodePoints(9, 16), withCodes.CodePoints);
        Assert.NotEqual(IccFile.DisplayP3(), withCodes.ColourProfile!.Value.ToArray());
        Assert.Null(Pictures.Read(withSrgb).Image.Metadata.ColourProfile);
    }

    [Theory]
    [InlineData(45455)]
    [InlineData(45450)]
    public void The_usual_gamma_makes_no_profile(int gamma) =>
        Assert.Null(Pictures.Read(Labelled(Pictures.Make(8, 8, 3), Gamma(gamma))).Image.Metadata.ColourProfile);

    [Theory]
    [InlineData(0xFFFF, "R03", true)]
    [InlineData(2, "R98", true)]
    [InlineData(1, "R03", false)]
    [InlineData(0xFFFF, "R98", false)]
    public void Adobe_rgb_of_cameras_is_known_by_exif(int space, string index, bool isAdobe)
    {
        var jpeg = Pictures.Write(Pictures.Make(16, 16, 3), ImageFormat.Jpeg);
        var file = JpegFile.With(jpeg, 0xE1, Exif((ushort)space, index));

        var profile = Pictures.Read(file).Image.Metadata.ColourProfile;

        // The green of Adobe RGB relative to D50.
        Assert.Equal(isAdobe, profile is { } bytes && bytes.Span.IndexOf(Xyz(0.20528, 0.62567, 0.06087)) > 0);
    }

    [Fact]
    public void Damaged_labels_are_left_alone()
    {
        var random = new Random(20261128);
        var picture = Pictures.Write(Pictures.Make(8, 8, 3), ImageFormat.Png);
        var avif = Pictures.Write(Pictures.Make(16, 16, 3), ImageFormat.Avif);
        for (var round = 0; round < 2000; round++)
        {
            var data = new byte[random.Next(40)];
            random.NextBytes(data);
            var name = new[] { "cICP", "gAMA", "cHRM", "sRGB" }[round % 4];
            var file = PngFile.Insert(picture, PngFile.Chunk(name, data));
            _ = ColourLabel.Find(file, ImageFormat.Png, []) is { } label ? label.ToProfile(3) : null;
            _ = ColourLabel.Find([], ImageFormat.Jpeg, [.. "Exif\0\0II*\0"u8, .. data]);
            var changed = avif.ToArray();
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            _ = ColourLabel.Find(changed, ImageFormat.Avif, []);
        }
    }

    private static byte[] Labelled(PixelImage image, params byte[][] chunks) =>
        PngFile.Insert(Pictures.Write(image, ImageFormat.Png), chunks);

    private static PixelImage Flat(byte red, byte green, byte blue) =>
        Enlargement.Draw(16, 16, 3, (_, _, c) => c switch { 0 => red, 1 => green, _ => blue });

    private static async Task<(PixelImage Image, IReadOnlyList<string> Notes)> SameSizeAsync(
        byte[] file, ImageFormat format)
    {
        using var source = new MemoryStream(file);
        using var target = new MemoryStream();
        var options = new EnlargeOptions { Model = "lanczos", Scale = 1, Format = format, Strip = true };
        var result = await new ImageEnlarger().EnlargeAsync(
            source, target, options, cancel: TestContext.Current.CancellationToken);
        target.Position = 0;
        return (Enlargement.Read(target), result.Notes);
    }

    // The pixel in the middle as GIF has it, for which colours are converted to sRGB.
    private static int[] Srgb(PixelImage image)
    {
        var converted = Pictures.Read(Pictures.Write(image, ImageFormat.Gif)).Image;
        var pixel = converted.Row(8).Slice(8 * converted.Channels, converted.Channels);
        return converted.Channels < 3 ? [pixel[0], pixel[0], pixel[0]] : [pixel[0], pixel[1], pixel[2]];
    }

    private static byte[] Gamma(int value)
    {
        var data = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(data, value);
        return PngFile.Chunk("gAMA", data);
    }

    private static byte[] Xyz(params double[] values) =>
    [
        .. values.SelectMany(value => BitConverter.GetBytes((int)Math.Round(value * 65536)).Reverse()).Take(3),
    ];

    // Little-endian: the main directory, that of EXIF with the colour space, and that of interoperability.
    private static byte[] Exif(ushort space, string index) =>
    [
        .. "Exif\0\0II*\0"u8, 8, 0, 0, 0,
        1, 0, 0x69, 0x87, 4, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0, 0, 0, 0,
        2, 0, 0x01, 0xA0, 3, 0, 1, 0, 0, 0, (byte)space, (byte)(space >> 8), 0, 0,
        0x05, 0xA0, 4, 0, 1, 0, 0, 0, 56, 0, 0, 0, 0, 0, 0, 0,
        1, 0, 1, 0, 2, 0, 4, 0, 0, 0, .. Encoding.ASCII.GetBytes(index), 0, 0, 0, 0, 0,
    ];
}
