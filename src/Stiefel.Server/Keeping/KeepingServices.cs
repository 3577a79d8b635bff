using Stiefel.Server.Configuration;
using Stiefel.Server.State;

namespace Stiefel.Server.Keeping;

/// <summary>The services that hold the disk besides this server.</summary>
public static class KeepingServices
{
    /// <summary>Registers the keeper that the settings choose. Only a disk that is granted for writing is held.</summary>
    public static void AddKeeper(this IServiceCollection services, ServerOptions options)
    {
        if (!options.HasBootPlane || options.Keeping == DiskKeeping.None)
        {
            services.AddSingleton<IDiskKeeper, NoKeeper>();
        }
        else if (options.Keeping == DiskKeeping.Systemd)
        {
            services.AddSingleton<IDiskKeeper, SystemdKeeper>();
        }
        else
        {
            services.AddSingleton<IDiskKeeper>(s => new KeeperProcess(
                StateDirectory.KeeperSocketOf(options), TimeSpan.FromSeconds(options.Link.DeadConnectionSeconds), s.GetRequiredService<ILogger<KeeperProcess>>()));
        }
    }
}
