using Enlarger.Server.Storage;

namespace Enlarger.Server.Observability;

/// <summary>The server's own routes: what it is, and how it is.</summary>
internal static class ObservabilityRoutes
{
    private static readonly string[] Reading = ["GET", "HEAD"];

    public static void MapObservability(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/healthz", Reading, () => Results.Text("alive\n")).WithMetadata(new Probe());
        routes.MapMethods("/readyz", Reading, GetReadiness).WithMetadata(new Probe());
        routes.MapMethods("/metrics", Reading, GetMetrics).WithMetadata(new Probe());
        routes.MapMethods("/openapi/{vendor}.json", Reading, GetDocument);
    }

    private static IResult GetReadiness(Readiness readiness)
    {
        var problems = readiness.Problems();
        return problems.Count == 0
            ? Results.Text("ready\n")
            : Results.Text(
                string.Concat(problems.Select(problem => problem + "\n")),
                statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult GetMetrics(ServerMetrics metrics) => Results.Text(metrics.ToText(), ServerMetrics.MediaType);

    private static IResult GetDocument(
        string vendor, HttpRequest http, OpenApiDocuments documents, ResultStore results) =>
        documents.Find(vendor, results.OriginOf(http)) is { } document
            ? Results.Text(document, "application/json")
            : Results.NotFound();
}
