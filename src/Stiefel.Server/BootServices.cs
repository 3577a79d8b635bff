using Stiefel.BootFiles.Disk;
using Stiefel.BootFiles.Disk.Volumes;
using Stiefel.Server.BootPlane;
using Stiefel.Server.BootReading;
using Stiefel.Server.Configuration;
using Stiefel.Server.Grants;
using Stiefel.Server.Keys;
using Stiefel.Server.Offers;
using Stiefel.Server.Revocation;
using Stiefel.Server.Sessions;
using Stiefel.Server.State;

namespace Stiefel.Server;

/// <summary>The services of the boot plane.</summary>
public static class BootServices
{

    /// <summary>How long boot files stay open after their last reader; a desktop's requests follow each other at once.</summary>
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(10);

    /// <summary>Registers what handshakes, boot files and grants need.</summary>
    public static void AddBoot(this IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(options.Link);
        services.AddSingleton<IGrantRecords>(_ => new GrantFile(StateDirectory.GrantFileOf(options)));
        services.AddSingleton(new StateFile<BootOffer>(StateDirectory.OfferFileOf(options), OfferJson.Default.BootOffer));
        services.AddSingleton<IVolumeTools, VolumeTools>();
        AddBootSource(services, options);
        services.AddSingleton(s => new SharedBootFiles(s.GetRequiredService<IBootSource>(), s_linger, s.GetRequiredService<ILogger<SharedBootFiles>>()));
        services.AddSingleton<GrantStore>();
        services.AddSingleton<DiskAccess>();
        services.AddSingleton<GrantAdmission>();
        services.AddSingleton<CleanEnds>();
        services.AddSingleton<GoodbyeHearing>();
        if (options.Disk.Snapshot is null)
        {
            services.AddSingleton<IDiskGate, WriterGate>();
        }
        else
        {
            services.AddSingleton<IDiskGate, GuestGate>();
        }

        services.AddSingleton<BootOffers>();
        services.AddSingleton<SessionTable>();
        services.AddSingleton<SessionEnding>();
        services.AddSingleton<StrangerRefusal>();
        services.AddSingleton<SealedExchange>();
        services.AddSingleton<HandshakeEndpoint>();
        services.AddSingleton<SealedEndpoints>();
        services.AddSingleton<PassphraseDelay>();
        services.AddSingleton<UnlockEndpoint>();
        services.AddSingleton<LentKeysWipe>();
        services.AddHostedService<BootStart>();
    }

    /// <summary>Uses named files or searches a disk; with neither there is nothing to boot, and the desktop is told so.</summary>
    private static void AddBootSource(IServiceCollection services, ServerOptions options)
    {
        if ((options.Boot.Disk ?? options.Disk.Path) is { } disk && options.Boot is { Kernel: null, Directory: null })
        {
            services.AddSingleton<IBootSource>(s => new NamedDiskBootSource(disk, options, s.GetRequiredService<IVolumeTools>(), s.GetRequiredService<ILogger<DiskBootSource>>()));
            return;
        }

        services.AddSingleton<IBootSource>(new ConfiguredBootSource(new ConfiguredBootOptions
        {
            Kernel = options.Boot.Kernel,
            Initrds = options.Boot.Initrd is { } initrd ? [initrd] : [],
            CommandLine = options.Boot.CommandLine,
            Directory = options.Boot.Directory,
            Modules = options.Boot.Modules,
        }));
    }
}
