using Microsoft.AspNetCore.Http.HttpResults;
using Stiefel.Protocol.Control;

namespace Stiefel.Server.Network;

/// <summary>Describes the network interfaces.</summary>
public static class NetworkEndpoints
{
    /// <summary>Adds the route that lists the interfaces.</summary>
    public static void MapNetwork(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/api/v1/network", GetNetwork)
        .WithName("GetNetwork").WithTags("Network").WithSummary("The interfaces that may be the cable, how fast they run, and what is wrong with them");

    private static Ok<NetworkStatus> GetNetwork(NetworkReport report) => TypedResults.Ok(report.Now());
}
