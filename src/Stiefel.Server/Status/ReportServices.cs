using Stiefel.Server.Metrics;
using Stiefel.Server.Network;

namespace Stiefel.Server.Status;

/// <summary>The services that tell what the server is doing, to the control plane and to the laptop's own screen.</summary>
public static class ReportServices
{
    /// <summary>Registers them.</summary>
    public static void AddReports(this IServiceCollection services)
    {
        services.AddSingleton<StatusReport>();
        services.AddSingleton<NetworkReport>();
        services.AddSingleton<LoadHistory>();
        services.AddHostedService(s => s.GetRequiredService<LoadHistory>());
    }
}
