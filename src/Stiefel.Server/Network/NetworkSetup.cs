using Stiefel.Linux.Network;
using Stiefel.Server.Logging;

namespace Stiefel.Server.Network;

/// <summary>In the ramdisk: sets every Ethernet-like interface up, now and when one appears. Started before anything that listens.</summary>
public sealed class NetworkSetup(ILogger<NetworkSetup> logger) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _raising = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken token)
    {
        logger.PhaseReached(Phase.Network);

        // The interfaces that are there are up when this returns: the raiser's first round needs no waiting.
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
