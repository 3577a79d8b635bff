using Stiefel.Server.Configuration;

namespace Stiefel.Server.Tunnels;

/// <summary>The services of the tunnels.</summary>
public static class TunnelServices
{
    /// <summary>Registered before everything that listens: what cannot be protected must not be served.</summary>
    public static void AddTunnels(this IServiceCollection services, ServerOptions options, Func<IServiceProvider, int> nbdPort)
    {
        services.AddSingleton<TunnelTable>();
        if (!options.HasBootPlane)
        {
            return;
        }

        services.AddHostedService<TunnelStart>();
        if (options.HasTunnels)
        {
            services.AddSingleton<ITunnels, WireGuardTunnels>();
        }
        else
        {
            services.AddSingleton<ITunnels>(s => new NoTunnels(() => nbdPort(s)));
        }
    }
}
