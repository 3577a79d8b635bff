using Microsoft.AspNetCore.Http.HttpResults;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;

namespace Stiefel.Server.Metrics;

/// <summary>Tells how much the disk is used.</summary>
public static class LoadEndpoints
{
    /// <summary>Adds the routes of the load.</summary>
    public static void MapLoad(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/load", GetLoad)
            .WithName("GetLoad").WithTags("Status").WithSummary("How much the disk was used in each second of the last minute, and every ten seconds of the last hour");
        endpoints.MapGet("/api/v1/load/live", GetLiveLoad)
            .WithName("GetLiveLoad").WithTags("Status")
            .Produces<Stream>(StatusCodes.Status200OK, EventAnswer.MediaType).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("The load of each second as it passes, as server-sent events whose data is a LoadSample");
    }

    private static Ok<LoadStatus> GetLoad(LoadHistory history) => TypedResults.Ok(history.Now);

    private static IResult GetLiveLoad(LoadHistory history, EventWatchers watchers, IHostApplicationLifetime lifetime, HttpContext context)
    {
        if (watchers.TryAdmit() is not { } watcher)
        {
            return EventWatchers.TooMany();
        }

        context.Response.RegisterForDispose(watcher);
        return new LoadAnswer(history, lifetime);
    }
}
