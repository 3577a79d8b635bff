using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;

namespace Stiefel.Cli.Autokexec;

/// <summary>
/// Waits until one of certain network cards is plugged in, which makes the laptop leave (autokexec.mac_detection). A card that is present from the start
/// does not count: a laptop that returns with the card still in would leave again at once. An address is no secret: see docs/security.md.
/// </summary>
/// <param name="cards">The addresses of the cards to wait for.</param>
internal sealed class CardWatch(IReadOnlyCollection<MacAddress> cards)
{
    // Addresses rather than links, because a new bridge, VLAN or bond has the address of its card and is no new card.
    private HashSet<MacAddress>? _present;

    /// <summary>Waits until one of the cards appears.</summary>
    /// <exception cref="LinuxException">The kernel does not list network links.</exception>
    public async Task<NetworkLink> WaitAsync(CancellationToken token)
    {
        await foreach (var change in LinkMonitor.WatchAsync(token))
        {
            if (change.Kind != LinkChangeKind.AddressChanged && Look(RouteNetlink.ListLinks()) is { } card)
            {
                return card;
            }
        }

        throw new OperationCanceledException(token);
    }

    /// <summary>The card that has appeared since the previous call; null if there is none, and at the first call.</summary>
    internal NetworkLink? Look(IReadOnlyList<NetworkLink> links)
    {
        var before = _present;
        _present = [.. links.Select(link => link.Mac)];
        return before is null ? null : links.FirstOrDefault(link => link.IsEthernetLike && cards.Contains(link.Mac) && !before.Contains(link.Mac));
    }
}
