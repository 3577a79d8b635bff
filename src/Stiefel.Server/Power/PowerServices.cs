using Stiefel.Server.Configuration;

namespace Stiefel.Server.Power;

/// <summary>The services for mains and batteries.</summary>
public static class PowerServices
{
    /// <summary>Registers them.</summary>
    public static void AddPower(this IServiceCollection services, PowerOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<PowerFeed>();
        services.AddHostedService<PowerNotices>();
        services.AddSingleton<PowerAlarm>();
        services.AddHostedService(s => s.GetRequiredService<PowerAlarm>());
        if (options.Watch)
        {
            services.AddHostedService<PowerMonitor>();
        }
    }
}
