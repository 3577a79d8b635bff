using Stiefel.Linux.Firmware;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Return;

/// <summary>The services that make the laptop leave its ramdisk.</summary>
public static class ReturnServices
{
    /// <summary>Registers them; a server without a boot plane leaves only on request.</summary>
    public static void AddReturn(this IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(new ReturnMarks(new EfiVariables()));
        services.AddSingleton(s => Effective(options.Return, s.GetRequiredService<ReturnMarks>()));
        services.AddSingleton(s => new ReturnPermit(s.GetRequiredService<ReturnMarks>(), ownSystemRan: BootLoader.WasKexec && !s.GetRequiredService<ReturnOptions>().MayKexec));
        services.AddSingleton<ServerEnd>();
        services.AddSingleton<IServerEnd>(s => s.GetRequiredService<ServerEnd>());
        services.AddSingleton<WayHome>();
        if (options is { HasBootPlane: true, Return.Manage: true })
        {
            services.AddSingleton<HomeKernel>();
            services.AddSingleton<BatteryStop>();
            services.AddHostedService<ReturnWatch>();
            if (options.Power is { Watch: true, StopAtCritical: true })
            {
                services.AddHostedService(s => s.GetRequiredService<BatteryStop>());
            }
        }
    }

    // Without a count, a loop of kexecs would look as if the laptop's own system had started the ramdisk; restart instead.
    private static ReturnOptions Effective(ReturnOptions wanted, ReturnMarks marks) => wanted.MayKexec && marks.Count is null ? wanted with { OnCleanEnd = WayOut.Restart } : wanted;
}
