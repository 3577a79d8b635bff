using Microsoft.AspNetCore.Http.HttpResults;
using Stiefel.Protocol.Control;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Return;

/// <summary>Lets the laptop's owner make it leave its ramdisk.</summary>
public static class ReturnEndpoints
{
    private const string Asked = "its owner asked for it";

    /// <summary>Adds the routes.</summary>
    public static void MapReturn(this IEndpointRouteBuilder endpoints)
    {
        Map(endpoints.MapPost("/api/v1/return", (WayHome home, CancellationToken token, bool force = false) => LeaveAsync(home, home.Home, force, token)),
            "Return", "The laptop returns to its own system, as the settings say");
        Map(endpoints.MapPost("/api/v1/reboot", (WayHome home, CancellationToken token, bool force = false) => LeaveAsync(home, WayOut.Restart, force, token)),
            "Reboot", "The laptop restarts through its firmware");
        Map(endpoints.MapPost("/api/v1/shutdown", (WayHome home, CancellationToken token, bool force = false) => LeaveAsync(home, WayOut.PowerOff, force, token)),
            "Shutdown", "The laptop switches itself off");
    }

    private static void Map(RouteHandlerBuilder route, string name, string summary) => route
        .WithName(name).WithTags("Return").ProducesProblem(StatusCodes.Status409Conflict)
        .WithSummary($"{summary}; 409 while a desktop has the disk and has not said goodbye, unless forced, which loses what that desktop has not written");

    private static async Task<Results<Accepted<LeavingStatus>, ProblemHttpResult>> LeaveAsync(WayHome home, WayOut way, bool force, CancellationToken token)
    {
        var outcome = await home.LeaveAsync(way, Asked, force, token);
        return outcome.Leaving is { } leaving
            ? TypedResults.Accepted((string?)null, leaving)
            : TypedResults.Problem(outcome.Refusal, statusCode: StatusCodes.Status409Conflict, type: $"tag:stiefel,2026:{outcome.Kind}");
    }
}
