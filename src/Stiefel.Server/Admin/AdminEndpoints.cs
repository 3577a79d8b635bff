using Stiefel.Server.Browsers;
using Stiefel.Server.Configuration;
using Stiefel.Server.Events;
using Stiefel.Server.Http;
using Stiefel.Server.Metrics;
using Stiefel.Server.Network;
using Stiefel.Server.Page;
using Stiefel.Server.Power;
using Stiefel.Server.Return;
using Stiefel.Server.Revocation;
using Stiefel.Server.Status;

namespace Stiefel.Server.Admin;

/// <summary>The control plane, reached by TLS or on loopback. Without the token it gives only the empty page and /healthz.</summary>
public static class AdminEndpoints
{
    /// <summary>The name of the API's description (OpenAPI), which is at /swagger/v1/swagger.json.</summary>
    public const string DocumentName = "v1";

    /// <summary>Adds the control plane's routes, each behind <see cref="TokenDoor"/>.</summary>
    public static void MapAdmin(this IEndpointRouteBuilder endpoints)
    {
        // Create the report now, because it remembers when the server started.
        _ = endpoints.ServiceProvider.GetRequiredService<StatusReport>();
        _ = endpoints.ServiceProvider.GetRequiredService<ServerMetrics>();

        var admin = endpoints.MapGroup("").WithMetadata(new PlaneTag(Plane.Admin));
        admin.MapPage();
        admin.MapStatus();
        admin.MapEvents();
        admin.MapNetwork();
        admin.MapConfiguration();
        admin.MapMetrics();
        admin.MapLoad();
        admin.MapReturn();
        admin.MapKeys();
        admin.MapPower();
        admin.MapBrowsers();
        if (endpoints.ServiceProvider.GetService<SessionEnding>() is not null)
        {
            admin.MapSessions();
        }

        endpoints.MapSwagger().WithMetadata(new PlaneTag(Plane.Admin));
    }
}
