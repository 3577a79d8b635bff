using Microsoft.AspNetCore.Http.HttpResults;
using Stiefel.Protocol.Control;

namespace Stiefel.Server.Status;

/// <summary>What the server is doing, for people and programs on the control plane.</summary>
public static class StatusEndpoints
{
    /// <summary>Adds the status routes.</summary>
    public static void MapStatus(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/status", GetStatus)
            .WithName("GetStatus").WithTags("Status").WithSummary("What the server is doing: disk, boot files, sessions, connections, events of each desktop");
        endpoints.MapGet("/api/v1/exports", GetExports)
            .WithName("GetExports").WithTags("Status").WithSummary("What the block server exports, and how many use it");
        endpoints.MapGet("/api/v1/boot", GetBoot)
            .WithName("GetBoot").WithTags("Status").ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("What there is to boot, or why there is nothing");
        endpoints.MapGet("/healthz", GetHealth)
            .WithName("GetHealth").WithTags("Status").Produces<string>(StatusCodes.Status200OK, "text/plain").WithSummary("200 while the server runs");
    }

    private static Ok<StatusDocument> GetStatus(StatusReport report) => TypedResults.Ok(report.Now());

    private static Ok<ExportStatus[]> GetExports(ExportReport report) => TypedResults.Ok(report.Now().ToArray());

    private static Results<Ok<BootStatus>, ProblemHttpResult> GetBoot(StatusReport report) => report.Now().Boot is { } boot
        ? TypedResults.Ok(boot)
        : TypedResults.Problem("this server has an open export and boots nothing", statusCode: StatusCodes.Status404NotFound);

    private static ContentHttpResult GetHealth() => TypedResults.Text("ok\n");
}
