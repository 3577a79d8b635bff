using Stiefel.Linux.Errors;

namespace Stiefel.Linux.Network;

/// <summary>
/// Gives every Ethernet-like interface with a carrier an IPv4 link-local address, for a peer without IPv6. IPv6 needs nothing like it: there the
/// kernel gives such an address by itself.
/// </summary>
public sealed class LinkLocalSetup
{
    private const int MostAttempts = 10;
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(2);

    private readonly Action<string> _log;
    private readonly HashSet<string> _reported = [];
    private readonly Dictionary<int, Task> _running = [];

    private LinkLocalSetup(Action<string> log) => _log = log;

    /// <summary>Runs until cancelled. An interface that fails is reported once, and the others go on.</summary>
    /// <param name="log">Receives one line for each address.</param>
    /// <param name="token">Stops it; the method then returns without an exception.</param>
    public static async Task RunAsync(Action<string> log, CancellationToken token)
    {
        var setup = new LinkLocalSetup(log);
        while (!token.IsCancellationRequested)
        {
            try
            {
                await foreach (var _ in LinkMonitor.WatchAsync(token))
                {
                    setup.Look(token);
                }
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                setup.ReportOnce($"IPv4 link-local addresses are not given, trying again: {exception.Message}");
                await Task.Delay(s_retryAfter, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(setup._running.Values);
    }

    private void Look(CancellationToken token)
    {
        foreach (var link in RouteNetlink.ListLinks())
        {
            if (link is { IsEthernetLike: true, HasCarrier: true } && !(_running.GetValueOrDefault(link.Index) is { IsCompleted: false }))
            {
                _running[link.Index] = SetUpAsync(link, token);
            }
        }
    }

    private async Task SetUpAsync(NetworkLink link, CancellationToken token)
    {
        try
        {
            if (RouteNetlink.ListAddresses(link.Index).FirstOrDefault(own => Ipv4LinkLocal.Contains(own.Address)) is { } own)
            {
                // The interface may have been down since, which removed the route.
                SourceRoutes.Add(link.Index, own.Address, Ipv4LinkLocal.PrefixLength);
                return;
            }

            await FindFreeAsync(link, token);
        }
        catch (OperationCanceledException)
        {
        }
        catch (LinuxException exception)
        {
            // The interface may have vanished since it was listed; its next change causes the next try.
            ReportOnce($"{link.Name} ({link.Mac}) has no IPv4 link-local address: {exception.Message}");
        }
    }

    private async Task FindFreeAsync(NetworkLink link, CancellationToken token)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var address = Ipv4LinkLocal.Of(link.Mac, attempt);
            if (await AddressProbe.IsFreeAsync(link.Index, address, token))
            {
                SourceRoutes.Add(link.Index, address, Ipv4LinkLocal.PrefixLength);
                RouteNetlink.AddAddress(link.Index, address, Ipv4LinkLocal.PrefixLength);
                _log($"{link.Name} has the address {address}");
                return;
            }
        }

        ReportOnce($"{link.Name} ({link.Mac}) has no IPv4 link-local address: {MostAttempts} were tried, and others have them all");
    }

    private void ReportOnce(string line)
    {
        lock (_reported)
        {
            if (!_reported.Add(line))
            {
                return;
            }
        }

        _log(line);
    }
}
