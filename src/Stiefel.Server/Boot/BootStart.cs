using Stiefel.Protocol.Boot;

namespace Stiefel.Server.Boot;

/// <summary>
/// Before anything listens: honours the grant of the server that ran before. If there is none, nobody has the disk, and the
/// boot files are hashed in the background, so that the first desktop need not wait for it.
/// </summary>
public sealed class BootStart(DiskGate gate, BootOffers offers, ServedDisk disk, ILogger<BootStart> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        gate.Restore();
        if (gate.Holder is null)
        {
            _ = Task.Run(PrepareAsync, CancellationToken.None);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task PrepareAsync()
    {
        if (disk.WhyNotFree() is { } reason)
        {
            logger.DiskNotFree(reason);
        }

        try
        {
            await offers.GetAsync(peer: null, CancellationToken.None);
        }
        catch (RefusalException)
        {
            // Logged where it arose; the next desktop's hello makes the next attempt.
        }
    }
}
