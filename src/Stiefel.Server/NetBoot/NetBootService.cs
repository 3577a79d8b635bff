using Stiefel.Linux.Network;
using Stiefel.Server.Configuration;
using Stiefel.Server.Events;

namespace Stiefel.Server.NetBoot;

/// <summary>Serves network boot on every interface with a cable, now or later.</summary>
internal sealed class NetBootService(NetBootOptions options, NetBootFiles files, NetBootNews news, EventJournal journal, ILogger<NetBootService> logger) : BackgroundService
{
    private readonly Dictionary<int, Running> _running = [];

    // Slots belong to MAC addresses, so that an adapter that is plugged in again, under a new index, keeps its IPv4 addresses.
    private readonly List<MacAddress> _slots = [];
    private readonly HashSet<MacAddress> _alone = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken token)
    {
        try
        {
            files.LayOut();
            var dnsmasq = new Dnsmasq(options.Files, files.Paths, news, logger);
            var parts = new NetBootParts(options, new DnsmasqConfiguration(options, files.Paths), dnsmasq, journal, logger);
            await foreach (var _ in LinkMonitor.WatchAsync(token))
            {
                await CompareAsync(RouteNetlink.ListLinks(), parts, token);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Catch everything: an exception that leaves a background service would end the server, and with it the disk.
            logger.Off(e.Message);
        }
        finally
        {
            foreach (var running in _running.Values)
            {
                await running.StopAsync();
            }
        }
    }

    private async Task CompareAsync(IReadOnlyList<NetworkLink> links, NetBootParts parts, CancellationToken token)
    {
        var served = links.Where(link => link is { IsEthernetLike: true, HasCarrier: true }).ToDictionary(link => link.Index);
        foreach (var (index, running) in _running.Where(running => !served.ContainsKey(running.Key)).ToList())
        {
            _running.Remove(index);
            await running.StopAsync();
            if (running.Interface.WasAlone)
            {
                _alone.Add(running.Link.Mac);
            }
            else
            {
                _alone.Remove(running.Link.Mac);
            }
        }

        foreach (var (index, link) in served.Where(link => !_running.ContainsKey(link.Key)))
        {
            if (SlotOf(link.Mac) is { } slot)
            {
                var judge = new DhcpJudge(TimeProvider.System, options.Look, _alone.Contains(link.Mac));
                var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
                var one = new NetBootInterface(link, DhcpCable.Of(link.Name, options.Network, slot), judge, parts);
                _running.Add(index, new Running(link, one, one.RunAsync(stop.Token), stop));
            }
        }
    }

    private int? SlotOf(MacAddress mac)
    {
        var slot = _slots.IndexOf(mac);
        if (slot < 0 && _slots.Count < options.Slots)
        {
            slot = _slots.Count;
            _slots.Add(mac);
        }

        return slot < 0 ? null : slot;
    }

    private sealed record Running(NetworkLink Link, NetBootInterface Interface, Task Task, CancellationTokenSource Stop)
    {
        public async Task StopAsync()
        {
            await Stop.CancelAsync();
            await Task;
            Stop.Dispose();
        }
    }
}
