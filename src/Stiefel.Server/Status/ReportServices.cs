using Stiefel.Server.Metrics;
using Stiefel.Server.Network;

namespace Stiefel.Server.Status;

/// <summary>The services that report what the server is doing, for the control plane and the laptop's own screen.</summary>
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
