using Microsoft.AspNetCore.Http.HttpResults;
using Stiefel.Protocol.Control;

namespace Stiefel.Server.Configuration;

/// <summary>Shows the settings and where each comes from.</summary>
public static class ConfigurationEndpoints
{
    /// <summary>Adds the route of settings.</summary>
    public static void MapConfiguration(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/api/v1/config", GetConfiguration)
        .WithName("GetConfiguration").WithTags("Status").WithSummary("Every setting's effective value and its source; secrets are not shown");

    private static Ok<ConfigurationSetting[]> GetConfiguration(ServerOptions options) => TypedResults.Ok(options.Settings
        .Select(setting => new ConfigurationSetting(setting.Key, setting.IsSecret ? null : setting.Value, setting.Origin, setting.IsSecret)).ToArray());
}
