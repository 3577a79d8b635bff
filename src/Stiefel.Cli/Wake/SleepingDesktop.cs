using System.Net.Sockets;
using Stiefel.CommandLine;
using Stiefel.Linux.Network;

namespace Stiefel.Cli.Wake;

/// <summary>A desktop to be switched on, and the laptop's interface that leads to it.</summary>
internal sealed class SleepingDesktop
{
    private readonly NetworkLink _link;

    private SleepingDesktop(KnownDesktop desktop, NetworkLink link) => (Desktop, _link) = (desktop, link);

    /// <summary>The desktop.</summary>
    public KnownDesktop Desktop { get; }

    /// <summary>The desktop in one line, as `blue-stick (52:54:00:12:34:56) on enp0s31f6`.</summary>
    public override string ToString() => $"{Desktop.Name} ({Desktop.Card}) on {Desktop.Interface}";

    /// <summary>Finds a desktop and the interface to it.</summary>
    /// <param name="name">The name of the key that it called with, or its card's address; null for the desktop that called last.</param>
    /// <param name="by">The interface; null for the one on which it called.</param>
    /// <param name="known">The desktops that have called.</param>
    /// <param name="links">The laptop's interfaces.</param>
    /// <exception cref="FailedException">No such desktop has called, or its interface is not there or has no carrier.</exception>
    /// <exception cref="UsageException">An address that never called needs an interface.</exception>
    public static SleepingDesktop Find(string? name, string? by, KnownDesktops known, IReadOnlyList<NetworkLink> links)
    {
        var desktop = Find(name, by, known);
        var link = links.FirstOrDefault(link => link.Name == desktop.Interface && link.IsEthernetLike)
            ?? throw new FailedException($"there is no network interface {desktop.Interface}: plug the adapter in, or name another with --interface");
        return link.HasCarrier
            ? new SleepingDesktop(desktop, link)
            : throw new FailedException($"{link.Name} has no carrier: the cable is out, or the desktop's card does not listen while it is off (look for Wake-on-LAN in its firmware's settings)");
    }

    /// <summary>Sends the magic packet.</summary>
    /// <exception cref="FailedException">The process is not root.</exception>
    /// <exception cref="SocketException">The interface is gone or down.</exception>
    public void Wake()
    {
        try
        {
            MagicPacket.Send(Desktop.Card, _link);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new FailedException("only root may send the magic packet: use sudo", error);
        }
    }

    private static KnownDesktop Find(string? name, string? by, KnownDesktops known)
    {
        var all = known.List();
        if (MacAddress.TryParse(name, out var card))
        {
            var same = all.FirstOrDefault(desktop => desktop.Card == card);
            return (by ?? same?.Interface) is { } found ? new KnownDesktop(same?.Name ?? card.ToString(), card, found)
                : throw new UsageException($"{card} has not called this laptop: name the interface that leads to it with --interface");
        }

        var wanted = all.FirstOrDefault(desktop => name is null || desktop.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new FailedException(all.Count == 0
                ? "no desktop has called this laptop yet: give the address of its network card, and --interface"
                : $"no desktop has called with the key {name}; these have: {string.Join(", ", all.Select(desktop => desktop.Name).Distinct())}");
        return by is null ? wanted : wanted with { Interface = by };
    }
}
