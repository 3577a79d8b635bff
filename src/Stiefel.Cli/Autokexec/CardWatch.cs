using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;

namespace Stiefel.Cli.Autokexec;

/// <summary>
/// Waits for a network card that makes the laptop leave when it is plugged in (autokexec.mac_detection). One that is there already does not count: a
/// laptop that comes home with the card still in would leave again at once. An address is no secret: see docs/security.md.
/// </summary>
/// <param name="cards">The addresses that are waited for.</param>
internal sealed class CardWatch(IReadOnlyCollection<MacAddress> cards)
{
    // A bridge, a VLAN or a bond has the address of its card: what counts is an address that was not there.
    private HashSet<MacAddress>? _present;

    /// <summary>Waits until one appears.</summary>
    /// <exception cref="LinuxException">The kernel does not tell.</exception>
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

    /// <summary>The card that has come since the look before; null if none has, and at the first look.</summary>
    internal NetworkLink? Look(IReadOnlyList<NetworkLink> links)
    {
        var before = _present;
        _present = [.. links.Select(link => link.Mac)];
        return before is null ? null : links.FirstOrDefault(link => link.IsEthernetLike && cards.Contains(link.Mac) && !before.Contains(link.Mac));
    }
}
