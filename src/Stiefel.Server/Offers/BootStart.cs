using Stiefel.BootFiles.Disk;
using Stiefel.BootFiles.Disk.Volumes;
using Stiefel.Protocol.Boot;
using Stiefel.Server.BootReading;
using Stiefel.Server.Configuration;
using Stiefel.Server.Grants;
using Stiefel.Server.Keys;
using Stiefel.Server.State;

namespace Stiefel.Server.Offers;

/// <summary>
/// Runs before anything listens: wipes the keys that were lent to this ramdisk, and restores the grant of an earlier server. If there is none, no desktop
/// has the disk, and the boot files are hashed in the background, so that the first desktop does not wait for it.
/// </summary>
public sealed class BootStart(IDiskGate gate, IGrantRecords records, BootOffers offers, ServedDisk disk, ServerOptions options, IVolumeTools tools, LentKeysWipe lentKeys, ILogger<BootStart> logger) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken token)
    {
        StateDirectory.Prepare(options.StateDirectory);
        records.Claim();
        await RemoveLeftoversAsync();
        await lentKeys.RunAsync(disk.WhyNotFree, token);
        gate.Restore();
        if (gate.Granted is not null)
        {
            offers.Restore();
        }
        else
        {
            _ = Task.Run(PrepareAsync, CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken token) => Task.CompletedTask;

    /// <summary>Closes what a killed server left mounted or open while it read boot files; otherwise the disk could not be granted.</summary>
    private async Task RemoveLeftoversAsync()
    {
        try
        {
            if (disk.HoldsBootFiles && Directory.Exists(StateDirectory.MountDirectoryOf(options)))
            {
                await DiskBootSource.PrepareMountDirectoryAsync(StateDirectory.MountDirectoryOf(options), tools, logger);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.BootFilesNotClosed(e);
        }
    }

    private async Task PrepareAsync()
    {
        if (disk.WhyNotFree() is { } reason)
        {
            logger.DiskNotFree(reason);
        }

        try
        {
            await offers.GetAsync(CancellationToken.None);
        }
        catch (RefusalException)
        {
            // The cause is logged already; the next desktop's hello tries again.
        }
    }
}
