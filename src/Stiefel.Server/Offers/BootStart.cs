using Stiefel.BootFiles.Disk;
using Stiefel.BootFiles.Disk.Volumes;
using Stiefel.Protocol.Boot;
using Stiefel.Server.BootReading;
using Stiefel.Server.Configuration;
using Stiefel.Server.Grants;
using Stiefel.Server.State;

namespace Stiefel.Server.Offers;

/// <summary>
/// Before anything listens: honours the grant of the server that ran before. If there is none, nobody has the disk, and the
/// boot files are hashed in the background, so that the first desktop need not wait for it.
/// </summary>
public sealed class BootStart(IDiskGate gate, IGrantRecords records, BootOffers offers, ServedDisk disk, ServerOptions options, IVolumeTools tools, ILogger<BootStart> logger) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken token)
    {
        StateDirectory.Prepare(options.StateDirectory);
        records.Claim();
        await RemoveLeftoversAsync();
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

    /// <summary>A server that was killed while it read boot files left them mounted, and perhaps what is around them open; nobody could be granted the disk.</summary>
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
            // Logged where it arose; the next desktop's hello makes the next attempt.
        }
    }
}
