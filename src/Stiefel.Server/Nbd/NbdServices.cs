using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Negotiation;
using Stiefel.Server.Configuration;
using Stiefel.Server.Grants;

namespace Stiefel.Server.Nbd;

/// <summary>The services of the block server.</summary>
public static class NbdServices
{
    /// <summary>Registers the block server; Nbd:Access decides which clients may use it.</summary>
    public static void AddNbd(this IServiceCollection services, ServerOptions options)
    {
        if (options.Nbd.Access == NbdAccess.Open)
        {
            services.AddSingleton(s => new OpenExports(s.GetRequiredService<ServedDisk>(), options.Nbd.ExportName));
            services.AddSingleton<IExportResolver>(s => s.GetRequiredService<OpenExports>());
        }
        else
        {
            services.AddSingleton<SessionExports>();
            services.AddSingleton<IExportResolver>(s => s.GetRequiredService<SessionExports>());
        }

        services.AddSingleton(options.Nbd);
        services.AddSingleton(_ => new DesktopPresence());
        services.AddSingleton<NbdEvents>();
        services.AddSingleton(s => new NbdServer(
            options.Nbd.Limits with { Tls = NbdCertificates.Load(options.Nbd.Tls, options.KeysDirectory) },
            s.GetRequiredService<IExportResolver>(),
            s.GetRequiredService<NbdEvents>()));
        services.AddSingleton<NbdHostedService>();
        services.AddHostedService(s => s.GetRequiredService<NbdHostedService>());
    }
}
