using Stiefel.Server.Configuration;
using Stiefel.Server.Http;

namespace Stiefel.Server.Tunnels;

/// <summary>The services of the tunnels.</summary>
public static class TunnelServices
{
    /// <summary>Call this before registering anything that listens, because a server that cannot protect the link must not serve.</summary>
    public static void AddTunnels(this IServiceCollection services, ServerOptions options, Func<IServiceProvider, int> nbdPort)
    {
        services.AddSingleton<TunnelTable>();
        services.AddSingleton<IEncryptedWays>(s => s.GetRequiredService<TunnelTable>());
        if (!options.HasBootPlane)
        {
            return;
        }

        services.AddHostedService<TunnelStart>();
        if (options.HasTunnels)
        {
            services.AddSingleton<ITunnels, WireGuardTunnels>();
            services.AddHostedService(s => new TunnelPulse(s.GetRequiredService<TunnelTable>()));
        }
        else
        {
            services.AddSingleton<ITunnels>(s => new NoTunnels(() => nbdPort(s)));
        }
    }
}
