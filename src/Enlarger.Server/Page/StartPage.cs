using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using Enlarger.Server.Jobs;
using Enlarger.Server.Observability;
using Enlarger.Server.Storage;
using Microsoft.Extensions.Options;

namespace Enlarger.Server.Page;

/// <summary>The page at <c>/</c>: what runs here, and how to ask for something.</summary>
internal sealed class StartPage(OpenApiDocuments documents, IOptions<JobSettings> jobs, ServerOptions options)
{
    // The page loads nothing and runs nothing; so nothing that slips into it does.
    private const string SecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Probes =
        """
        <br><a href="{{origin}}/metrics">metrics</a> · <a href="{{origin}}/healthz">alive</a> ·
        <a href="{{origin}}/readyz">ready</a>
        """;

    private static readonly string Template = Read("page/start.html");

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/", ["GET", "HEAD"], (HttpContext http, StartPage page, ResultStore results) =>
        {
            http.Response.Headers.ContentSecurityPolicy = SecurityPolicy;
            http.Response.Headers.XContentTypeOptions = "nosniff";
            return Results.Text(page.ToHtml(results.OriginOf(http.Request)), "text/html; charset=utf-8");
        });

    private string ToHtml(string origin)
    {
        var links = string.Join(
            " · ",
            documents.Vendors.Select(vendor =>
                $$$"""<a href="{{origin}}/openapi/{{{Escape(vendor)}}}.json">{{{Escape(vendor)}}}</a>"""));
        // A model may be a path of the server, which is nobody's business.
        var model = Path.GetFileNameWithoutExtension(jobs.Value.Model);
        return new StringBuilder(Template)
            .Replace("{{version}}", Escape(Version()))
            .Replace("{{model}}", Escape(model))
            .Replace("{{documents}}", links)
            // Where operators have an address of their own, it is not for everybody to know.
            .Replace("{{probes}}", options.AdminUrls.Count == 0 ? Probes : "")
            .Replace("{{origin}}", Escape(origin))
            .ToString();
    }

    private static string Version() => typeof(StartPage).Assembly.GetName().Version?.ToString(3) ?? "";

    private static string Escape(string text) => HtmlEncoder.Default.Encode(text);

    private static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
