using Microsoft.AspNetCore.Http.HttpResults;

namespace Stiefel.Server.Metrics;

/// <summary>Serves the metrics to Prometheus.</summary>
public static class MetricsEndpoints
{
    /// <summary>Adds the route that Prometheus scrapes.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/metrics", GetMetrics)
        .WithName("GetMetrics").WithTags("Status").Produces<string>(StatusCodes.Status200OK, "text/plain").WithSummary("What the server counts, in Prometheus' text format");

    private static ContentHttpResult GetMetrics(ServerMetrics metrics) => TypedResults.Text(metrics.Now(), PrometheusText.MediaType);
}
