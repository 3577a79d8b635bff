using Stiefel.Linux.Network;
using Stiefel.Server.Logging;

namespace Stiefel.Server.Network;

/// <summary>Sets every Ethernet-like interface up, at the start and when one appears. Runs in the ramdisk only, and is started before anything that listens.</summary>
public sealed class NetworkSetup(ILogger<NetworkSetup> logger) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _raising = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken token)
    {
        logger.PhaseReached(Phase.Network);

        // All present interfaces are up when this returns, because the first round of the raiser runs without waiting.
        _raising = LinkRaiser.RunAsync(line => logger.Link(line), _stop.Token);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken token)
    {
        await _stop.CancelAsync();
        await _raising.WaitAsync(token);
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();
}
