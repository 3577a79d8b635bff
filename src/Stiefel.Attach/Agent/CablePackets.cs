using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.Attach.Agent;

/// <summary>
/// The size of the packets on the cable: the usual one, and the largest that was agreed with the laptop, which is used while such packets arrive
/// (docs/protocol.md#packet-size). The tunnel's interface always has the MTU that the card allows, and <see cref="PacketSizeWatch"/> limits what is sent into it.
/// </summary>
/// <param name="usual">The cable's usual MTU in bytes.</param>
/// <param name="largest">The largest MTU that was agreed; the usual one if none was.</param>
/// <param name="say">Receives lines for the kernel's log.</param>
internal sealed class CablePackets(int usual, int largest, Action<string> say)
{
    private PacketSizeWatch? _watch;
    private (int Index, int Mtu) _watched;
    private bool _isToldOfCard;

    /// <summary>The MTU of the tunnel's interface on a card with this MTU.</summary>
    internal int MtuInside(int cardMtu)
    {
        if (cardMtu < largest && largest > usual && !_isToldOfCard)
        {
            _isToldOfCard = true;
            say($"the cable's card carries packets of {cardMtu} bytes at most under this system, so larger ones are not tried");
        }

        return TunnelPlan.MtuInside(Math.Clamp(cardMtu, usual, largest));
    }

    /// <summary>Watches a tunnel whose interface carries packets of a larger size than the usual one, until it is replaced.</summary>
    /// <param name="index">The number of its interface.</param>
    /// <param name="mtu">The interface's MTU in bytes.</param>
    /// <exception cref="LinuxException">The interface is gone or down.</exception>
    internal void Watch(int index, int mtu)
    {
        if (_watched == (index, mtu))
        {
            return;
        }

        _watch?.Dispose();
        _watch = null;
        if (mtu > TunnelPlan.MtuInside(usual))
        {
            var watch = new PacketSizeWatch(new PacketSizeOptions
            {
                Index = index, Peer = TunnelPlan.Laptop, Safe = TunnelPlan.MtuInside(usual), Full = mtu, Measures = true,
                Changed = change => Tell(change, mtu + TunnelPlan.Overhead),
            });
            watch.Start();
            _watch = watch;
        }

        _watched = (index, mtu);
    }

    /// <summary>Waits until it is decided which packets are used, so that the first connection begins with them; only a moment if the laptop is silent.</summary>
    internal void WaitForDecision() => _watch?.WaitForDecision();

    private void Tell(PacketSizeChange change, int size)
    {
        if (change.IsUsed)
        {
            say($"the cable carries packets of {size} bytes: they are used");
        }
        else if (change is { Small: > 0, Large: > 0 })
        {
            say($"the cable is slower with packets of {size} bytes ({Megabytes(change.Large)} MB/s, {Megabytes(change.Small)} with those of {usual}): they are not used");
        }
        else if (!change.HasWorked)
        {
            say($"the cable does not carry packets of {size} bytes: the disk uses those of {usual}");
        }
        else
        {
            say($"the cable loses packets of {size} bytes: the disk goes on with those of {usual}");
        }
    }

    private static string Megabytes(double bytes) => (bytes / 1_000_000).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture);
}
