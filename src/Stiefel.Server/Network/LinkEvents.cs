using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;

namespace Stiefel.Server.Network;

/// <summary>Records an event when an interface or its cable appears or goes away. Runs in the ramdisk only.</summary>
public sealed class LinkEvents(EventJournal journal, ILogger<LinkEvents> logger) : BackgroundService
{
    private readonly Dictionary<int, NetworkLink> _known = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken token)
    {
        try
        {
            await foreach (var _ in LinkMonitor.WatchAsync(token))
            {
                Compare(RouteNetlink.ListLinks());
            }
        }
        catch (LinuxException e)
        {
            // Only events are missing from here on; GET /api/v1/network still answers, because it reads the interfaces itself.
            logger.LinksNotWatched(e);
        }
    }

    /// <summary>Records an event for each difference from the last call.</summary>
    internal void Compare(IReadOnlyList<NetworkLink> links)
    {
        var here = links.Where(link => link.IsEthernetLike).ToDictionary(link => link.Index);
        foreach (var (index, gone) in _known.Where(known => !here.ContainsKey(known.Key)).ToList())
        {
            _known.Remove(index);
            journal.Add(EventTopics.Link, "gone", $"{gone.Name} is gone");
        }

        foreach (var (index, link) in here)
        {
            var known = _known.GetValueOrDefault(index);
            _known[index] = link;
            if (known is null)
            {
                journal.Add(EventTopics.Link, "new", $"{link.Name} ({link.Mac}) is there");
            }

            if (link.HasCarrier != (known?.HasCarrier ?? false))
            {
                journal.Add(EventTopics.Link, link.HasCarrier ? "carrier" : "no-carrier", $"{link.Name}: {(link.HasCarrier ? "the other end answers" : "the cable is out, or the other end is off")}");
            }
        }
    }
}
