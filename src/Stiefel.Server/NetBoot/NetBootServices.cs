using Stiefel.Server.Configuration;
using Stiefel.Server.Http;

namespace Stiefel.Server.NetBoot;

/// <summary>The services and routes of network boot.</summary>
public static class NetBootServices
{
    /// <summary>Registers the services, if there is something to boot.</summary>
    public static void AddNetBoot(this IServiceCollection services, NetBootOptions options)
    {
        if (options.IsOn)
        {
            services.AddSingleton(options);
            services.AddSingleton(_ => new NetBootFiles(options));
            services.AddSingleton(s => s.GetRequiredService<NetBootFiles>().Paths);
            services.AddSingleton<NetBootNews>();
            services.AddSingleton<NetBootEndpoint>();
            services.AddHostedService<NetBootService>();
        }
    }

    /// <summary>Adds the files' routes to the boot plane (docs/protocol.md#http).</summary>
    public static void MapNetBoot(this IEndpointRouteBuilder endpoints, NetBootOptions options)
    {
        if (options.IsOn)
        {
            endpoints.MapMethods(NetBootEndpoint.Path + "{**name}", [HttpMethods.Get, HttpMethods.Head], endpoints.ServiceProvider.GetRequiredService<NetBootEndpoint>().AnswerAsync)
                .WithMetadata(new PlaneTag(Plane.Boot)).ExcludeFromDescription();
        }
    }
}
