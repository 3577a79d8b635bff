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
        endpoints.MapGet("/healthz", GetHealth)
            .WithName("GetHealth").WithTags("Status").WithSummary("200 while the server runs");
    }

    private static Ok<StatusDocument> GetStatus(StatusReport report) => TypedResults.Ok(report.Now());

    private static ContentHttpResult GetHealth() => TypedResults.Text("ok\n");
}
