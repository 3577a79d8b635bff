using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;

namespace Stiefel.Server.Network;

/// <summary>In the ramdisk: notes when an interface comes or goes, and when its cable does.</summary>
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
            // Only news are missing from here on; a question still gets its answer.
            logger.LinksNotWatched(e);
        }
    }

    /// <summary>Notes what differs from the last look.</summary>
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
