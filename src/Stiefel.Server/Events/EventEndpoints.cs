using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Stiefel.Server.Events;

/// <summary>Sends events as they happen.</summary>
public static class EventEndpoints
{
    /// <summary>Adds the route of events.</summary>
    public static void MapEvents(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/api/v1/events", GetEvents)
        .WithName("GetEvents").WithTags("Events")
        .Produces<Stream>(StatusCodes.Status200OK, EventAnswer.MediaType).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .WithSummary("Recent and new events, as server-sent events whose data is a ServerEvent; Last-Event-ID names the last one seen, and those after it follow");

    private static IResult GetEvents(
        [FromHeader(Name = "Last-Event-ID")] string? lastEventId, EventJournal journal, EventWatchers watchers, IHostApplicationLifetime lifetime, HttpContext context)
    {
        if (watchers.TryAdmit() is not { } watcher)
        {
            return EventWatchers.TooMany();
        }

        context.Response.RegisterForDispose(watcher);
        return new EventAnswer(journal, journal.NumberOf(lastEventId), lifetime);
    }
}
