using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Network;

/// <summary>Gives cards the addresses that the settings name for them, whenever one appears or is set up.</summary>
public sealed class StaticAddresses(ServerOptions options, ILogger<StaticAddresses> logger) : BackgroundService
{
    private readonly HashSet<string> _said = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken token)
    {
        try
        {
            await foreach (var _ in LinkMonitor.WatchAsync(token))
            {
                Give(RouteNetlink.ListLinks());
            }
        }
        catch (LinuxException e)
        {
            logger.LinksNotWatched(e);
        }
    }

    /// <summary>Adds the addresses that are missing. A card that refuses does not affect the others.</summary>
    internal void Give(IReadOnlyList<NetworkLink> links)
    {
        foreach (var wanted in options.StaticAddresses)
        {
            foreach (var link in links.Where(link => link.IsEthernetLike && (link.Mac == wanted.Card || link.PermanentMac == wanted.Card)))
            {
                Give(link, wanted);
            }
        }
    }

    private void Give(NetworkLink link, StaticAddress wanted)
    {
        var what = $"{wanted.Address}/{wanted.PrefixLength}";
        try
        {
            RouteNetlink.AddAddress(link.Index, wanted.Address, wanted.PrefixLength);
            Say(link, $"{link.Name} has the address {what}, as set");
        }
        catch (LinuxException e)
        {
            Say(link, $"{link.Name} cannot have the address {what}: {e.Message}");
        }
    }

    // A replugged adapter counts as a new interface.
    private void Say(NetworkLink link, string line)
    {
        if (_said.Add($"{link.Index} {line}"))
        {
            logger.Link(line);
        }
    }
}
