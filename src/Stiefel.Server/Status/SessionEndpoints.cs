using Microsoft.AspNetCore.Http.HttpResults;
using Stiefel.Protocol.Control;
using Stiefel.Server.Revocation;

namespace Stiefel.Server.Status;

/// <summary>Lists sessions and ends one.</summary>
public static class SessionEndpoints
{
    private const string Path = "/api/v1/sessions";

    /// <summary>Adds the routes of sessions.</summary>
    public static void MapSessions(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(Path, GetSessions)
            .WithName("GetSessions").WithTags("Sessions").WithSummary("Desktops that proved to hold a key, oldest first");
        endpoints.MapDelete($"{Path}/{{id}}", EndSessionAsync)
            .WithName("EndSession").WithTags("Sessions").ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Ends a session: its connections to the disk end, its capability is void, and it must boot again");
    }

    private static Ok<SessionStatus[]> GetSessions(StatusReport report) => TypedResults.Ok(report.Now().Sessions.ToArray());

    private static async Task<Results<NoContent, ProblemHttpResult>> EndSessionAsync(string id, SessionEnding sessions) =>
        await sessions.OfIdAsync(id)
            ? TypedResults.NoContent()
            : TypedResults.Problem("no session has this id; GET /api/v1/sessions lists them", statusCode: StatusCodes.Status404NotFound);
}
