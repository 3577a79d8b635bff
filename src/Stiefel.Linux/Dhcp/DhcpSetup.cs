using System.Net.Sockets;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;

namespace Stiefel.Linux.Dhcp;

/// <summary>
/// Borrows an IPv4 address from a DHCP server for every Ethernet-like interface with a carrier, beside the addresses that it has. Each interface is on its own,
/// and nothing waits for any: without a server on the cable, nothing happens. Needs CAP_NET_ADMIN and CAP_NET_RAW.
/// </summary>
/// <param name="takesRouter">True to set a default route where a server names a router.</param>
/// <param name="isWanted">False for interfaces that have their addresses from elsewhere.</param>
/// <param name="log">Receives one line for each address, and for each offer that is not taken.</param>
public sealed class DhcpSetup(bool takesRouter, Func<NetworkLink, bool> isWanted, Action<string> log)
{
    private const string Tunnel = "wireguard";

    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(2);

    private readonly HashSet<string> _reported = [];
    private readonly Dictionary<int, Running> _running = [];

    /// <summary>Runs until cancelled, and removes the borrowed addresses then. An interface that fails is reported once, and the others go on.</summary>
    public async Task RunAsync(CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            try
            {
                await foreach (var _ in LinkMonitor.WatchAsync(token))
                {
                    await LookAsync(token);
                }
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                ReportOnce($"DHCP servers are not asked, trying again: {exception.Message}");
                await Task.Delay(s_retryAfter, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        foreach (var running in _running.Values)
        {
            await running.StopAsync();
        }
    }

    private async Task LookAsync(CancellationToken token)
    {
        var here = RouteNetlink.ListLinks().Where(link => link is { IsEthernetLike: true, HasCarrier: true, Master: 0, Kind: not Tunnel } && isWanted(link)).ToDictionary(link => link.Index);
        foreach (var (index, running) in _running.Where(one => !here.ContainsKey(one.Key) || one.Value.Task.IsCompleted).ToList())
        {
            _running.Remove(index);
            await running.StopAsync();
        }

        foreach (var link in here.Values.Where(link => !_running.ContainsKey(link.Index)))
        {
            var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
            _running.Add(link.Index, new Running(AskAsync(link, stop.Token), stop));
        }
    }

    private async Task AskAsync(NetworkLink link, CancellationToken token)
    {
        try
        {
            await new DhcpClient(link, takesRouter, log).RunAsync(token);
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception exception) when (exception is SocketException or LinuxException)
        {
            // The interface may have vanished; its next change causes the next try.
            ReportOnce($"{link.Name} ({link.Mac}) asks no DHCP server: {exception.Message}");
        }
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

        log(line);
    }

    private sealed record Running(Task Task, CancellationTokenSource Stop)
    {
        public async Task StopAsync()
        {
            await Stop.CancelAsync();
            await Task;
            Stop.Dispose();
        }
    }
}
