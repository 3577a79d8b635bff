using Stiefel.Linux.Errors;

namespace Stiefel.Linux.Network;

/// <summary>Sets up every Ethernet-like interface, both present ones and those that appear later.</summary>
public sealed class LinkRaiser
{
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(2);

    private readonly Action<string> _log;
    private readonly HashSet<(int Index, string Reason)> _reported = [];

    private LinkRaiser(Action<string> log) => _log = log;

    /// <summary>Runs until cancelled. An interface that fails or vanishes is reported once, and the others go on.</summary>
    /// <param name="log">Receives one line for each interface that was set up or could not be.</param>
    /// <param name="token">Stops it; the method then returns without an exception.</param>
    public static async Task RunAsync(Action<string> log, CancellationToken token)
    {
        var raiser = new LinkRaiser(log);
        while (!token.IsCancellationRequested)
        {
            try
            {
                await raiser.WatchAsync(token);
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                log($"watching the network interfaces failed, trying again: {exception.Message}");
                await Task.Delay(s_retryAfter, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task WatchAsync(CancellationToken token)
    {
        DuplicateAddressDetection.DisableByDefault();
        await foreach (var change in LinkMonitor.WatchAsync(token))
        {
            if (change.Kind is LinkChangeKind.Changed or LinkChangeKind.Everything)
            {
                RaiseAll();
            }
        }
    }

    private void RaiseAll()
    {
        foreach (var link in RouteNetlink.ListLinks())
        {
            if (link is { IsEthernetLike: true, IsUp: false })
            {
                Raise(link);
            }
        }
    }

    private void Raise(NetworkLink link)
    {
        try
        {
            DuplicateAddressDetection.Disable(link.Name);
            RouteNetlink.SetUp(link.Index);
            _log($"{link.Name} ({link.Mac}) set up");
        }
        catch (LinuxException exception)
        {
            // The interface may have vanished since it was listed, or its firmware is missing; its next change causes the next try.
            if (_reported.Add((link.Index, exception.Message)))
            {
                _log($"{link.Name} ({link.Mac}) cannot be set up: {exception.Message}");
            }
        }
    }
}
