using Stiefel.Linux.Network;
using Stiefel.Server.Logging;

namespace Stiefel.Server.Network;

/// <summary>
/// Sets every Ethernet-like interface up, at the start and when one appears, and gives it an IPv4 link-local address beside the IPv6 one that the kernel gives.
/// Runs in the ramdisk only, and is started before anything that listens.
/// </summary>
public sealed class NetworkSetup(ILogger<NetworkSetup> logger) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _raising = Task.CompletedTask;
    private Task _addressing = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken token)
    {
        logger.PhaseReached(Phase.Network);

        // All present interfaces are up when this returns, because the first round of the raiser runs without waiting.
        _raising = LinkRaiser.RunAsync(line => logger.Link(line), _stop.Token);
        // A desktop whose kernel has no IPv6 can reach no other address.
        _addressing = LinkLocalSetup.RunAsync(line => logger.Link(line), _stop.Token);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken token)
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_raising, _addressing).WaitAsync(token);
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();
}
